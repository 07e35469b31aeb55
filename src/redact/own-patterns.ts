import { RE2JS } from 're2js';
import type { OwnPattern, PatternDraft, Span } from './pattern.ts';

/**
 * The user's expressions, in RE2: matching takes time in proportion to the text, whatever the expression is, and
 * what cannot be matched so (lookaround, back references) is no valid expression. Throws RE2JS's own error then.
 */
export function compilePatterns(patterns: readonly OwnPattern[]): PatternDraft[] {
  return patterns.map(({ name, pattern }) => {
    const expression = RE2JS.compile(pattern);
    return { kind: name, isNumeric: true, find: (text) => findAll(expression, text) };
  });
}

/** Whether it matches a text of no characters, which nothing can be put in the place of. */
export function matchesNothing(pattern: string): boolean {
  return RE2JS.compile(pattern).matcher('').find();
}

/** The first group where there is one and it took part, else the whole match. */
function* findAll(expression: RE2JS, text: string): Generator<Span> {
  const matcher = expression.matcher(text);
  while (matcher.find()) {
    const group = matcher.groupCount() > 0 && matcher.start(1) >= 0 ? 1 : 0;
    yield [matcher.start(group), matcher.end(group)];
  }
}
