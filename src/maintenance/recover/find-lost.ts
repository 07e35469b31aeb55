import type { FieldKeeper } from '../../session-format/kept-fields.ts';
import { parseJson } from '../../platform/json-spans.ts';
import type { Redactor } from '../../redact/redact.ts';
import { isFilteredOut, type Filters } from '../../store/store.ts';
import type { LinePosition } from '../../model/log-position.ts';
import { BUCKET_MS, type PriceRef, type UsageCell } from '../../model/usage-cell.ts';
import { CellBudget, type CountedRound } from '../../ingest/known/cell-budget.ts';
import type { Source, ToldRound } from './sources.ts';

/** What to look for. */
export interface Wanted {
  /** For each session with missing rounds, the index's cells of these rounds. Undefined if there is no usable index. */
  lacking: ReadonlyMap<string, readonly UsageCell[]> | undefined;
  /** What was pruned from a session: its first rounds, which the logs may still have. */
  removed: (id: string) => readonly UsageCell[];
  /** Whether the round at a position was counted, but is in no readable session file. */
  isLost: (at: LinePosition, session: string) => boolean;
  filters: Filters;
  redactor: Redactor | undefined;
  keeper: FieldKeeper;
  /** The cost of a round at its price, in units of 10⁻¹⁸ of its currency. */
  costOf: (round: FoundRound) => bigint;
}

/** A lost round that a source still has. */
export interface FoundRound extends CountedRound {
  at: LinePosition;
  /** Orders the session's rounds: a time that never decreases within one source. */
  order: number;
  /** Its price in the index; without a usable index, undefined until it is looked up. */
  price: PriceRef | undefined;
}

/** What was found for one session. */
export interface FoundSession {
  /** In the order in which to put them back. */
  rounds: FoundRound[];
  /** The index's cells of rounds that were not found. */
  left: readonly UsageCell[];
  /** Whether the rounds found add up to the index's counts. */
  isExact: boolean;
}

/** Searches all sources that still exist for lost rounds. Keeps no text. */
export async function findLost(
  sources: readonly Source[],
  wanted: Wanted,
): Promise<Map<string, FoundSession>> {
  const told = new Map<string, FoundRound[]>();
  for (const source of sources) {
    let order = -Infinity;
    for await (const one of source.rounds()) {
      // A line is written when its request ends, so later lines can belong to requests that began earlier.
      order = Math.max(order, (one.round.time ?? -Infinity) + (one.round.durationMs ?? 0));
      const found = toLost(one, order, wanted);
      if (!found) continue;
      const id = one.round.sessionId;
      const known = told.get(id);
      if (known) known.push(found);
      else told.set(id, [found]);
    }
  }
  const sessions = new Map<string, FoundSession>();
  for (const [id, rounds] of told) {
    const found = select(
      rounds.toSorted(compare),
      wanted.lacking?.get(id),
      wanted.removed(id),
      wanted.costOf,
    );
    if (found.rounds.length > 0) sessions.set(id, found);
  }
  return sessions;
}

/** The order of rounds from several sources. */
export function compare(a: Pick<FoundRound, 'at' | 'order'>, b: Pick<FoundRound, 'at' | 'order'>): number {
  return a.order - b.order || a.at[0] - b.at[0] || a.at[1] - b.at[1];
}

function toLost({ round, at, mtime }: ToldRound, order: number, wanted: Wanted): FoundRound | undefined {
  if (wanted.lacking && !wanted.lacking.has(round.sessionId)) return undefined;
  const time = round.time ?? Math.floor(mtime);
  if (!wanted.isLost(at, round.sessionId) || isFilteredOut(wanted.filters, round.sessionId, time))
    return undefined;
  // As in a run that keeps texts, which rejects such a line.
  const isSound =
    wanted.filters.no_content || (round.messages ?? []).every((one) => parseJson(one) !== undefined);
  if (!isSound) return undefined;
  // The index counts names as they are stored.
  const { model, consumer, api, usage, usageState } = wanted.redactor?.round(round) ?? round;
  const isTimeMissing = round.time === null;
  const { flags } = round;
  return { at, order, time, isTimeMissing, model, consumer, api, usage, usageState, flags, price: undefined };
}

function select(
  rounds: readonly FoundRound[],
  lacking: readonly UsageCell[] | undefined,
  removed: readonly UsageCell[],
  costOf: Wanted['costOf'],
): FoundSession {
  if (!lacking) {
    // Pruned rounds come first.
    const pruned = new CellBudget(removed);
    return { rounds: rounds.filter((round) => !pruned.take(round)), left: [], isExact: true };
  }
  const budget = new CellBudget(lacking);
  const selected: FoundRound[] = [];
  for (const round of rounds.toReversed()) {
    const cell = budget.take(round);
    if (!cell) continue;
    const time = round.isTimeMissing ? within(round.time, cell.bucket) : round.time;
    const found = { ...round, time, price: cell.price };
    cell.cost -= costOf(found);
    selected.push(found);
  }
  return { rounds: selected.toReversed(), left: budget.left, isExact: budget.isExact };
}

/** The time nearest to the given one within a bucket. */
function within(time: number, bucket: number): number {
  return Math.min(Math.max(time, bucket * BUCKET_MS), (bucket + 1) * BUCKET_MS - 1);
}
