import { throughProgram } from '../platform/filter-program.ts';
import type { Compression } from '../model/log-position.ts';
import { PROGRAMS } from './compression.ts';
import { chunksOf, gunzip, type ReadAt } from './gunzip.ts';

/**
 * The bytes of a compressed file of `size` bytes; throws where it is cut or damaged, and MissingProgram where what
 * undoes it is not installed. `onJunk`: bytes behind its end, as gunzip calls it.
 *
 * gzip is Node's own. For the others the system's programs are asked: who rotates with one has it, and it checks all of
 * its file. Node has zstd of its own since 22.15, but up to 22.23 it stops without a word behind a file's first frame
 * and takes a cut one for whole.
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
