import { isLogPosition, type LogPosition } from '../model/log-position.ts';
import { FULL_COVERAGE, isIndexCoverage, momentOf, type IndexCoverage } from '../model/index-coverage.ts';
import { crc32 } from '../platform/digest.ts';
import { InputOutputError } from '../platform/errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';

/** Which price book is in force, and how many of its bytes. */
export interface PriceBookEnd {
  generation: number;
  length: number;
  /** CRC-32 of these bytes. Absent in older stores until a price is added. */
  crc?: number;
}

/** The commit pointer. Renaming a new one into place is the commit; what it does not count does not exist. */
export interface State {
  /** The format before it has no `coverage`. */
  format: typeof STATE_FORMAT | typeof UNCOUNTED_FORMAT;
  /** Id of the store it belongs to. */
  store: string;
  /** Number of commits so far. */
  commit: number;
  /** The index: the number of its files, the length of its base (0: none), and of its tail. */
  index: { generation: number; base: number; length: number };
  prices: PriceBookEnd;
  rejected: { length: number };
  /** The sums of removed rounds; absent if there are none. */
  pruned?: { length: number };
  /** How many of the closed logs are imported files; absent in older stores, which did not count them. */
  imported?: number;
  /**
   * No closed log has a request that ended later: milliseconds since 1970 UTC; null if no log was closed. Absent in older
   * stores.
   */
  closed_until?: number | null;
  /** Rounds that a repair could not recover, and the committed length of their list; absent if none were lost. */
  lost?: { length: number; rounds: number };
  /**
   * The generation of the last index that counted earlier rounds anew: after a refresh of prices, a reindex or a repair.
   * Absent if there was none, and in older stores.
   */
  rewritten?: number;
  /** What the index has of which rounds. Absent in states of formats up to 4, whose cells have only tokens. */
  coverage?: IndexCoverage;
  /** The next log id. */
  next_log: number;
  logs: LogPosition[];
}

/**
 * Older formats can still be read. Format 1 has no base, format 2 no cells in other currencies or with bounds, format 3
 * no checksums, and format 4 no counters and tags in cells: takeOver converts it.
 */
const STATE_FORMAT = 5;
/** The first format with a checksum, and the last without counters. */
const UNCOUNTED_FORMAT = 4;

export function newState(store: string): State {
  return {
    format: STATE_FORMAT,
    store,
    commit: 0,
    index: { generation: 1, base: 0, length: 0 },
    prices: { generation: 1, length: 0 },
    rejected: { length: 0 },
    coverage: FULL_COVERAGE,
    next_log: 1,
    logs: [],
  };
}

/** A state as its file says it; without a checksum it may have changed since. */
export interface FiledState {
  state: State;
  hasChecksum: boolean;
}

/** Reads the state of a store. Throws InputOutputError unless it is an intact state of this store. */
export function readStateFile(files: Files, path: string, store: string): FiledState {
  const bytes = readWhole(files, path);
  if (!bytes) throw stateError(path, 'is missing');
  const filed = parseState(bytes);
  if (typeof filed === 'string') throw stateError(path, filed);
  if (filed.state.store !== store) throw stateError(path, 'belongs to another store');
  return filed;
}

/** The same, without comparing a state of an older format with the index: `readCurrentState` does. */
export function readState(files: Files, path: string, store: string): State {
  return readStateFile(files, path, store).state;
}

export function writeState(files: Files, path: string, state: State): void {
  replaceFile(files, path, stateText(state));
}

/** The state as its file holds it: JSON whose last member is the CRC-32 of everything before it. */
export function stateText(state: State): string {
  const text = JSON.stringify(state).slice(0, -1);
  return `${text}${CRC_KEY}${crc32(Buffer.from(text))}}\n`;
}

const CRC_KEY = ',"crc":';

/** Whether the checksum matches. Older formats have none. */
function isIntact(text: string, { format, crc }: Record<string, unknown>): boolean {
  if (crc === undefined) return typeof format === 'number' && format < UNCOUNTED_FORMAT;
  const end = text.lastIndexOf(CRC_KEY);
  return crc === crc32(Buffer.from(text.slice(0, end))) && text.slice(end) === `${CRC_KEY}${crc}}\n`;
}

