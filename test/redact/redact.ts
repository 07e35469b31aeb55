import type { Pattern } from '../../src/redact/pattern.ts';
import { patternsOf } from '../../src/redact/secret-patterns.ts';

/** The built-in patterns of these kinds, as a redactor ranks them. */
export function allPatterns(kinds: readonly string[]): Pattern[] {
  return patternsOf(kinds).map((draft, rank) => ({ ...draft, rank, shortest: 6 }));
}
