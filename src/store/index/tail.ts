import { crc32 } from '../../platform/digest.ts';
import type { InputOutputError } from '../../platform/errors.ts';
import { parseJson } from '../../platform/json-spans.ts';
import { isSessionFile } from '../names.ts';
import { damagedIndex } from './damaged-index.ts';
import { isClosedLog, type ClosedLog, type LogPosition } from '../../model/log-position.ts';
import type { SessionEntry, SessionHead } from '../../model/session-entry.ts';
import { COUNTER, NO_COUNTERS, type CellCounters } from '../../model/cell-counters.ts';
import type { IndexCoverage } from '../../model/index-coverage.ts';
import type { PriceRef, UsageCell } from '../../model/usage-cell.ts';

/*
 * The tail of an index: what each run added since its base was written, one JSON document per line. A session's lines
 * add up: plain fields replace, `usage` adds. A commit ends with a line of the log positions, by which a lost state can
 * be rebuilt.
 */

export type CellRow = [
  bucket: number,
  model: string,
  consumer: string,
  api: string,
  price: PriceRef,
  rounds: number,
  input: number,
  output: number,
  reasoning: number,
  cached: number,
  cacheWrite: number,
  cost?: string,
  saved?: string,
  inexact?: string,
  currency?: string,
  tags?: string,
  counters?: CellCounters,
];

export type SessionLine = SessionHead & { usage: CellRow[] };

/** The log positions as of a commit, and the number of that commit. */
export interface PositionsLine {
  logs: LogPosition[];
  next_log: number;
  commit: number;
  /** Length of the base that the tail belongs to. Absent, like `crc`, in stores of format 1, which have no base. */
  base?: number;
  /** CRC-32 of all bytes of the tail before this line. */
  crc?: number;
  /** Absent in stores of formats up to 4. */
  coverage?: IndexCoverage | undefined;
}

export type IndexLine = SessionLine | PositionsLine | { closed: ClosedLog[] };

/** A session's line; `usage` holds what a run added. */
export function sessionLine(head: SessionHead, usage: readonly UsageCell[]): string {
  const { id, file, ...rest } = head;
  return `${JSON.stringify({ id, file, ...rest, usage: usage.map(toRow) } satisfies SessionLine)}\n`;
}

export function positionsLine(positions: PositionsLine): string {
  return `${JSON.stringify(positions)}\n`;
}

export function closedLine(closed: readonly ClosedLog[]): string {
  return closed.length === 0 ? '' : `${JSON.stringify({ closed })}\n`;
}

/** A line of the tail; undefined if it is damaged. */
export function parseIndexLine(text: string): IndexLine | undefined {
  const value = parseJson(text);
  // We wrote the line ourselves, so it only has to be a whole JSON document. But its file is opened, and removed.
  if (typeof value !== 'object' || value === null) return undefined;
  return 'file' in value && !isSessionFile(value.file) ? undefined : (value as IndexLine);
}

/**
 * What the tail adds to a session: the fields of its last line, the usage of all its lines. `isCounted`: false if
 * the cells were written by a build without counters.
 */
export function addUp(
  known: SessionEntry | undefined,
  lines: readonly SessionLine[],
  isCounted: boolean,
): SessionEntry | undefined {
  let entry = known;
  for (const { usage, ...fields } of lines) {
    entry = { ...fields, usage: [...(entry?.usage ?? []), ...usage.map((row) => toCell(row, isCounted))] };
  }
  return entry;
}

/** Where the id's JSON text begins in a session's line, and what is between it and the file's. */
const ID_FROM = '{"id":'.length;
const SESSION = Buffer.from('{"id":"');
/** Inside a JSON text a quote always follows a backslash, so these bytes can only be the end of the id. */
const FILE = Buffer.from('","file":"');

/** The committed bytes of a tail. Lines are parsed on request, because a run touches few sessions. */
export class IndexTail {
  readonly #path: string;
  readonly #bytes: Buffer;
  /** Where a session's lines begin and end, by its id as JSON. */
  readonly #lines = new Map<string, [from: number, to: number][]>();
  readonly #others: [from: number, to: number][] = [];
  #files: Set<string> | undefined;
  /** CRC-32 of all bytes. */
  readonly crc: number;
  /** As of the last commit; undefined if there are no bytes. */
  positions: PositionsLine | undefined;

  /** Throws InputOutputError if the bytes are not what a commit wrote. */
  constructor(path: string, bytes: Buffer) {
    this.#path = path;
    this.#bytes = bytes;
    for (let at = 0; at < bytes.length;) {
      const newline = bytes.indexOf(0x0a, at);
      const end = newline < 0 ? bytes.length : newline;
      const idEnd = isAt(bytes, at, SESSION) ? bytes.indexOf(FILE, at + ID_FROM) : -1;
      if (idEnd < 0 || idEnd > end) this.#others.push([at, end]);
      else this.#noteLine(bytes.toString('utf8', at + ID_FROM, idEnd + 1), at, end);
      at = end + 1;
    }
    this.crc = this.#check();
  }

