import type { Row } from '../rows/row.ts';
import { ExportSources } from '../rows/sources.ts';
import { unknownReason, wasPrunedUncopied, type Mark } from '../store/mark.ts';
import type { Snapshot } from '../store/read.ts';
import { SpanRequests, type SpanRequest } from './requests.ts';
import { Spans } from './spans.ts';

export interface TraceOptions {
  withContent: boolean;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** Instead of the names of the gateways. */
  serviceName: string | undefined;
}

/** The spans of one or more stores that were not exported before, each request once. */
export class TraceSource {
  readonly sources: ExportSources;
  rounds = 0;
  spans = 0;
  /** Pruned rounds, which have no spans. */
  pruned = 0;
  /** Rounds were pruned since the last export that it did not have. */
  readonly lacksPruned: boolean;
  readonly #options: TraceOptions;
  readonly #spans: ReadonlyMap<string, Spans>;

  /** `marks`: how far each store was exported. */
  constructor(snapshots: readonly Snapshot[], marks: readonly Mark[], options: TraceOptions) {
    const known = marks.filter((mark) => {
      const snapshot = snapshots.find(({ state }) => state.store === mark.store);
      return snapshot === undefined || unknownReason(mark, snapshot) === undefined;
    });
    this.sources = new ExportSources(snapshots, known, options.now);
    this.lacksPruned = this.sources.all.some(
      ({ mark, snapshot }) => mark !== undefined && wasPrunedUncopied(mark, snapshot),
    );
    this.#options = options;
    this.#spans = new Map(
      snapshots.map((snapshot) => [snapshot.state.store, new Spans(snapshot, options.withContent)]),
    );
  }

  /** Requests of a bounded size. */
  *requests(): Generator<SpanRequest> {
    const requests = new SpanRequests(this.#options.serviceName);
    let before: Row | undefined;
    for (const row of this.sources.added()) {
      if (!row.stored) {
        this.pruned += row.cell.rounds;
        continue;
      }
      const isOther = before?.session !== row.session || before.store !== row.store;
      const isFirst = isOther && this.sources.of(row.store)?.mark === undefined;
      before = row;
      this.rounds++;
      for (const span of this.#spans.get(row.store)?.of(row, isFirst) ?? []) {
        this.spans++;
        const request = requests.add(row, span);
        if (request) yield request;
      }
    }
    const last = requests.take();
    if (last) yield last;
  }
}