/** The state in a file's bytes, or what is wrong with it. */
export function parseState(bytes: Uint8Array): FiledState | string {
  const text = Buffer.from(bytes).toString();
  const value = parseJson(text);
  if (value === undefined) {
    return bytes.length === 0
      ? 'is empty'
      : 'is not valid JSON: it was truncated, or written by another program';
  }
  if (!isRecord(value)) return 'is not a state';
  if (typeof value['format'] === 'number' && value['format'] > STATE_FORMAT) {
    return `was written by a newer version of monitor (format ${value['format']}): update monitor`;
  }
  if (!isState(value)) return 'is not a state of this program: the Python original may have written it';
  if (!isIntact(text, value)) return 'is damaged: its checksum does not match';
  const hasChecksum = value['crc'] !== undefined;
  return { state: inNewFormat(value, hasChecksum), hasChecksum };
}

function inNewFormat({ crc: _crc, ...state }: State & { crc?: unknown }, hasChecksum: boolean): State {
  const format: number = state.format;
  const index = format === 1 ? { ...state.index, base: 0 } : state.index;
  const known: State = { ...state, format: state.coverage ? STATE_FORMAT : UNCOUNTED_FORMAT, index };
  if (!hasChecksum) {
    // Only what nothing repeats; without them, a run finds them out.
    delete known.imported;
    delete known.closed_until;
  }
  return known;
}

function isState(value: Record<string, unknown>): value is Record<string, unknown> & State {
  const { index, prices, rejected, pruned, lost, logs } = value;
  return (
    isKnownFormat(value['format']) &&
    // Absent in an older format, and only there.
    (value['format'] === STATE_FORMAT
      ? isIndexCoverage(value['coverage'])
      : value['coverage'] === undefined) &&
    typeof value['store'] === 'string' &&
    isCount(value['commit']) &&
    isCount(value['next_log']) &&
    isRecord(index) &&
    isCount(index['generation']) &&
    isCount(index['base']) &&
    isCount(index['length']) &&
    isRecord(prices) &&
    isCount(prices['generation']) &&
    isCount(prices['length']) &&
    (prices['crc'] === undefined || isCount(prices['crc'])) &&
    isRecord(rejected) &&
    isCount(rejected['length']) &&
    (pruned === undefined || (isRecord(pruned) && isCount(pruned['length']))) &&
    (value['closed_until'] == null || Number.isFinite(value['closed_until'])) &&
    (value['rewritten'] === undefined || isCount(value['rewritten'])) &&
    (lost === undefined || (isRecord(lost) && isCount(lost['length']) && isCount(lost['rounds']))) &&
    Array.isArray(logs) &&
    logs.every(isLogPosition)
  );
}

function isKnownFormat(format: unknown): boolean {
  return isCount(format) && format >= 1 && format <= STATE_FORMAT;
}

export function stateError(path: string, problem: string): InputOutputError {
  return new InputOutputError(
    `the state ${path} ${problem}. Nothing was changed. Without the state, monitor does not know which log bytes were counted. ` +
      'Run monitor repair: the index may have this information',
  );
}

/** A state with what the index has of which rounds. */
export function withCoverage(state: State, coverage: IndexCoverage): State {
  return { ...state, format: STATE_FORMAT, coverage };
}

/** What the index has of which rounds; nothing but tokens, for a state of an older format. */
export function coverageOf({
  coverage,
  next_log,
  logs,
}: Pick<State, 'next_log' | 'logs'> & { coverage?: IndexCoverage | undefined }): IndexCoverage {
  if (coverage) return coverage;
  const now = momentOf({ next_log, logs });
  return { kept_from: now, counted_from: now, dimensions: [] };
}

/** How many rounds no repair could recover: no sum of the store includes them. */
export function lostRoundsOf({ lost }: Pick<State, 'lost'>): number {
  return lost?.rounds ?? 0;
}
