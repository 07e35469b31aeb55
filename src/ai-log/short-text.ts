import { isUtf8 } from 'node:buffer';
import type { FoundRuns } from './known-requests.ts';
import { unescapeBytes } from './unescape-bytes.ts';

const ZERO = 0x30;
const NUL = 0;

/** The text of ai_log, a `0` in the place of each known run; a NUL follows it. */
export interface ShortText {
  bytes: Buffer;
  length: number;
  /** Where the list of messages was thought to begin, behind its bracket. */
  listAt: number;
  /** Where each `0` stands. */
  marks: number[];
}

/**
 * The text of the ai_log that begins at `start`; undefined where a byte of it is not as it must be. `from`: where
 * messages begin; `end`: the quote behind ai_log. Valid until the next one.
 */
export function shorten(
  line: Buffer,
  start: number,
  from: number,
  end: number,
  found: FoundRuns | undefined,
): ShortText | undefined {
  const bytes = scratchOf(end);
  const marks: number[] = [];
  const listAt = unescapeBytes(line, start, from, bytes, 0);
  let length = listAt;
  let at = from;
  for (const run of found?.runs ?? []) {
    if (length < 0) return undefined;
    length = unescapeBytes(line, at, run.from, bytes, length);
    if (length < 0) return undefined;
    marks.push(length);
    bytes[length++] = ZERO;
    at = run.to;
  }
  if (length >= 0) length = unescapeBytes(line, at, end, bytes, length);
  if (length < 0 || !isUtf8(bytes.subarray(0, length))) return undefined;
  bytes[length] = NUL;
  return { bytes, length, listAt, marks };
}

const SCRATCH_BYTES = 1 << 20;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** Room for so many bytes; what was written there before is lost. */
function scratchOf(length: number): Buffer {
  return length <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(length);
}