  get ids(): string[] {
    return [...this.#lines.keys()].map((json) => JSON.parse(json) as string);
  }

  has(id: string): boolean {
    return this.#lines.has(JSON.stringify(id));
  }

  /** Whether a session's file has this name, given in lower case. */
  hasFile(lowerCaseName: string): boolean {
    // A prune gives a session another file, so each line names its own.
    this.#files ??= new Set(
      [...this.#lines].flatMap(([id, places]) => places.map(([at]) => this.#fileOf(id, at))),
    );
    return this.#files.has(lowerCaseName);
  }

  /** The lines of a session; those before `end` if it is given. */
  linesOf(id: string, end = Infinity): SessionLine[] {
    const places = this.#lines.get(JSON.stringify(id)) ?? [];
    return places.filter(([at]) => at < end).map((place) => this.#parse(place) as SessionLine);
  }

  /** CRC-32 of its first bytes. */
  crcOf(length: number): number {
    return crc32(this.#bytes.subarray(0, length));
  }

  /** The sessions with lines from this byte on. */
  idsFrom(start: number): string[] {
    return [...this.#lines].flatMap(([json, places]) =>
      (places.at(-1)?.[0] ?? -1) >= start ? [JSON.parse(json) as string] : [],
    );
  }

  /** The fields of the last line without its usage; undefined if the session has no line. */
  headOf(id: string): SessionHead | undefined {
    const place = this.#lines.get(JSON.stringify(id))?.at(-1);
    if (!place) return undefined;
    const { usage: _, ...head } = this.#parse(place) as SessionLine;
    return head;
  }

  get closed(): ClosedLog[] {
    return this.#others.flatMap((place) => {
      const line = this.#parse(place);
      if (!('closed' in line)) return [];
      if (Array.isArray(line.closed) && line.closed.every(isClosedLog)) return line.closed;
      throw damagedIndex(this.#path, `has a damaged line at byte ${place[0]}`);
    });
  }

  #fileOf(id: string, at: number): string {
    const from = at + ID_FROM + Buffer.byteLength(id) - 1 + FILE.length;
    return this.#bytes.toString('utf8', from, this.#bytes.indexOf(QUOTE, from)).toLowerCase();
  }

  /** Checks the last line, which must be a commit's, and its checksum. Returns the CRC-32 of all bytes. */
  #check(): number {
    if (this.#bytes.length === 0) return crc32(this.#bytes);
    const [from, to] = this.#others.at(-1) ?? [0, 0];
    const before = crc32(this.#bytes.subarray(0, from));
    const line = parseIndexLine(this.#bytes.toString('utf8', from, to));
    const isWhole = to === this.#bytes.length - 1 && line !== undefined && 'commit' in line;
    if (!isWhole || (line.crc !== undefined && line.crc !== before)) throw this.#damage();
    this.positions = line;
    return crc32(this.#bytes.subarray(from), before);
  }

  /** Names the first line that is not JSON. If there is none, a line has changed and is still JSON. */
  #damage(): InputOutputError {
    for (let at = 0; at < this.#bytes.length;) {
      const newline = this.#bytes.indexOf(0x0a, at);
      const end = newline < 0 ? this.#bytes.length : newline;
      if (!parseIndexLine(this.#bytes.toString('utf8', at, end))) {
        return damagedIndex(this.#path, `has a damaged line at byte ${at}`);
      }
      at = end + 1;
    }
    return damagedIndex(this.#path, 'is not what was committed: its checksum does not match');
  }

  #noteLine(id: string, from: number, to: number): void {
    const known = this.#lines.get(id);
    if (known) known.push([from, to]);
    else this.#lines.set(id, [[from, to]]);
  }

  #parse([from, to]: [number, number]): IndexLine {
    const line = parseIndexLine(this.#bytes.toString('utf8', from, to));
    if (line) return line;
    throw damagedIndex(this.#path, `has a damaged line at byte ${from}`);
  }
}

const QUOTE = 0x22;

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  return (
    bytes.length >= at + wanted.length &&
    bytes.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0
  );
}

/** Values at the end of a row that are left out. */
const ABSENT = ['0', '0', '', 'USD', ''];

export function toRow(cell: UsageCell): CellRow {
  const { bucket, model, consumer, api, price, rounds, input, output, reasoning, cached, cacheWrite } = cell;
  const row: CellRow = [
    bucket,
    model,
    consumer,
    api,
    price,
    rounds,
    input,
    output,
    reasoning,
    cached,
    cacheWrite,
  ];
  const { cost, saved, inexact, currency, tags, counters } = cell;
  const rest = [String(cost), String(saved), inexact, currency, tags];
  if (counters.length > 0) row.push(...(rest as [string, string, string, string, string]), counters);
  else {
    while (rest.length > 0 && rest.at(-1) === ABSENT[rest.length - 1]) rest.pop();
    row.push(...rest);
  }
  return row;
}

/** `isCounted`: false for a row of a build that wrote no counters, so that nothing is known but the tokens. */
export function toCell(row: CellRow, isCounted: boolean): UsageCell {
  const [
    bucket,
    model,
    consumer,
    api,
    price,
    rounds,
    input,
    output,
    reasoning,
    cached,
    cacheWrite,
    cost,
    saved,
    inexact = '',
    currency = 'USD',
    tags = '',
    counters = NO_COUNTERS,
  ] = row;
  return {
    bucket,
    model,
    consumer,
    api,
    price,
    rounds,
    input,
    output,
    reasoning,
    cached,
    cacheWrite,
    cost: BigInt(cost ?? 0),
    saved: BigInt(saved ?? 0),
    currency,
    inexact,
    tags,
    counters: isCounted ? counters : [COUNTER.uncounted, rounds],
  };
}
