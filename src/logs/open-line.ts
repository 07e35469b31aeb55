import type { LinePosition, OpenLine } from '../model/log-position.ts';

/** A line that goes on does so at once: after this many milliseconds without a part it is complete. */
export const HELD_MS = 600_000;

/** Where the line begins. */
export function positionOf({ parts: [first] }: OpenLine): LinePosition {
  return first ? [first[0], first[1]] : [0, 0];
}
