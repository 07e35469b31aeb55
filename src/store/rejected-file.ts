import { readWhole, type Files } from '../platform/files.ts';
import { rejectedPath } from './commit.ts';
import type { State } from './state.ts';

/** How many lines with an ai_log a store could not read. */
export function countRejected(files: Files, dir: string, { rejected }: Pick<State, 'rejected'>): number {
  const bytes = readWhole(files, rejectedPath(dir));
  let count = 0;
  for (const byte of bytes?.subarray(0, rejected.length) ?? []) if (byte === 0x0a) count++;
  return count;
}
