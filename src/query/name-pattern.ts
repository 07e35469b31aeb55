/**
 * Whether a name matches a pattern, in any case. In a glob, `*` stands for any characters. It takes linear time: names
 * are from a log.
 */
export function nameMatcher(pattern: string, isGlob: boolean): (name: string) => boolean {
  const parts = isGlob ? pattern.toLowerCase().split('*') : [pattern.toLowerCase()];
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (name) => name.toLowerCase() === first;
  return (name) => {
    const lower = name.toLowerCase();
    if (!lower.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = lower.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return lower.length - last.length >= at && lower.endsWith(last);
  };
}

/** The same, for names that come again and again: each is compared once. */
export function rememberedMatcher(pattern: string, isGlob: boolean): (name: string) => boolean {
  const isMatch = nameMatcher(pattern, isGlob);
  const known = new Map<string, boolean>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) known.set(name, (answer = isMatch(name)));
    return answer;
  };
}
