import { expandRounds } from '../../session-format/expand-rounds.ts';
import { readRound, type ReadRound } from '../../session-format/read-round.ts';
import type { ExpandedRound, StoredRound } from '../../session-format/stored-round.ts';
import type { CurrencyView } from '../../query/currency.ts';
import { addCell, emptyRow } from '../../query/aggregate.ts';
import type { BucketRange } from '../../query/group-usage.ts';
import { cellOfRound, roundMoney, type ShownMoney } from '../../query/round-money.ts';
import { readRoundLines, type Snapshot } from '../../store/read.ts';
import { isPruned, type SessionEntry } from '../../model/session-entry.ts';
import { bucketOf, type UsageCell } from '../../model/usage-cell.ts';
import { usageFilter, type UsageFilter } from '../../query/grouping.ts';

/** A round to be exported: as stored, and what it costs. */
export interface PricedRound {
  session: SessionEntry;
  stored: StoredRound;
  texts: ReadRound['texts'];
  money: ShownMoney;
  /** Milliseconds since 1970 UTC. */
  time: number;
}

export interface RoundQuery extends UsageFilter {
  buckets: BucketRange;
  /** The currency of the costs; undefined: each in its own. */
  view?: CurrencyView | undefined;
  /** Called with each round that is yielded. */
  onRound?: ((round: Pick<PricedRound, 'session' | 'stored' | 'money'>) => void) | undefined;
}

/** Sums rounds as they are yielded, session by session. */
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
 * The rounds of a query, session by session, as they are read: only one line is in memory. They are exactly the rounds
 * that the index sums for the same query.
 */
export function* pricedRounds(snapshot: Snapshot, query: RoundQuery): Generator<PricedRound> {
  const { moneyOf, isMeant, sessions } = selection(snapshot, query);
  for (const session of sessions) {
    for (const line of readRoundLines(snapshot.dir, session)) {
      const { stored, texts } = readRound(line);
      if (!isMeant(stored)) continue;
      const money = moneyOf({ stored });
      query.onRound?.({ session, stored, money });
      yield { session, stored, texts, money, time: Date.parse(stored.timestamp) };
    }
  }
}

/** The same with their texts: what is in memory is the requests of one session that later ones repeat. */
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

/** How many rounds of a query were pruned: only their sums are left, so no export of rounds has them. */
export function prunedRounds(
  { sessions, dir }: Pick<Snapshot, 'sessions' | 'dir'>,
  query: RoundQuery,
): number {
  const isCell = cellFilter(query);
  const isMeant = roundFilter(query);
  let pruned = 0;
  for (const entry of sessions.values()) {
    if (entry.pruned_rounds === undefined) continue;
    let missing = entry.usage.reduce((sum, cell) => sum + (isCell(cell) ? cell.rounds : 0), 0);
    // A session that was used again has one sum of all its rounds: those that are left are counted.
    if (missing > 0 && !isPruned(entry)) {
      for (const line of readRoundLines(dir, entry)) if (isMeant(readRound(line).stored)) missing--;
    }
    pruned += Math.min(missing, entry.pruned_rounds);
  }
  return pruned;
}

function roundFilter(query: RoundQuery): (stored: StoredRound) => boolean {
  const { from, to } = query.buckets;
  const isNamed = usageFilter(query);
  return ({ timestamp, model, consumer = '' }) => {
    const bucket = bucketOf(Date.parse(timestamp));
    return bucket >= from && bucket < to && isNamed({ model, consumer });
  };
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
  /** Those with such a round: the files of the others are not opened. */
  sessions: Iterable<SessionEntry>;
} {
  const isCell = cellFilter(query);
  return {
    moneyOf: roundMoney(priceLines, dir, query.view),
    isMeant: roundFilter(query),
    sessions: {
      *[Symbol.iterator]() {
        for (const session of sessions.values()) if (session.usage.some(isCell)) yield session;
      },
    },
  };
}
