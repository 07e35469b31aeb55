import { throughProgram } from '../platform/filter-program.ts';
import type { Compression } from '../model/log-position.ts';
import { PROGRAMS } from './compression.ts';
import { chunksOf, gunzip, type ReadAt } from './gunzip.ts';

/**
 * Decompresses a file of `size` bytes. Throws if it is truncated or damaged, and MissingProgram if the program for it
 * is not installed. `onJunk` is called as by gunzip.
 *
 * Node decompresses gzip. The other formats need the system's programs: a machine that rotates logs with one has it
 * installed, and it verifies the whole file. Node has its own zstd since 22.15, but up to 22.23 that stops silently
 * after a file's first frame, and accepts a truncated one.
 */
export function decompress(
  compression: Compression,
  readAt: ReadAt,
  size: number,
  onJunk: (bytes: number) => void,
): AsyncIterable<Buffer> {
  const program = PROGRAMS[compression];
  if (program === undefined) return gunzip(readAt, size, onJunk);
  return throughProgram(program, ['-dc'], chunksOf(readAt, 0, size));
}
