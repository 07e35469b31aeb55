import { isBefore, isStoreMoment, type StoreMoment } from '../model/index-coverage.ts';
import type { LinePosition } from '../model/log-position.ts';
import { InputOutputError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import type { Row } from '../rows/row.ts';
import type { Mark } from '../store/mark.ts';
import type { DatasetTree } from './dataset-tree.ts';
import { fileName, rangeOfName, type ExportRange } from './file-name.ts';
import { aboutOf } from './read-parquet.ts';

/** How far each store was read, by its id. A store that is absent was not read. */
export type Moments = ReadonlyMap<string, StoreMoment>;

/** What a file says about itself: which of its day's rounds it has. */
const RANGE = 'agent-session-monitor.range';

export function momentsOf(marks: readonly Mark[]): Moments {
  return new Map(marks.map(({ store, moment }) => [store, moment]));
}

export function rangeText(from: Moments, to: Moments): Record<string, string> {
  return { [RANGE]: JSON.stringify({ from: Object.fromEntries(from), to: Object.fromEntries(to) }) };
}

/** A file of a day, or one that an export is about to add. */
class DayFile {
  readonly range: ExportRange;
  readonly from: Moments;
  readonly to: Moments;
  readonly #tests = new Map<string, (at: LinePosition) => boolean>();

  constructor(range: ExportRange, from: Moments, to: Moments) {
    this.range = range;
    this.from = from;
    this.to = to;
  }

  /** Whether a round of its day belongs into it. */
  covers({ store, log, place }: Pick<Row, 'store' | 'log' | 'place'>): boolean {
    let test = this.#tests.get(store);
    if (!test) {
      const [from, to] = [this.from.get(store), this.to.get(store)];
      const isAfter = isBefore(from ?? null);
      const isInTime = to ? isBefore(to) : () => false;
      test = (at) => !isAfter(at) && isInTime(at);
      this.#tests.set(store, test);
    }
    return test([log, place]);
  }
}

/** The files of a day. Their ranges follow each other, unless somebody removed one. */
export interface DayFiles {
  files: readonly DayFile[];
  /** The file for rounds that were added since. */
  next: DayFile;
  /** Whether no file was removed. */
  isComplete: boolean;
}

/** The name of every file of a day whose export was committed, in their order. */
function committedRanges(tree: DatasetTree, date: string, run: number): ExportRange[] {
  return tree
    .list(date)
    .flatMap((name) => rangeOfName(name) ?? [])
    .filter(({ to }) => to <= run)
    .toSorted((a, b) => a.from - b.from);
}

/**
 * `last`: the export that was the last to add a file; 0: there was none. `before` and `now`: how far the stores
 * had been read by the last export, and are now.
 */
export async function dayFiles(
  files: Files,
  tree: DatasetTree,
  date: string,
  { run, last, before, now }: { run: number; last: number; before: Moments; now: Moments },
): Promise<DayFiles> {
  const ranges = committedRanges(tree, date, run);
  const found: DayFile[] = [];
  let end = 0;
  let isComplete = true;
  for (const range of ranges) {
    if (range.from !== end) isComplete = false;
    end = range.to;
    const { from, to } = await readRange(files, tree, date, range);
    found.push(new DayFile(range, from, to));
  }
  if (end !== last) isComplete = false;
  // What was in a removed file stays removed.
  const from = end === last ? (found.at(-1)?.to ?? NOTHING) : before;
  return { files: found, next: new DayFile({ from: last, to: run + 1 }, from, now), isComplete };
}

const NOTHING: Moments = new Map();

async function readRange(
  files: Files,
  tree: DatasetTree,
  date: string,
  range: ExportRange,
): Promise<{ from: Moments; to: Moments }> {
  const about = await tree.useAsync(date, fileName(range), (path) => aboutOf(files, path));
  const value = parseJson(about?.get(RANGE) ?? '');
  const from = isRecord(value) ? toMoments(value['from']) : undefined;
  const to = isRecord(value) ? toMoments(value['to']) : undefined;
  if (from && to) return { from, to };
  throw new InputOutputError(
    `${tree.named}/date=${date}/${fileName(range)} is not a file that an export wrote. Nothing was changed. ` +
      'Remove the folder of this day, or export into a new folder',
  );
}

function toMoments(value: unknown): Moments | undefined {
  if (!isRecord(value)) return undefined;
  const moments = Object.entries(value);
  return moments.every((pair): pair is [string, StoreMoment] => isStoreMoment(pair[1]))
    ? new Map(moments)
    : undefined;
}
