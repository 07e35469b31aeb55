/**
 * A literal text that every match of a regular expression contains, whatever its case; '' if none is known. Only what is
 * plainly there counts: characters outside of groups and classes that are not repeated.
 */
export function requiredLiteral(expression: string): string {
  // Other ways to write characters, which may contain what looks like something else.
  if (/\\[QExp\d]/i.test(expression)) return '';
  const runs: string[] = [''];
  let depth = 0;
  for (const [token] of expression.matchAll(TOKENS)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (token === '|' && depth === 0) return '';
    const last = runs.pop() ?? '';
    if (/^[*?{]/.test(token)) runs.push([...last].slice(0, -1).join(''), '');
    else if (depth > 0 || !isLiteral(token)) runs.push(last, '');
    else runs.push(last + token.slice(token.startsWith('\\') ? 1 : 0));
  }
  return runs.toSorted((a, b) => b.length - a.length)[0] ?? '';
}

/** A class, an escaped character, a number of repetitions, or a single character. */
const TOKENS = /\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]|\\[^]|\{\d+(?:,\d*)?\}|[^]/gu;

function isLiteral(token: string): boolean {
  return token.startsWith('\\') ? /^\\[^\w]$/u.test(token) : !/^[.^$+*?()[\]{}|]/.test(token);
}
