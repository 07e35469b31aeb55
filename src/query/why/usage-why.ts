import type { SessionUsage } from '../../model/session-entry.ts';
import { BUCKET_MS, type UsageCell } from '../../model/usage-cell.ts';
import { readRound } from '../../session-format/read-round.ts';
import { isUnreadable, type Snapshot, type UnreadableSession } from '../../store/read.ts';
import { addCell, emptyRow, type Row } from '../aggregate.ts';
import { HealthSum } from '../health-sum.ts';
import { RoundFilter, type RoundSelection } from '../round-filter.ts';
import { sessionFilter } from '../session-filter.ts';
import { usageFilter } from '../usage-filter.ts';
import { cellSplitter } from './cell-split.ts';
import type { Amount, RoundPrices } from './round-prices.ts';
import { SplitSums } from './split-sums.ts';

/** What the rounds of a session cost in one currency. */
export interface SessionCost extends Amount {
  session: string;
}

/** Why the rounds of a selection cost what they did. */
export interface UsageWhy {
  /** With their health. */
  sum: Row;
  splits: SplitSums;
  /** Of each session with a cost. */
  costs: SessionCost[];
  /** Rounds of which the store does not know whether they are meant. */
  undecided: number;
  /** Sessions that had to be read and could not be, by id: their costs are not split. */
  unreadable: Map<string, UnreadableSession>;
}

/**
 * Splits what rounds cost by the sums of the index. Only a session of which a sum cannot tell is read; if its rounds were
 * pruned or cannot be read, that sum stays unsplit. The snapshot's sessions are in the currency of `prices`.
 */
export function usageWhy(
  snapshot: Snapshot,
  query: RoundSelection,
  prices: RoundPrices,
  isMeant: (id: string) => boolean = sessionFilter(query) ?? ((): boolean => true),
): UsageWhy {
  const why: UsageWhy = {
    sum: emptyRow(),
    splits: new SplitSums(),
    costs: [],
    undecided: 0,
    unreadable: new Map(),
  };
  const rounds = new RoundFilter(snapshot, query);
  const splitOf = cellSplitter(prices.book);
  const answerOf = usageFilter(query);
  const { from, to } = query.buckets;
  for (const session of snapshot.sessions.usages()) {
    if (!isMeant(session.id)) continue;
    const cells: UsageCell[] = [];
    for (const cell of session.usage) {
      const answer = cell.bucket >= from && cell.bucket < to && answerOf(cell);
      if (answer === undefined) why.undecided += cell.rounds;
      if (answer) cells.push(cell);
    }
    if (cells.length > 0) addSession(session, cells);
  }
  return why;

  function addSession({ id }: SessionUsage, cells: readonly UsageCell[]): void {
    const { sum, splits } = why;
    sum.sessions++;
    sum.health ??= new HealthSum();
    for (const cell of cells) {
      addCell(sum, cell);
      sum.health.addCell(cell);
    }
    why.costs.push(...costsOf(id, cells));
    const parts = cells.map((cell) => splitOf(cell));
    if (parts.includes(undefined) && addRounds(id)) return;
    for (const [i, cell] of cells.entries()) {
      const split = parts[i];
      const { currency, cost, converted, rounds: count } = cell;
      const shown = split && prices.shown(split, currency, cell.bucket * BUCKET_MS);
      if (shown) splits.add(shown.currency, shown.split);
      else splits.addUnsplit(converted?.currency ?? currency, converted?.cost ?? cost, count);
    }
  }

  /** Whether the session has all its rounds. */
  function addRounds(id: string): boolean {
    const entry = snapshot.sessions.get(id);
    if (!entry || entry.pruned_rounds !== undefined) return false;
    const isRound = rounds.roundsOf(entry);
    const splits = new SplitSums();
    try {
      for (const line of snapshot.rounds(entry)) {
        const round = readRound(line);
        if (!isRound(round)) continue;
        const part = prices.splitOf(round.stored, prices.moneyOf(round));
        if (part) splits.add(part.currency, part.split);
      }
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      why.unreadable.set(id, error);
      return false;
    }
    why.splits.addAll(splits);
    return true;
  }
}

function costsOf(session: string, cells: readonly UsageCell[]): SessionCost[] {
  const sums = new Map<string, bigint>();
  for (const { converted, currency, cost } of cells) {
    const shown = converted ?? { currency, cost };
    if (shown.cost > 0n) sums.set(shown.currency, (sums.get(shown.currency) ?? 0n) + shown.cost);
  }
  return Array.from(sums, ([code, cost]) => ({ session, currency: code, cost }));
}
