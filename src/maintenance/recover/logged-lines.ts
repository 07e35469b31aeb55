import { readTime } from '../../ai-log/time.ts';
import type { Block } from '../../logs/blocks.ts';
import type { LinePosition, OpenLine } from '../../model/log-position.ts';
import { textBlocks } from '../../logs/text-blocks.ts';
import { Unwrapper, type UnwrappedLine } from '../../logs/unwrap.ts';
import { formOf } from '../../logs/wrapped-line.ts';
import { isWhole } from '../../ingest/container-log.ts';
import { linesOf } from '../../ingest/log-lines.ts';
import type { FoundLog } from './known-files.ts';

/** A line that may be an AI call, at the position where `parse` found it. Its bytes are valid until the next line. */
export interface LoggedLine {
  bytes: Buffer;
  at: LinePosition;
  /** When the container runtime recorded it, or else when the log was last written: milliseconds since 1970 UTC. */
  mtime: number;
}

/** What a log passes on to the next: open lines of a container, or the beginning of a torn line. */
export interface Rest {
  open: OpenLine[];
  torn: { bytes: Buffer; at: LinePosition } | undefined;
}

const LONGEST_LINE = 64 << 20;
/** Docker escapes some bytes as six, after a prefix. */
const LONGEST_PIECE = LONGEST_LINE + (1 << 20);
const NEWLINE = 0x0a;

/**
 * The lines of a log up to where it was read, each at the position that `parse` gave it. `before` is what the
 * previous log passed on, and `logs` holds that log; `leave` receives what this one passes on.
 */
export async function* loggedLines(
  { log, position }: FoundLog,
  logs: ReadonlyMap<number, FoundLog>,
  before: Rest | undefined,
  leave: (rest: Rest) => void,
): AsyncGenerator<LoggedLine> {
  const { id, offset } = position;
  const { mtime } = log.facts;
  const form = formOf(log.start());
  const unwrapper = new Unwrapper(form, id, LONGEST_LINE);
  const read = (part: OpenLine['parts'][number]): AsyncIterable<Block> | undefined => stretch(logs, part);
  for await (const line of unwrapper.restore(before?.open ?? [], read)) yield* callsOf([line], mtime);
  let torn = form ? undefined : before?.torn;
  const longest = form ? LONGEST_PIECE : LONGEST_LINE;
  let rest: Rest['torn'];
  for await (const block of textBlocks(log, 0, longest, offset)) {
    if (block.kind === 'oversized') continue;
    if (block.kind === 'rest' && !isWhole(block.bytes)) {
      rest = { bytes: Buffer.from(block.bytes), at: [id, block.at] };
      continue;
    }
    const joined = torn && join(torn, block);
    torn = undefined;
    if (joined) yield* callsOf(linesOfJoined(joined), mtime);
    const { bytes, at } = joined?.left ?? block;
    yield* callsOf(unwrapper.take(bytes, at), mtime);
  }
  yield* callsOf(unwrapper.takeWhole(isWhole), mtime);
  leave({ open: unwrapper.open, torn: rest });
}

/** The torn line, unwrapped if a shipper wrote it. */
function* linesOfJoined({
  line,
  at: [id, offset],
}: {
  line: Buffer;
  at: LinePosition;
}): Generator<UnwrappedLine> {
  const unwrapper = new Unwrapper(undefined, id, LONGEST_LINE);
  yield* unwrapper.take(line, offset);
  yield* unwrapper.takeOverdue(Infinity, 0);
}

/** The first line of a log, if it completes what the previous log passed on. */
function join(
  { bytes, at }: NonNullable<Rest['torn']>,
  block: Block,
): { line: Buffer; at: LinePosition; left: Block } | undefined {
  const newline = block.bytes.indexOf(NEWLINE);
  const end = block.bytes.subarray(0, newline < 0 ? block.bytes.length : newline);
  const line = Buffer.concat([bytes, end]);
  if (isWhole(end) || !isWhole(line)) return undefined;
  const length = end.length + (newline < 0 ? 0 : 1);
  return { line, at, left: { ...block, bytes: block.bytes.subarray(length), at: block.at + length } };
}

function* callsOf(lines: Iterable<UnwrappedLine>, mtime: number): Generator<LoggedLine> {
  for (const { bytes, at, time, reason } of lines) {
    if (reason !== undefined) continue;
    for (const { start, end, mayBeCall } of linesOf(bytes)) {
      if (!mayBeCall) continue;
      const taken = time === undefined ? null : readTime(time);
      yield { bytes: bytes.subarray(start, end), at, mtime: taken ?? mtime };
    }
  }
}

function stretch(
  logs: ReadonlyMap<number, FoundLog>,
  [id, from, to]: OpenLine['parts'][number],
): AsyncIterable<Block> | undefined {
  const found = logs.get(id);
  return found && textBlocks(found.log, from, LONGEST_PIECE, to);
}
