import { expandRounds, readStoredRound } from '../../session-format/expand-rounds.ts';
import type { ExpandedRound, StoredRound } from '../../session-format/stored-round.ts';
import type { CurrencyView } from '../../query/currency.ts';
import { addCell, emptyRow } from '../../query/aggregate.ts';
import type { BucketRange } from '../../query/group-usage.ts';
import { cellOfRound, roundMoney, type ShownMoney } from '../../query/round-money.ts';
import { readRoundLines, type Snapshot } from '../../store/read.ts';
import { isPruned, type SessionEntry } from '../../model/session-entry.ts';
import { BUCKET_MS, type UsageCell } from '../../model/usage-cell.ts';
import { usageFilter, type UsageFilter } from '../../query/grouping.ts';

/** A round as it is exported: what the store says of it, and what it costs. */
export interface PricedRound {
  session: SessionEntry;
  stored: StoredRound;
  money: ShownMoney;
  /** Milliseconds since 1970 UTC. */
  time: number;
}

export interface RoundQuery extends UsageFilter {
  buckets: BucketRange;
  /** What costs are said in; undefined: each in its own currency. */
  view?: CurrencyView | undefined;
  /** Told of each round that is handed out. */
  onRound?: ((round: Pick<PricedRound, 'session' | 'stored' | 'money'>) => void) | undefined;
}

/** Sums rounds as they are handed out, session by session. */
export class RoundTally {
  readonly total = emptyRow();
  #session: SessionEntry | undefined;

  add({ session, stored, money }: Pick<PricedRound, 'session' | 'stored' | 'money'>): void {
    if (session !== this.#session) this.total.sessions++;
    this.#session = session;
    addCell(this.total, cellOfRound(stored, money));
  }
}

/**
 * The rounds that are asked for, session by session, each as it is read: what stands in memory is one line. They
 * are exactly the rounds that the index sums for the same query.
 */
export function* pricedRounds(snapshot: Snapshot, query: RoundQuery): Generator<PricedRound> {
  const { moneyOf, isMeant, sessions } = selection(snapshot, query);
  for (const session of sessions) {
    for (const line of readRoundLines(snapshot.dir, session)) {
      const { stored } = readStoredRound(line);
      if (!isMeant(stored)) continue;
      const money = moneyOf({ stored });
      query.onRound?.({ session, stored, money });
      yield { session, stored, money, time: Date.parse(stored.timestamp) };
    }
  }
}

/** The same with their texts: what stands in memory is the requests of one session that later ones repeat. */
export function* roundsWithTexts(
  snapshot: Snapshot,
  query: RoundQuery,
): Generator<{ session: SessionEntry; round: ExpandedRound; money: ShownMoney }> {
  const { moneyOf, isMeant, sessions } = selection(snapshot, query);
  for (const session of sessions) {
    for (const round of expandRounds(readRoundLines(snapshot.dir, session))) {
      if (!isMeant(round.stored)) continue;
      const money = moneyOf(round);
      query.onRound?.({ session, stored: round.stored, money });
      yield { session, round, money };
    }
  }
}

/**
 * How many of the rounds that are asked for were pruned: only their sums are left, so no export of rounds has them. Of
 * a session that was used again, whose sums are one, at most so many.
 */
export function prunedRounds({ sessions }: Pick<Snapshot, 'sessions'>, query: RoundQuery): number {
  const isCell = cellFilter(query);
  let pruned = 0;
  for (const entry of sessions.values()) {
    if (entry.pruned_rounds === undefined) continue;
    const asked = entry.usage.reduce((sum, cell) => sum + (isCell(cell) ? cell.rounds : 0), 0);
    pruned += isPruned(entry) ? asked : Math.min(asked, entry.pruned_rounds);
  }
  return pruned;
}

function cellFilter(query: RoundQuery): (cell: UsageCell) => boolean {
  const { from, to } = query.buckets;
  const isNamed = usageFilter(query);
  return (cell) => cell.bucket >= from && cell.bucket < to && isNamed(cell);
}

function selection(
  { sessions, priceLines, dir }: Snapshot,
  query: RoundQuery,
): {
  moneyOf: ReturnType<typeof roundMoney>;
  isMeant: (stored: StoredRound) => boolean;
  /** Those that have such a round: the files of the others are not opened. */
  sessions: Iterable<SessionEntry>;
} {
  const { from, to } = query.buckets;
  const isNamed = usageFilter(query);
  const isCell = cellFilter(query);
  return {
    moneyOf: roundMoney(priceLines, dir, query.view),
    isMeant: ({ timestamp, model, consumer = '' }) => {
      const bucket = Math.floor(Date.parse(timestamp) / BUCKET_MS);
      return bucket >= from && bucket < to && isNamed({ model, consumer });
    },
    sessions: {
      *[Symbol.iterator]() {
        for (const session of sessions.values()) if (session.usage.some(isCell)) yield session;
      },
    },
  };
}
