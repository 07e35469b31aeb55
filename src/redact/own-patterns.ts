import { RE2JS } from 're2js';
import type { OwnPattern, PatternDraft, Span } from './pattern.ts';

/**
 * Compiles the user's expressions with RE2, which matches any expression in linear time. Features that make this
 * impossible (lookaround, backreferences) are not valid in RE2. Throws RE2JS's own error for an invalid expression.
 */
export function compilePatterns(patterns: readonly OwnPattern[]): PatternDraft[] {
  return patterns.map(({ name, pattern }) => {
    const expression = RE2JS.compile(pattern);
    return { kind: name, isNumeric: true, find: (text) => findAll(expression, text) };
  });
}

/** Whether an expression matches the empty string, which cannot be replaced. */
export function matchesNothing(pattern: string): boolean {
  return RE2JS.compile(pattern).matcher('').find();
}

/** The first group if there is one and it took part in the match, else the whole match. */
function* findAll(expression: RE2JS, text: string): Generator<Span> {
  const matcher = expression.matcher(text);
  while (matcher.find()) {
    const group = matcher.groupCount() > 0 && matcher.start(1) >= 0 ? 1 : 0;
    yield [matcher.start(group), matcher.end(group)];
  }
}
