import { join } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import { isAbsent, readBytes, withFile, type Files } from '../platform/files.ts';
import type { LogPosition, State } from './state.ts';
import type { PriceRef, SessionEntry, UsageCell } from './types.ts';

/**
 * The index: what each session holds and used, and the log positions, so that a lost state can be rebuilt. One JSON
 * document a line. A session's lines add up: plain fields replace, `usage` adds. The base has one line a session;
 * the tail has what each run added.
 */
export interface Index {
  sessions: Map<string, SessionEntry>;
  /** Logs whose files are gone, by number. They are never forgotten: a copy of one can turn up years later. */
  closed: Map<number, LogPosition>;
}

type CellRow = [
  quarter: number,
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
];

type SessionLine = Omit<SessionEntry, 'usage'> & { usage: CellRow[] };
/** The log positions as a commit left them, and the number of that commit. */
type PositionsLine = { logs: LogPosition[]; next_log: number; commit: number };
export type IndexLine = SessionLine | PositionsLine | { closed: LogPosition[] };

export function indexPath(dir: string, generation: number): string {
  return join(dir, `.index-${generation}.jsonl`);
}

/** A session's line: the base's, or with only what a run added in `usage` the tail's. */
export function sessionLine(entry: SessionEntry, usage: readonly UsageCell[]): string {
  return `${JSON.stringify({ ...entry, usage: usage.map(toRow) } satisfies SessionLine)}\n`;
}

export function positionsLine(logs: LogPosition[], nextLog: number, commit: number): string {
  return `${JSON.stringify({ logs, next_log: nextLog, commit } satisfies PositionsLine)}\n`;
}

export function closedLine(closed: readonly LogPosition[]): string {
  return closed.length === 0 ? '' : `${JSON.stringify({ closed })}\n`;
}

/** Reads the index as far as the state counts it; what a crashed run left behind that is not looked at. */
export function readIndex(files: Files, dir: string, state: Pick<State, 'index'>): Index {
  const { generation, length } = state.index;
  const index: Index = { sessions: new Map(), closed: new Map() };
  if (length === 0) return index;
  const path = indexPath(dir, generation);
  const bytes = readCommitted(files, path, length);
  if (bytes.length < length)
    throw damaged(path, `is ${bytes.length} bytes long, and ${length} were committed`);
  for (let at = 0; at < length;) {
    const end = bytes.indexOf(0x0a, at);
    const line = parseIndexLine(bytes.toString('utf8', at, end < 0 ? length : end));
    if (!line) throw damaged(path, `has a damaged line at byte ${at}`);
    addLine(index, line);
    at = end < 0 ? length : end + 1;
  }
  return index;
}

/**
 * Throws when the index holds a later commit than the state counts, apart from the one that a killed run left
 * behind: then an old state was put back. Under the lock only, as a reader's state may be old for a moment.
 */
export function checkNotRestored(files: Files, dir: string, state: State): void {
  const path = indexPath(dir, state.index.generation);
  const { length } = state.index;
  const size = files.stat(path)?.size ?? 0;
  if (size <= length) return;
  const behind = withFile(files, path, 'read', (fd) => readBytes(files, fd, length, size - length));
  for (const text of behind.toString().split('\n')) {
    const line = parseIndexLine(text);
    if (line && 'commit' in line && line.commit > state.commit + 1) {
      throw new InputOutputError(
        `the state is older than the index ${path}: it counts ${state.commit} commits, and the index ${line.commit}. ` +
          'Nothing was changed. A new state can be made from the index: monitor repair says how',
      );
    }
  }
}

function readCommitted(files: Files, path: string, length: number): Buffer {
  try {
    return withFile(files, path, 'read', (fd) => readBytes(files, fd, 0, length));
  } catch (error) {
    throw isAbsent(error) ? damaged(path, 'is missing', error) : error;
  }
}

/** A line of the index; undefined where it is damaged. */
export function parseIndexLine(text: string): IndexLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Our own line: that it is a whole JSON document is all that is asked of it.
    return typeof value === 'object' && value !== null ? (value as IndexLine) : undefined;
  } catch {
    return undefined;
  }
}

function addLine(index: Index, line: IndexLine): void {
  if ('id' in line) {
    const { usage, ...entry } = line;
    const known = index.sessions.get(line.id);
    if (known) Object.assign(known, entry);
    const cells = known?.usage ?? [];
    for (const row of usage) cells.push(toCell(row));
    if (!known) index.sessions.set(line.id, { ...entry, usage: cells });
  } else if ('closed' in line) {
    for (const log of line.closed) index.closed.set(log.id, log);
  }
}

/** Adds up cells of the same quarter, model, consumer, api and price. */
export function mergeCells(cells: readonly UsageCell[]): UsageCell[] {
  const merged = new Map<string, UsageCell>();
  for (const cell of cells) {
    const key = JSON.stringify([cell.quarter, cell.model, cell.consumer, cell.api, cell.price]);
    const sum = merged.get(key);
    if (sum) addCell(sum, cell);
    else merged.set(key, { ...cell });
  }
  return [...merged.values()];
}

function addCell(sum: UsageCell, cell: UsageCell): void {
  sum.rounds += cell.rounds;
  sum.input += cell.input;
  sum.output += cell.output;
  sum.reasoning += cell.reasoning;
  sum.cached += cell.cached;
  sum.cacheWrite += cell.cacheWrite;
  sum.cost += cell.cost;
  sum.saved += cell.saved;
}

function toRow(cell: UsageCell): CellRow {
  const { quarter, model, consumer, api, price, rounds, input, output, reasoning, cached, cacheWrite } = cell;
  const row: CellRow = [
    quarter,
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
  if (cell.cost !== 0n || cell.saved !== 0n) row.push(String(cell.cost));
  if (cell.saved !== 0n) row.push(String(cell.saved));
  return row;
}

function toCell(row: CellRow): UsageCell {
  const [
    quarter,
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
  ] = row;
  return {
    quarter,
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
  };
}

function damaged(path: string, problem: string, cause?: unknown): InputOutputError {
  return new InputOutputError(
    `the index ${path} ${problem}. Nothing was changed. It can be made again from the session files: monitor repair says how`,
    { cause },
  );
}
