import { parseJson } from '../platform/json-spans.ts';

/** A part of a line, as a container's runtime wrote it: one physical line of the file. */
export interface Part {
  /** Whose line it is a part of: a container's stdout and stderr are joined each for itself. */
  stream: string;
  /** When the runtime took it: ISO 8601. */
  time: string | undefined;
  /** What the program wrote, without a line break. */
  text: Buffer;
  /** The program's line ends with this part. */
  isEnd: boolean;
}

export type Stream = 'stdout' | 'stderr';

/** The forms in which a container's runtime keeps what a program prints. */
export type Form = 'cri' | 'docker';

/** Docker's buffer for a line: what is longer is cut into parts of just this length (moby, daemon/logger/copier.go). */
export const DOCKER_PART_BYTES = 16 * 1024;

/**
 * The part in the bytes of one physical line. undefined: it is none, but stands there as it was written. A reason: it
 * is what is left of one.
 */
export type ReadPart = (line: Buffer, dockerPart?: number) => Part | string | undefined;

/**
 * Kubernetes' form, `2026-02-01T09:30:15.123456789Z stdout F text`, written by containerd and by CRI-O's conmon (whose
 * times have an offset). P is a part that another one follows, F the last; further tags can stand behind a colon.
 * An empty line may have lost the space behind its tag.
 */
const CRI =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([PF])(?::[^ ]*)?(?: |$)/;
const LONGEST_CRI_PREFIX = 160;
const CARRIAGE_RETURN = 0x0d;

export function readCriPart(line: Buffer): Part | undefined {
  const prefix = CRI.exec(line.toString('latin1', 0, LONGEST_CRI_PREFIX));
  if (!prefix) return undefined;
  const isEnd = prefix[3] === 'F';
  // The line break that a file copied on Windows has got is none of the part's bytes.
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
 * Docker's json-file, `{"log":"text\n","stream":"stdout","attrs":{…},"time":"…"}`. The file says nothing of parts: a text
 * without a line feed at its end goes on in the next one of its stream if it fills Docker's buffer. A shorter one is the
 * last that its program printed, or no work of Docker's: Fluent Bit writes the same members, and takes the line feed off.
 */
function readDockerPart(line: Buffer, dockerPart = DOCKER_PART_BYTES): Part | string | undefined {
  const entry = line.includes(DOCKER_STREAM) ? parseObject(line) : undefined;
  if (!entry) return isTorn(line) ? 'the line is no whole entry of a json-file log' : undefined;
  // With more members it is a shipper's record of Docker's entry: its stream is not the only one of that name.
  return Object.keys(entry).every((key) => DOCKER_MEMBERS.has(key))
    ? dockerPartOf(entry, dockerPart)
    : undefined;
}

const DOCKER_MEMBERS = new Set(['log', 'stream', 'attrs', 'time']);

/** The part in an entry that has the members of Docker's. */
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
  // Docker cuts at line feeds: one inside is none of its doing, and must not make two lines of one place.
  const bytes = Buffer.from(text.replaceAll('\n', ' '));
  return { stream, time, text: bytes, isEnd: hasEnd || !fillsBuffer(bytes, text, dockerPart) };
}

/** Whether a text can be `length` bytes: Docker puts three bytes, U+FFFD, for one that is no UTF-8. */
function fillsBuffer(bytes: Buffer, text: string, length: number): boolean {
  if (bytes.length <= length) return bytes.length === length;
  return bytes.length - 2 * (text.split('\ufffd').length - 1) <= length;
}

/** A call's line that is cut or glued to another: its own words are no access line, so that nobody else would say so. */
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

/** The object or list in a line; undefined where it is none. */
export function parseObjectOrList(line: Buffer): object | undefined {
  const value = parseJson(line.toString());
  return typeof value === 'object' && value !== null ? value : undefined;
}

export const READ_PART: Record<Form, ReadPart> = { cri: readCriPart, docker: readDockerPart };

const NEWLINE = 0x0a;
const NUL = 0x00;

/** Each line in a block of whole lines that is not empty, without its line break and the NULs of a hole before it. */
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

/** So much of a log's start is looked at. Everything in a wrapped log is wrapped, but its first lines can be torn. */
export const LOOKED_AT_BYTES = 1 << 16;

/**
 * The form of a log that begins with these bytes, told from its content and never from its name; undefined for a plain
 * one. A line that is not wrapped is read the same in every form, so it makes no difference how much of the log was
 * there when it was looked at.
 */
export function formOf(start: Buffer): Form | undefined {
  for (const { line, next } of physicalLines(start)) {
    if (readCriPart(line)) return 'cri';
    if (line.includes(DOCKER_STREAM) && typeof readDockerPart(line) === 'object') return 'docker';
    // Longer than what is looked at: Docker's entries name their stream at their end.
    if (next === start.length && line.toString('latin1', 0, DOCKER_START.length) === DOCKER_START)
      return 'docker';
  }
  return undefined;
}
