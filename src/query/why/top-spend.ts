import { isPruned, type SessionEntry } from '../../model/session-entry.ts';
import { readRound } from '../../session-format/read-round.ts';
import { isUnreadable, type Snapshot, type UnreadableSession } from '../../store/read.ts';
import { compareBig, compareText } from '../aggregate.ts';
import { RoundFilter, type RoundSelection } from '../round-filter.ts';
import { shownCost } from '../round-money.ts';
import { keepLargest } from './cache-misses.ts';
import type { Amount, RoundPrices } from './round-prices.ts';
import type { TopRound } from './session-why.ts';
import type { SessionCost } from './usage-why.ts';

/** What spent most, in each currency by itself. */
export interface TopSpend {
  sessions: SessionCost[];
  rounds: (TopRound & { session: string })[];
  /** Sessions that may have a round as expensive as these, and were not read, or only in part. */
  unread: number;
  /** Those of them that could not be read, by id. */
  unreadable: Map<string, UnreadableSession>;
}

/** How many are named. */
const MOST = 5;
/** How much is read to find rounds: sessions, and bytes of their files, of which the first session may have more. */
const MOST_READ = { sessions: 20, bytes: 64 << 20 };

/**
 * The most expensive sessions and rounds of a selection. No round costs more than its session, so the sessions are read
 * from the most expensive one on, until the next one cannot have a round among the first any more.
 */
export function topSpend(
  snapshot: Snapshot,
  query: RoundSelection,
  prices: RoundPrices,
  costs: readonly SessionCost[],
  mostRead = MOST_READ,
): TopSpend {
  const top: TopSpend = { sessions: [], rounds: [], unread: 0, unreadable: new Map() };
  const filter = new RoundFilter(snapshot, query);
  for (const currency of new Set(costs.map((one) => one.currency))) {
    const sorted = costs
      .filter((one) => one.currency === currency)
      .toSorted((a, b) => compareBig(b.cost, a.cost) || compareText(a.session, b.session));
    top.sessions.push(...sorted.slice(0, MOST));
    const { rounds, unread } = topRounds(currency, sorted);
    top.rounds.push(...rounds);
    top.unread += unread;
  }
  return top;

  function topRounds(
    currency: string,
    sessions: readonly SessionCost[],
  ): Pick<TopSpend, 'rounds' | 'unread'> {
    const rounds: TopSpend['rounds'] = [];
    let unread = 0;
    let read = { sessions: 0, bytes: 0 };
    for (const [i, { session, cost }] of sessions.entries()) {
      const least = rounds.length === MOST ? (rounds.at(-1) as Amount).cost : 0n;
      if (cost <= least) break;
      const entry = snapshot.sessions.get(session);
      const isAllowed = read.sessions < mostRead.sessions && read.bytes < mostRead.bytes;
      if (!entry || !isAllowed) {
        unread += sessions.slice(i).filter((other) => other.cost > least).length;
        break;
      }
      if (entry.pruned_rounds !== undefined) unread++;
      if (isPruned(entry)) continue;
      read = { sessions: read.sessions + 1, bytes: read.bytes + entry.end };
      try {
        addRounds(entry, currency, rounds);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        if (entry.pruned_rounds === undefined) unread++;
        top.unreadable.set(session, error);
      }
    }
    return { rounds, unread };
  }

  /** Those before damage are kept: they cost what they cost. */
  function addRounds(entry: SessionEntry, currency: string, rounds: TopSpend['rounds']): void {
    const isMeant = filter.roundsOf(entry);
    for (const line of snapshot.rounds(entry)) {
      const round = readRound(line);
      if (!isMeant(round)) continue;
      const { stored } = round;
      const amount = shownCost(prices.moneyOf(round));
      if (amount.cost === null || amount.cost === 0n || amount.currency !== currency) continue;
      const one = {
        session: entry.id,
        round: stored.round,
        model: stored.model,
        cost: amount.cost,
        currency,
      };
      keepLargest(rounds, one, MOST, (a, b) => compareBig(b.cost, a.cost));
    }
  }
}
