import { expandRounds } from '../../session-format/expand-rounds.ts';
import { readRound, type ReadRound } from '../../session-format/read-round.ts';
import type { ExpandedRound, StoredRound } from '../../session-format/stored-round.ts';
import type { CurrencyView } from '../../query/currency.ts';
import { addCell, emptyRow } from '../../query/aggregate.ts';
import { cellOfRound, roundMoney, type ShownMoney } from '../../query/round-money.ts';
import type { Snapshot } from '../../store/read.ts';
import { isPruned, type SessionEntry } from '../../model/session-entry.ts';
import { RoundFilter, type RoundSelection } from '../../query/round-filter.ts';

/** A round to be exported: as stored, and what it costs. */
export interface PricedRound {
  session: SessionEntry;
  stored: StoredRound;
  texts: ReadRound['texts'];
  money: ShownMoney;
  gateway: string;
  /** Milliseconds since 1970 UTC. */
  time: number;
  /** What it counts by, as in its cell; empty unless the query is `withTags`. */
  tags: string;
}

export interface RoundQuery extends RoundSelection {
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
  const moneyOf = roundMoney(snapshot.priceLines, snapshot.dir, query.view);
  for (const [session, isMeant, filter] of selected(snapshot, query)) {
    const tagsOf = query.withTags ? filter.tagsOf(session) : undefined;
    for (const line of snapshot.rounds(session)) {
      const { stored, texts } = readRound(line);
      // A session counts by its first values, so each round is asked.
      const tags = tagsOf?.({ stored, texts }) ?? '';
      if (!isMeant({ stored, texts })) continue;
      const money = moneyOf({ stored });
      query.onRound?.({ session, stored, money });
      const [gateway, time] = [snapshot.gatewayOf(stored), Date.parse(stored.timestamp)];
      yield { session, stored, texts, money, gateway, time, tags };
    }
  }
}

/** The same with their texts: what is in memory is the requests of one session that later ones repeat. */
export function* roundsWithTexts(
  snapshot: Snapshot,
  query: RoundQuery,
): Generator<{ session: SessionEntry; round: ExpandedRound; money: ShownMoney }> {
  const moneyOf = roundMoney(snapshot.priceLines, snapshot.dir, query.view);
  for (const [session, isMeant] of selected(snapshot, query)) {
    for (const round of expandRounds(snapshot.rounds(session))) {
      if (!isMeant({ stored: round.stored, texts: keptTexts(round) })) continue;
      const money = moneyOf(round);
      query.onRound?.({ session, stored: round.stored, money });
      yield { session, round, money };
    }
  }
}

function keptTexts({ attributes, accessLog }: ExpandedRound): ReadonlyMap<string, string> {
  return new Map([
    ['attributes', attributes ?? 'null'],
    ['access_log', accessLog ?? 'null'],
  ]);
}

/** How many rounds of a query were pruned: only their sums are left, so no export of rounds has them. */
export function prunedRounds(snapshot: Snapshot, query: RoundQuery): number {
  const filter = new RoundFilter(snapshot, query);
  let pruned = 0;
  for (const entry of snapshot.sessions.values()) {
    if (entry.pruned_rounds === undefined || !filter.isSession(entry)) continue;
    let missing = entry.usage.reduce((sum, cell) => sum + (filter.isCell(cell) ? cell.rounds : 0), 0);
    // A session that was used again has one sum of all its rounds: those that are left are counted.
    if (!isPruned(entry)) {
      const isMeant = filter.roundsOf(entry);
      for (const line of snapshot.rounds(entry)) if (isMeant(readRound(line))) missing--;
    }
    pruned += Math.min(missing, entry.pruned_rounds);
  }
  return pruned;
}

/** The sessions that have such a round, each with a test for its rounds. */
function* selected(
  snapshot: Snapshot,
  query: RoundQuery,
): Generator<[session: SessionEntry, isMeant: ReturnType<RoundFilter['roundsOf']>, filter: RoundFilter]> {
  const filter = new RoundFilter(snapshot, query);
  for (const session of snapshot.sessions.values())
    if (filter.isSession(session)) yield [session, filter.roundsOf(session), filter];
}
