import type { Bound } from './bounds.ts';

/** The mark before a cost that may be wrong: at least, at most, or either. */
export function boundMark(bound: Bound | null): string {
  return bound === null ? '' : MARKS[bound];
}

const MARKS: Readonly<Record<Bound, string>> = { lower: '≥ ', upper: '≤ ', either: '≈ ' };
