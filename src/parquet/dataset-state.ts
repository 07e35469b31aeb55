import { checkedJson, parseCheckedJson } from '../platform/checked-json.ts';
import { InputOutputError } from '../platform/errors.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { isMark, type Mark } from '../store/mark.ts';
import { DaySums } from './day-sums.ts';

/** What a dataset knows of one of its days. */
interface DayState {
  /** The last export that added a file. */
  last: number;
  /** What the stores had of the day then. */
  sums: DaySums;
  /** How many of these rounds are in no file: the store pruned them before they were exported. */
  missing: number;
}

/** How far a dataset has come. Replacing its file is the commit of an export. */
export interface DatasetState {
  /** How many exports were committed. */
  run: number;
  /** Whether the rows have texts. */
  content: boolean;
  /** How far each store has been exported, in the order in which rounds of several stores count. */
  stores: Mark[];
  days: Map<string, DayState>;
}

const FORMAT = 1;

export function stateText({ run, content, stores, days }: DatasetState): string {
  const sorted = [...days].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return checkedJson({ format: FORMAT, run, content, stores, days: Object.fromEntries(sorted) });
}

/** Throws InputOutputError unless it is an intact state. `dir`: for the message. */
export function parseDatasetState(bytes: Buffer, dir: string): DatasetState {
  const value = parseCheckedJson(bytes);
  if (isRecord(value) && typeof value['format'] === 'number' && value['format'] > FORMAT)
    throw new InputOutputError(
      `the dataset ${dir} was written by a newer version of monitor (format ${value['format']}): update monitor`,
    );
  const state = toState(value);
  if (state) return state;
  throw new InputOutputError(
    `the state of the dataset ${dir} is damaged. Nothing was changed. Export into a new folder`,
  );
}

function toState(value: unknown): DatasetState | undefined {
  if (!isRecord(value)) return undefined;
  const { run, content, stores, days } = value;
  if (!isCount(run) || typeof content !== 'boolean' || !isRecord(days)) return undefined;
  if (!Array.isArray(stores) || !stores.every(isMark)) return undefined;
  const known = new Map<string, DayState>();
  for (const [date, day] of Object.entries(days)) {
    const { last, sums, missing } = isRecord(day) ? day : {};
    const read = DaySums.from(sums);
    if (!isCount(last) || !isCount(missing) || !read || !/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
    known.set(date, { last, sums: read, missing });
  }
  return { run, content, stores, days: known };
}
