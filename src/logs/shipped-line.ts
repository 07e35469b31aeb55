import { bomLength, isAccessLine, mayHoldAccessLine, namesCall, skipSpace } from './access-text.ts';
import { prefixOf } from './line-prefix.ts';
import { AMBIGUOUS, linesOfRecord, TOO_DEEP, type FoundText } from './shipped-record.ts';
import { DOCKER_PART_BYTES, parseObjectOrList, readCriPart } from './wrapped-line.ts';

const OPEN_BRACE = 0x7b;
const OPEN_LIST = 0x5b;

/**
 * The lines that another program has wrapped into this one: a shipper's record, or a prefix. A reason where it holds a
 * call that cannot be read; undefined where it holds none, or is an access line itself. What comes out can be wrapped
 * again.
 */
export function readShipped(bytes: Buffer, dockerPart = DOCKER_PART_BYTES): FoundText[] | string | undefined {
  if (isAccessLine(bytes)) return undefined;
  const line = bytes.subarray(bomLength(bytes));
  const cri = readCriPart(line);
  if (cri) return [{ text: cri.text, time: cri.time, source: cri.stream, part: { isEnd: cri.isEnd } }];
  const first = line[skipSpace(line, 0)];
  const prefix = first === OPEN_BRACE ? undefined : prefixOf(line);
  if (prefix) return [{ text: line.subarray(prefix.length), time: prefix.time, source: '' }];
  if (first !== OPEN_BRACE && first !== OPEN_LIST) return namesCall(line) ? UNKNOWN : undefined;
  return readRecord(line, dockerPart);
}

/** A line in a plain log that a shipper may have written: to be read by readShipped. */
export function isShipped(line: Buffer): boolean {
  return mayHoldAccessLine(line) && readShipped(line) !== undefined;
}

const UNKNOWN = 'the form of the line is unknown';
const BROKEN = 'the line is JSON that is cut off or not valid';
const NOT_LOOKED_FOR =
  'the call is in a place where a client could have written it, or where none is expected';
const LEFT_OUT = 'journalctl left out the message because it is long: export it with --all';

/** Reasons that tell of how a line was wrapped, and not of a line that is broken. */
export const FORM_REASONS: ReadonlySet<string> = new Set([
  UNKNOWN,
  NOT_LOOKED_FOR,
  LEFT_OUT,
  AMBIGUOUS,
  TOO_DEEP,
]);

function readRecord(line: Buffer, dockerPart: number): FoundText[] | string | undefined {
  const record = parseObjectOrList(line);
  // Where ai_log is no text in it, the line itself may be an access line that a client's words broke.
  if (record === undefined) {
    if (line[skipSpace(line, 0)] === OPEN_LIST) return namesCall(line) ? UNKNOWN : undefined;
    return !line.includes('"ai_log"') && namesCall(line) ? BROKEN : undefined;
  }
  if (Object.hasOwn(record, 'ai_log')) return undefined;
  const found = linesOfRecord(record, dockerPart);
  if (typeof found === 'string') return found;
  if (found.length > 0) return found;
  const isLeftOut = 'MESSAGE' in record && record.MESSAGE === null && '__REALTIME_TIMESTAMP' in record;
  if (isLeftOut) return LEFT_OUT;
  return namesCall(line) ? NOT_LOOKED_FOR : undefined;
}
