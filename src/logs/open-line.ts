import type { LinePosition, OpenLine } from '../model/log-position.ts';

/** The parts of a line are written at once. After this many milliseconds without another part, a line is complete. */
export const HELD_MS = 600_000;

/** Where the line begins. */
export function positionOf({ parts: [first] }: OpenLine): LinePosition {
  return first ? [first[0], first[1]] : [0, 0];
}
