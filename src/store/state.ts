import { isLogPosition, type LogPosition } from '../model/log-position.ts';
import { InputOutputError } from '../platform/errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';

/** The commit pointer. Renaming a new one into place is the commit: what it doesn't count does not exist. */
export interface State {
  format: typeof STATE_FORMAT;
  /** Id of the store that it belongs to. */
  store: string;
  /** Number of commits so far. */
  commit: number;
  /** The index: its files' number, the length of its base (0: there is none), and of its tail. */
  index: { generation: number; base: number; length: number };
  prices: { generation: number; length: number };
  rejected: { length: number };
  /** The sums of removed rounds; absent where none were. */
  pruned?: { length: number };
  /** How many of the closed logs are imported files; absent in older stores, where nobody has counted them. */
  imported?: number;
  /**
   * No closed log has a line of a request that ended later: milliseconds since 1970 UTC; null as long as no log was closed.
   * Absent in older stores.
   */
  closed_until?: number | null;
  /** Rounds that a repair could not bring back, and how much of their list counts; absent where none were lost. */
  lost?: { length: number; rounds: number };
  /** The next log id. */
  next_log: number;
  logs: LogPosition[];
}

/** Format 1, which is read still, has no base. Format 2 has no cells in other currencies, and none with bounds. */
const STATE_FORMAT = 3;

export function newState(store: string): State {
  return {
    format: STATE_FORMAT,
    store,
    commit: 0,
    index: { generation: 1, base: 0, length: 0 },
    prices: { generation: 1, length: 0 },
    rejected: { length: 0 },
    next_log: 1,
    logs: [],
  };
}

/** Reads the state of a store; anything but a whole state of this very store is an error that says what to do. */
export function readState(files: Files, path: string, store: string): State {
  const bytes = readWhole(files, path);
  if (!bytes) throw stateError(path, 'is missing');
  const state = parseState(bytes);
  if (typeof state === 'string') throw stateError(path, state);
  if (state.store !== store) throw stateError(path, 'belongs to another store');
  return state;
}

export function writeState(files: Files, path: string, state: State): void {
  replaceFile(files, path, `${JSON.stringify(state)}\n`);
}

/** The state in a file's bytes, or what is wrong with it. */
export function parseState(bytes: Uint8Array): State | string {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return bytes.length === 0 ? 'is empty' : 'is not valid JSON: it was cut, or written by something else';
  }
  if (!isRecord(value)) return 'is not a state';
  if (typeof value['format'] === 'number' && value['format'] > STATE_FORMAT) {
    return `was written by a newer version of monitor (format ${value['format']}): update monitor`;
  }
  return isState(value)
    ? inNewFormat(value)
    : 'is not a state of this program: the Python original may have written it';
}

function inNewFormat(state: State): State {
  const format: number = state.format;
  const index = format === 1 ? { ...state.index, base: 0 } : state.index;
  return { ...state, format: STATE_FORMAT, index };
}

function isState(value: Record<string, unknown>): value is Record<string, unknown> & State {
  const { index, prices, rejected, pruned, lost, logs } = value;
  return (
    [1, 2, STATE_FORMAT].includes(value['format'] as number) &&
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
    isRecord(rejected) &&
    isCount(rejected['length']) &&
    (pruned === undefined || (isRecord(pruned) && isCount(pruned['length']))) &&
    (value['closed_until'] == null || Number.isFinite(value['closed_until'])) &&
    (lost === undefined || (isRecord(lost) && isCount(lost['length']) && isCount(lost['rounds']))) &&
    Array.isArray(logs) &&
    logs.every(isLogPosition)
  );
}

function stateError(path: string, problem: string): InputOutputError {
  return new InputOutputError(
    `the state ${path} ${problem}. Nothing was changed. Without it, it is not known which log bytes were counted. ` +
      'The index may know: monitor repair says how to go on',
  );
}

/** How many rounds no repair could bring back: no sum of the store holds them. */
export function lostRoundsOf({ lost }: Pick<State, 'lost'>): number {
  return lost?.rounds ?? 0;
}
