import { exact } from '../platform/count-text.ts';
import type { Counted } from '../texts/counted.ts';

/** A count for a text of the catalogue. */
export function counted(count: number): Counted {
  return { n: count, text: exact(count) };
}
