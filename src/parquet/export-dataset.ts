import { BUCKET_MS } from '../model/usage-cell.ts';
import { UsageError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { emptyRow, addCell, type Row as Totals } from '../query/aggregate.ts';
import type { Row } from '../rows/row.ts';
import { cellsOf } from '../store/index/index.ts';
import type { Snapshot } from '../store/read.ts';
import { parquetColumns, type ParquetColumn } from './columns.ts';
import { parseDatasetState, stateText, type DatasetState } from './dataset-state.ts';
import { DatasetTree } from './dataset-tree.ts';
import { DaySums, SumsByDay } from './day-sums.ts';
import { dayFiles, momentsOf, rangeText, type DayFiles } from './day-ranges.ts';
import { dateOf, fileName, rangeOfName, type ExportRange } from './file-name.ts';
import { keptRows } from './kept-rows.ts';
import { ExportSources } from '../rows/sources.ts';
import { StagedFiles } from './staged-files.ts';

export interface DatasetOptions {
  withContent: boolean;
  /** Milliseconds since 1970 UTC. */
  now: number;
}

/** What an export did. */
export interface ExportedDataset {
  /** Nothing was committed to a store since the last export. */
  isUnchanged: boolean;
  /** Asks what the stores have. */
  total: () => Totals;
  /** Rounds that were added, and the files that have them. */
  rounds: number;
  files: number;
  /** The days of which earlier rounds were written again. */
  rewritten: string[];
  /** Rounds that the stores count and no file has: they were pruned before they were exported. */
  missing: number;
  /** Days whose files do not add up to what the stores have, though no round is missing. */
  unequal: string[];
  /** Files in the folders of days that are not the dataset's. Readers count them. */
  strange: string[];
}

/**
 * Brings the dataset in a folder to what the stores have now, and makes it if there is none. Takes its lock.
 *
 * New files are complete and on disk before any is moved into its place, and the dataset's state is replaced last: that is
 * the commit. After a crash before it, the files that it would have added are removed, by their names.
 */
export async function exportDataset(
  files: Files,
  dir: string,
  snapshots: readonly Snapshot[],
  options: DatasetOptions,
): Promise<ExportedDataset> {
  const tree = new DatasetTree(files, dir);
  try {
    const bytes = tree.readState();
    const state = bytes
      ? parseDatasetState(bytes, tree.named)
      : { run: 0, content: options.withContent, stores: [], days: new Map() };
    if (state.content !== options.withContent)
      throw new UsageError(
        state.content
          ? `the dataset ${tree.named} has texts: add --with-content, or export into a new folder`
          : `the dataset ${tree.named} has no texts: leave --with-content out, or export into a new folder`,
      );
    const sources = new ExportSources(snapshots, state.stores, options.now);
    // From now on, what is in the folder is the dataset's.
    if (!bytes) tree.writeState(stateText(state));
    return await new Export(files, tree, state, sources).run();
  } catch (error) {
    throw tree.explained(error);
  } finally {
    tree.close();
  }
}

class Export {
  readonly #files: Files;
  readonly #tree: DatasetTree;
  readonly #state: DatasetState;
  readonly #sources: ExportSources;
  readonly #columns: readonly ParquetColumn[];
  readonly #staged: StagedFiles;
  /** The sums of rounds that are in staged files of this export, or were in files before. */
  readonly #sums = new SumsByDay();
  readonly #dayFiles = new Map<string, DayFiles>();

  constructor(files: Files, tree: DatasetTree, state: DatasetState, sources: ExportSources) {
    this.#files = files;
    this.#tree = tree;
    this.#state = state;
    this.#sources = sources;
    this.#columns = parquetColumns(state.content);
    this.#staged = new StagedFiles(files, tree, this.#columns);
  }

  async run(): Promise<ExportedDataset> {
    const strange = this.#sweep();
    if (this.#sources.areUnchanged) return this.#result(true, { strange });
    for (const [date, { sums }] of this.#state.days) this.#sums.of(date).addAll(sums);
    if (!this.#sources.hasChangedRounds)
      for (const row of this.#sources.added())
        this.#add(row, { from: this.#state.days.get(dateOf(row.time))?.last ?? 0, to: this.#state.run + 1 });
    const expected = this.#expected();
    const changed = this.#changedDays(expected);
    const unequal = changed.size > 0 ? await this.#rewrite(changed, expected) : [];
    const staged = await this.#staged.finish(async (date, range) => {
      const { files, next } = await this.#filesOf(date);
      const { from, to } = files.find((file) => file.range.to === range.to) ?? next;
      return rangeText(from, to);
    });
    for (const { date, range, path } of staged) this.#tree.publish(path, date, fileName(range));
    this.#commit(expected, new Set(staged.filter(this.#isAdded).map(({ date }) => date)));
    const added = staged.filter(this.#isAdded);
    return this.#result(false, {
      rounds: added.reduce((sum, { rows }) => sum + rows, 0),
      files: added.length,
      rewritten: [
        ...new Set(staged.filter((file) => !this.#isAdded(file)).map(({ date }) => date)),
      ].toSorted(),
      unequal,
      strange,
    });
  }

  #result(isUnchanged: boolean, done: Partial<ExportedDataset>): ExportedDataset {
    const total = (): Totals => {
      const sum = emptyRow();
      for (const cell of cellsOf(this.#sources.whole.sessions)) addCell(sum, cell);
      return sum;
    };
    const none = { rounds: 0, files: 0, rewritten: [], unequal: [], strange: [] };
    return { ...none, isUnchanged, total, missing: this.#missing(), ...done };
  }

  readonly #isAdded = ({ range }: { range: ExportRange }): boolean => range.to > this.#state.run;

  /** Removes what a killed export has left, in all days; returns the names of files that no export wrote. */
  #sweep(): string[] {
    this.#tree.removeStaged();
    const strange: string[] = [];
    for (const date of this.#tree.dates()) {
      for (const name of this.#tree.list(date)) {
        const range = rangeOfName(name);
        if (range && this.#isAdded({ range })) this.#tree.remove(date, name);
        else if (!range && !/^[._]/.test(name)) strange.push(`date=${date}/${name}`);
      }
    }
    return strange;
  }

  #add(row: Row, range: ExportRange): void {
    const date = dateOf(row.time);
    this.#staged.add(
      date,
      range,
      this.#columns.map(({ value }) => value(row)),
    );
    this.#sums.of(date).add(row.gateway, row.cell);
  }

  /** What the stores have of each day. */
  #expected(): SumsByDay {
    const { whole } = this.#sources;
    const expected = new SumsByDay();
    for (const cell of cellsOf(whole.sessions))
      expected.of(dateOf(cell.bucket * BUCKET_MS)).add(cell.gateway ?? whole.gateways[0] ?? '', cell);
    return expected;
  }

  #changedDays(expected: SumsByDay): Set<string> {
    const dates = new Set([...this.#sums.days.keys(), ...expected.days.keys()]);
    if (this.#sources.hasChangedRounds) return dates;
    return new Set([...dates].filter((date) => !this.#sums.of(date).equals(expected.of(date))));
  }

  /** Writes the files of some days again. Returns the days whose sums are still others than the stores have. */
  async #rewrite(dates: ReadonlySet<string>, expected: SumsByDay): Promise<string[]> {
    this.#staged.drop(dates);
    for (const date of dates) {
      this.#sums.days.delete(date);
      for (const { range } of (await this.#filesOf(date)).files) this.#staged.touch(date, range);
    }
    for (const row of this.#sources.on((time) => dates.has(dateOf(time)))) {
      const { files, next } = await this.#filesOf(dateOf(row.time));
      const file = row.log === 0 ? next : [...files, next].find((one) => one.covers(row));
      if (file) this.#add(row, file.range);
    }
    const unequal: string[] = [];
    for (const date of dates) {
      const { files, isComplete } = await this.#filesOf(date);
      for (const { range } of files) await this.#keep(date, range);
      if (!isComplete) continue;
      const [has, should] = [this.#sums.of(date), expected.of(date)];
      const missing = Math.max(0, should.rounds - has.rounds);
      const { last = 0, sums = should } = this.#state.days.get(date) ?? {};
      this.#state.days.set(date, { last, sums, missing });
      if (missing === 0 && !has.equals(should)) unequal.push(date);
    }
    return unequal.toSorted();
  }

  /** Rows of a file whose rounds the stores have pruned since. */
  async #keep(date: string, range: ExportRange): Promise<void> {
    await this.#tree.useAsync(date, fileName(range), async (path) => {
      for await (const { row, gateway, summed } of keptRows(
        this.#files,
        path,
        this.#columns,
        this.#sources,
      )) {
        this.#staged.add(date, range, row);
        this.#sums.of(date).add(gateway, summed);
      }
    });
  }

  async #filesOf(date: string): Promise<DayFiles> {
    let found = this.#dayFiles.get(date);
    if (!found) {
      const { run, stores, days } = this.#state;
      found = await dayFiles(this.#files, this.#tree, date, {
        run,
        last: days.get(date)?.last ?? 0,
        before: momentsOf(stores),
        now: momentsOf(this.#sources.marks),
      });
      this.#dayFiles.set(date, found);
    }
    return found;
  }

  #commit(expected: SumsByDay, added: ReadonlySet<string>): void {
    const state = this.#state;
    const run = state.run + 1;
    const days = new Map(state.days);
    for (const date of new Set([...days.keys(), ...expected.days.keys()])) {
      const { last = 0, missing = 0 } = days.get(date) ?? {};
      const sums = expected.days.get(date) ?? new DaySums();
      days.set(date, { last: added.has(date) ? run : last, sums, missing });
    }
    this.#tree.writeState(stateText({ ...state, run, stores: this.#sources.marks, days }));
  }

  #missing(): number {
    return [...this.#state.days.values()].reduce((sum, { missing }) => sum + missing, 0);
  }
}
