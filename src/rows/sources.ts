import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import { BUCKET_MS } from '../model/usage-cell.ts';
import { UsageError } from '../platform/errors.ts';
import { joinSnapshots, type JoinedSnapshot } from '../query/stores/joined-snapshot.ts';
import { StoreRows } from './new-rows.ts';
import type { Row } from './row.ts';
import { markOf, startReason, wasBefore, type Mark } from '../store/mark.ts';
import type { Snapshot } from '../store/read.ts';

/** One of the stores of an export. */
export interface ExportSource {
  snapshot: Snapshot;
  /** How far it has been exported; undefined: not yet. */
  mark: Mark | undefined;
  /** How far it is now. */
  now: Mark;
  rows: StoreRows;
}

/** The stores of an export that goes on, each on its own and all as one. */
export class ExportSources {
  readonly all: readonly ExportSource[];
  readonly #snapshots: readonly Snapshot[];
  #joined: JoinedSnapshot | undefined;
  readonly #byStore: ReadonlyMap<string, ExportSource>;

  /**
   * `marks`: how far each store was exported. Of a round that several stores have, that of the first one counts, in the
   * order in which they were first exported. Throws UsageError if a store is missing, or is there twice.
   */
  constructor(snapshots: readonly Snapshot[], marks: readonly Mark[], now: number) {
    const place = new Map(marks.map(({ store }, i) => [store, i]));
    const sorted = snapshots.toSorted(
      (a, b) => (place.get(a.state.store) ?? Infinity) - (place.get(b.state.store) ?? Infinity) || 0,
    );
    this.all = sorted.map((snapshot) => ({
      snapshot,
      mark: marks.find(({ store }) => store === snapshot.state.store),
      now: markOf(snapshot, now),
      rows: new StoreRows(snapshot),
    }));
    this.#byStore = new Map(this.all.map((source) => [source.now.store, source]));
    refuseCopies(this.all);
    const missing = marks.find(({ store }) => !this.#byStore.has(store));
    if (missing)
      throw new UsageError(
        `this folder also has the rounds of the store ${missing.store} (gateway '${missing.gateway}'): ` +
          'name all its stores with --data-dir, or export into a new folder',
      );
    this.#snapshots = sorted;
  }

  /** For sums. */
  get whole(): Snapshot {
    const [first] = this.#snapshots;
    return first && this.#snapshots.length === 1 ? first : this.#asOne();
  }

  get marks(): Mark[] {
    return this.all.map(({ now }) => now);
  }

  of(store: string): ExportSource | undefined {
    return this.#byStore.get(store);
  }

  /** Whether nothing was committed to any store since the last export. */
  get areUnchanged(): boolean {
    return this.all.every(
      ({ mark, now }) =>
        mark !== undefined && JSON.stringify({ ...now, at: mark.at }) === JSON.stringify(mark),
    );
  }

  /** Whether rounds that were exported may count differently now, or not at all. */
  get hasChangedRounds(): boolean {
    return this.all.some(
      ({ mark, snapshot }) => mark !== undefined && startReason(mark, snapshot) !== undefined,
    );
  }

  /** The rows of rounds added since the last export, each round once. */
  *added(): Generator<Row> {
    for (const source of this.all) {
      const { mark, rows } = source;
      const isExported = wasBefore(mark);
      for (const { entry, rows: own } of rows.since(mark)) {
        const skipped = this.#skippedIn(source, entry.id);
        if (!skipped) yield* own;
        else
          for (const row of this.#counting(source, entry, skipped))
            if (!isExported([row.log, row.place])) yield row;
      }
      if (!mark) yield* rows.sums();
    }
  }

  /** All rows of the sessions that were used on one of these days, each round once, and sums that no file has. */
  *on(isDay: (time: number) => boolean): Generator<Row> {
    for (const source of this.all) {
      const { snapshot, rows, mark } = source;
      for (const entry of snapshot.sessions.inOrder()) {
        if (isPruned(entry) || !entry.usage.some(({ bucket }) => isDay(bucket * BUCKET_MS))) continue;
        const skipped = this.#skippedIn(source, entry.id) ?? NONE;
        for (const row of this.#counting(source, entry, skipped)) if (isDay(row.time)) yield row;
      }
      if (!mark) for (const row of rows.sums()) if (isDay(row.time)) yield row;
    }
  }

  *#counting({ rows }: ExportSource, entry: SessionEntry, skipped: ReadonlySet<number>): Generator<Row> {
    let place = 0;
    for (const row of rows.of(entry)) if (!skipped.has(place++)) yield row;
  }

  /** The places in a session's file of rounds that count as another store's; undefined if only this store has it. */
  #skippedIn(source: ExportSource, id: string): ReadonlySet<number> | undefined {
    if (this.all.length === 1) return undefined;
    return this.#asOne().sessions.skippedOf(id)?.get(this.all.indexOf(source));
  }

  #asOne(): JoinedSnapshot {
    return (this.#joined ??= joinSnapshots(this.#snapshots));
  }
}

const NONE: ReadonlySet<number> = new Set();

function refuseCopies(sources: readonly ExportSource[]): void {
  for (const [i, { now, snapshot }] of sources.entries()) {
    const other = sources.slice(0, i).find((one) => one.now.store === now.store);
    if (other)
      throw new UsageError(
        `${other.snapshot.dir} and ${snapshot.dir} are copies of one store: name only the newer one`,
      );
  }
}
