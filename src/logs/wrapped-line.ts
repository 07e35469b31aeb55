import { parseJson } from '../platform/json-spans.ts';

/** A part of a line, as a container runtime wrote it: one physical line of the file. */
export interface Part {
  /** The parts of a container's stdout and stderr are joined separately. */
  stream: string;
  /** When the runtime got it: ISO 8601. */
  time: string | undefined;
  /** What the program wrote, without a line break. */
  text: Buffer;
  /** Whether the program's line ends with this part. */
  isEnd: boolean;
}

export type Stream = 'stdout' | 'stderr';

/** The formats in which container runtimes write what a program prints. */
export type Form = 'cri' | 'docker';

/** Docker's line buffer: it cuts longer lines into parts of exactly this length (moby, daemon/logger/copier.go). */
export const DOCKER_PART_BYTES = 16 * 1024;

/**
 * Reads the part in one physical line. undefined: the line is not wrapped. A string: the line is a damaged part, and
 * this is the reason.
 */
export type ReadPart = (line: Buffer, dockerPart?: number) => Part | string | undefined;

/**
 * The format of Kubernetes, `2026-02-01T09:30:15.123456789Z stdout F text`, as containerd and CRI-O's conmon (whose
 * times have an offset) write it. P is a part that is followed by another, F the last one; more tags may follow after a
 * colon. An empty line may have lost the space after its tag.
 */
const CRI =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([PF])(?::[^ ]*)?(?: |$)/;
const LONGEST_CRI_PREFIX = 160;
const CARRIAGE_RETURN = 0x0d;

export function readCriPart(line: Buffer): Part | undefined {
  const prefix = CRI.exec(line.toString('latin1', 0, LONGEST_CRI_PREFIX));
  if (!prefix) return undefined;
  const isEnd = prefix[3] === 'F';
  // If the file was copied on Windows, the line break is CR LF: the CR is not part of the text.
  const end = !isEnd && line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
  return {
    stream: prefix[2] as Stream,
    time: prefix[1] ?? '',
    text: line.subarray(prefix[0].length, end),
    isEnd,
  };
}

const DOCKER_START = '{"log":"';
const DOCKER_STREAM = Buffer.from('"stream":"std');

/**
 * Docker's json-file, `{"log":"text\n","stream":"stdout","attrs":{…},"time":"…"}`. It does not mark parts: a text
 * without a line feed continues in the next entry of its stream if it fills Docker's buffer. A shorter one is the last
 * that its program printed, or not Docker's: Fluent Bit writes the same members, without the line feed.
 */
function readDockerPart(line: Buffer, dockerPart = DOCKER_PART_BYTES): Part | string | undefined {
  const entry = line.includes(DOCKER_STREAM) ? parseObject(line) : undefined;
  if (!entry) return isTorn(line) ? 'the line is not a complete entry of a json-file log' : undefined;
  // With more members it is a shipper's record of an entry, and other containers have streams of the same name.
  return Object.keys(entry).every((key) => DOCKER_MEMBERS.has(key))
    ? dockerPartOf(entry, dockerPart)
    : undefined;
}

const DOCKER_MEMBERS = new Set(['log', 'stream', 'attrs', 'time']);

/** The part in an entry with Docker's members; undefined if one of them is missing. */
export function dockerPartOf(
  entry: Readonly<Record<string, unknown>>,
  dockerPart: number,
): (Part & { stream: Stream }) | undefined {
  const { log, stream, time } = entry;
  if (typeof log !== 'string' || typeof time !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) {
    return undefined;
  }
  const hasEnd = log.endsWith('\n');
  const text = hasEnd ? log.slice(0, -1) : log;
  // Docker cuts at line feeds, so one inside is not from Docker. It must not make two lines with one position.
  const bytes = Buffer.from(text.replaceAll('\n', ' '));
  return { stream, time, text: bytes, isEnd: hasEnd || !fillsBuffer(bytes, text, dockerPart) };
}

/** Whether a text may have been `length` bytes: Docker replaces a byte that is not UTF-8 by three, U+FFFD. */
function fillsBuffer(bytes: Buffer, text: string, length: number): boolean {
  if (bytes.length <= length) return bytes.length === length;
  return bytes.length - 2 * (text.split('\ufffd').length - 1) <= length;
}

/** Whether it is an entry with a call that is cut off or joined to another. Nothing else would report it. */
function isTorn(line: Buffer): boolean {
  return (
    line.toString('latin1', 0, DOCKER_START.length) === DOCKER_START &&
    line.includes('ai_log') &&
    parseObject(line) === undefined
  );
}

function parseObject(line: Buffer): Record<string, unknown> | undefined {
  const value = parseObjectOrList(line);
  return value && { ...value };
}

/** The JSON object or array in a line; undefined if it is neither. */
export function parseObjectOrList(line: Buffer): object | undefined {
  const value = parseJson(line.toString());
  return typeof value === 'object' && value !== null ? value : undefined;
}

export const READ_PART: Record<Form, ReadPart> = { cri: readCriPart, docker: readDockerPart };

const NEWLINE = 0x0a;
const NUL = 0x00;

/** The non-empty lines of a block, without their line breaks, and without the NULs of a hole before them. */
export function* physicalLines(block: Buffer): Generator<{ start: number; line: Buffer; next: number }> {
  for (let at = 0; at < block.length;) {
    const newline = block.indexOf(NEWLINE, at);
    const end = newline < 0 ? block.length : newline;
    let start = at;
    while (block[start] === NUL) start++;
    at = end + 1;
    if (start < end) yield { start, line: block.subarray(start, end), next: Math.min(at, block.length) };
  }
}

/** How much of a log's start is examined. All lines of a wrapped log are wrapped, but the first ones may be torn. */
export const LOOKED_AT_BYTES = 1 << 16;

/**
 * The form of a log that begins with these bytes, according to its content and never its name; undefined for a plain
 * one. A line that is not wrapped is read alike in every form, so it does not matter how much of the log existed when
 * its form was determined.
 */
export function formOf(start: Buffer): Form | undefined {
  for (const { line, next } of physicalLines(start)) {
    if (readCriPart(line)) return 'cri';
    if (line.includes(DOCKER_STREAM) && typeof readDockerPart(line) === 'object') return 'docker';
    // The line is longer than what we examine, and a Docker entry names its stream at its end.
    if (next === start.length && line.toString('latin1', 0, DOCKER_START.length) === DOCKER_START)
      return 'docker';
  }
  return undefined;
}
