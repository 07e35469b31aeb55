import { globMatcher } from '../platform/glob.ts';

/**
 * Whether a name matches a pattern, in any case. In a glob, `*` stands for any characters. It takes linear time: names
 * are from a log.
 */
export function nameMatcher(pattern: string, isGlob: boolean): (name: string) => boolean {
  const wanted = pattern.toLowerCase();
  const isMatch = isGlob ? globMatcher(wanted) : (name: string) => name === wanted;
  return (name) => isMatch(name.toLowerCase());
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
