import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** The part of the heap for new objects is large enough when it has that many bytes: most are dead when it is full. */
const NEW_SPACE_BYTES = 8 << 20;
/** A look at the heap takes as long as reading some kilobytes of a log. */
const CALLS_A_LOOK = 16;

let isGrowing = false;
let calls = 0;

/**
 * Node lets its heap double before it looks for what is not used any more, and the part for new objects grow to 48 MB.
 * For a run beside a busy gateway that is memory for nothing: from here on the first grows by a third at most, and the
 * second once, in a run that needs it. Memory that is used again is also faster than new memory.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--semi-space-growth-factor=8');
  isGrowing = true;
}

/** To be called again and again in a long run: ends the growth of the part for new objects when it is large enough. */
export function endGrowth(): void {
  if (!isGrowing || ++calls % CALLS_A_LOOK > 0) return;
  const newSpace = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  if ((newSpace?.space_size ?? 0) < NEW_SPACE_BYTES) return;
  setFlagsFromString('--semi-space-growth-factor=1');
  isGrowing = false;
}
