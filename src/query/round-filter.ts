import { bucketOf, type UsageCell } from '../model/usage-cell.ts';
import type { BucketRange } from './group-usage.ts';
import { sessionFilter } from './session-filter.ts';
import { hasTags, usageFilter, type UsageFilter } from './usage-filter.ts';
import type { ReadRound } from '../session-format/read-round.ts';
import { CountingRules, factsOfStored, SessionCells } from '../session-format/round-cells.ts';
import type { Snapshot } from '../store/read.ts';
import { coverageOf } from '../store/state.ts';
import type { SessionEntry, SessionUsage } from '../model/session-entry.ts';

export interface RoundSelection extends UsageFilter {
  buckets: BucketRange;
  /** The tags of rounds are asked for too (`tagsOf`), not only looked at. */
  withTags?: boolean;
}

type TestedRound = Pick<ReadRound, 'stored' | 'texts'>;

/** Selects the same rounds from session files that the index sums. */
export class RoundFilter {
  readonly #range: BucketRange;
  readonly #answerOf: ReturnType<typeof usageFilter>;
  readonly #isSession: ((id: string) => boolean) | undefined;
  /** Null: the filter does not look at tags. */
  readonly #tags: { rules: CountingRules; removed: ReturnType<Snapshot['removed']> } | null;

  constructor(snapshot: Pick<Snapshot, 'removed' | 'state'>, query: RoundSelection) {
    this.#range = query.buckets;
    this.#answerOf = usageFilter(query);
    this.#isSession = sessionFilter(query);
    this.#tags =
      hasTags(query) || query.withTags
        ? { rules: new CountingRules(coverageOf(snapshot.state)), removed: snapshot.removed() }
        : null;
  }

  /** Whether the session has such rounds: the files of others need not be opened. */
  isSession({ id, usage }: SessionUsage): boolean {
    if (this.#isSession && !this.#isSession(id)) return false;
    return usage.some((cell) => this.isCell(cell));
  }

  isCell(cell: UsageCell): boolean {
    return this.#isInRange(cell.bucket) && this.#answerOf(cell) === true;
  }

  /** A test for the rounds of a session, which must be asked for each of them, in their order. */
  roundsOf({ id }: Pick<SessionEntry, 'id'>): (round: TestedRound) => boolean {
    const tagsOf = this.tagsOf({ id });
    return ({ stored, texts }) => {
      // A session counts by its first values, so each round is counted.
      const tags = tagsOf({ stored, texts });
      const { timestamp, model, consumer = '', api = '' } = stored;
      return (
        this.#isInRange(bucketOf(Date.parse(timestamp))) &&
        this.#answerOf({ model, consumer, api, tags }) === true
      );
    };
  }

  /** What a session's rounds count by, as in their cells; to be asked for each of them, in their order. */
  tagsOf({ id }: Pick<SessionEntry, 'id'>): (round: TestedRound) => string {
    if (!this.#tags) return () => '';
    const { rules, removed } = this.#tags;
    const cells = new SessionCells(
      rules,
      (removed.get(id) ?? []).flatMap(({ usage }) => usage),
    );
    return ({ stored, texts }) => cells.of(factsOfStored(stored, texts)).tags;
  }

  #isInRange(bucket: number): boolean {
    return bucket >= this.#range.from && bucket < this.#range.to;
  }
}
