import type { StoredSessions } from '../store/index/index.ts';
import { isPruned, type SessionEntry, type SessionHead } from '../model/session-entry.ts';
import {
  compareCosts,
  compareText,
  costOfCells,
  sessionTotals,
  tokensOf,
  type CostedRounds,
  type Row,
} from '../query/aggregate.ts';
import { exact } from '../platform/count-text.ts';
import { counted } from '../query/counted.ts';
import { asksUsage, sessionMatcher } from '../query/session-matcher.ts';
import type { Answer, UsageFilter } from '../query/usage-filter.ts';
import { costText, lostNote } from './numbers.ts';
import type { Period } from './period.ts';
import { rollUp, type RolledUp } from '../query/roll-up.ts';
import { shownModels } from '../query/session-models.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import { cleanLine, printableId } from '../platform/clean-text.ts';
import { wrap } from './terminal.ts';
import type { LocalTime } from '../query/time-zone.ts';

type HeadKey = 'updated' | 'created' | 'rounds';
export type SortKey = HeadKey | 'cost' | 'tokens';

/**
 * Of a filter, sessions match that it means and that have a round of the model, one of the consumer, and one for which
 * all conditions hold.
 */
export interface ListQuery extends UsageFilter {
  /** Only sessions that were pruned. */
  pruned?: true;
  sortBy: SortKey;
  /** 0: all. */
  limit: number;
  /** A session and its parts (sub-agents, threads, runs of a job) count as one. */
  rollup?: boolean;
  /** In the title or the id, in any case. */
  search?: string;
  /** Sessions that overlap it: updated after its start, created before its end. */
  period: Period;
  /** Only sessions of which this is true. It is asked last, as it may read files. */
  outcome?: ((session: RolledUp) => Answer) | undefined;
}

export interface Selected<T = SessionEntry> {
  sessions: T[];
  /** How many matched. */
  total: number;
  /** How many may match: the store does not know. */
  undecided?: number;
}

/** The sessions that match, the largest (or latest) first, up to the limit; and how many matched. */
export function listSessions(
  sessions: Pick<StoredSessions, 'values' | 'heads' | 'get' | 'unlisted'>,
  query: ListQuery,
): Selected {
  if (query.rollup) return selectSessions(rollUp(sessions.values()), query);
  if (!ranksByHead(query)) return selectSessions(sessions.values(), query);
  // The usage of a session is read only if it is shown.
  const { sessions: heads, total } = selectSessions<Listed>(sessions.heads(), query);
  const found = heads.flatMap(({ id }) => sessions.get(id) ?? []);
  return { sessions: found, total: total + (sessions.unlisted ?? 0) };
}

/** Whether a list needs no usage but that of the sessions that it shows. */
export function ranksByHead(
  query: Omit<ListQuery, 'period'>,
): query is Omit<ListQuery, 'period'> & { sortBy: HeadKey } {
  const needsUsage = query.sortBy in USAGE_RANKS || asksUsage(query) || query.outcome !== undefined;
  return !query.rollup && !needsUsage && query.limit > 0;
}

/** A session, with its usage if the query needs it. */
type Listed = SessionHead & Partial<Pick<SessionEntry, 'usage'>>;

function selectSessions<T extends Listed>(sessions: Iterable<T>, query: ListQuery): Selected<T> {
  const most = query.limit === 0 ? Infinity : query.limit;
  const rankOf = RANKS[query.sortBy];
  let best: Ranked<T>[] = [];
  /** What ranks lower than this is not among the first `most`. */
  let floor: Ranked<T>['rank'] | undefined;
  const matches = matcherOf(query);
  let total = 0;
  let undecided = 0;
  for (const session of sessions) {
    const isMatch = matches(session);
    if (isMatch === undefined) undecided++;
    if (!isMatch) continue;
    total++;
    const rank = rankOf(session);
    if (floor !== undefined && compareRanks(rank, floor) < 0) continue;
    best.push({ session, rank });
    // A store can have more sessions than fit in memory: those that will not be shown are dropped early.
    if (best.length < 2 * most + 1000) continue;
    best = leaders(best, most);
    floor = best.at(-1)?.rank;
  }
  const found = leaders(best, most).map(({ session }) => session);
  return { sessions: found, total, ...(undecided > 0 && { undecided }) };
}

function hasText({ id, title }: Listed, wanted: string): boolean {
  return [id, title ?? ''].some((text) => text.toLowerCase().includes(wanted));
}

function matcherOf(query: ListQuery): (session: Listed) => Answer {
  const { search, period, outcome } = query;
  const isMeant = sessionMatcher(query);
  const wanted = search?.toLowerCase();
  return (session) => {
    if (isPruned(session) !== (query.pruned === true)) return false;
    if (session.updated < period.from || session.created >= period.to) return false;
    if (wanted !== undefined && !hasText(session, wanted)) return false;
    const answer = isMeant(session);
    if (answer === false || !outcome) return answer;
    // The query has the usage read.
    const has = outcome(session as RolledUp);
    return has === false ? false : answer && has;
  };
}

interface Ranked<T> {
  session: T;
  rank: Rank;
}

/** A number, or the costs of a session, which may be in several currencies and are compared one by one. */
type Rank = number | CostedRounds;

function compareRanks(a: Rank, b: Rank): number {
  return typeof a === 'number' || typeof b === 'number' ? Number(a) - Number(b) : compareCosts(a, b);
}

const USAGE_RANKS = {
  cost: ({ usage = [] }: Listed) => costOfCells(usage),
  tokens: ({ usage = [] }: Listed) => usage.reduce((sum, cell) => sum + tokensOf(cell), 0),
};
const RANKS: Record<SortKey, (session: Listed) => Rank> = {
  updated: ({ updated }) => updated,
  created: ({ created }) => created,
  rounds: ({ rounds }) => rounds,
  ...USAGE_RANKS,
};

/** The largest first; equals in the order of their ids. */
function leaders<T extends Listed>(ranked: readonly Ranked<T>[], most: number): Ranked<T>[] {
  const sorted = ranked.toSorted(
    (a, b) => compareRanks(b.rank, a.rank) || compareText(a.session.id, b.session.id),
  );
  return most === Infinity ? sorted : sorted.slice(0, most);
}

/** A session takes two lines: its id, then its title and numbers. `otherwise`: what to say if none matched. */
export function listTable(
  selected: Selected & { lostRounds?: number },
  sortBy: SortKey,
  local: LocalTime,
  screen: Screen,
  otherwise: () => string,
): string {
  const { sessions, total } = selected;
  const { list, costs } = screen.texts;
  const lost = lostNote(selected.lostRounds ?? 0, costs);
  if (sessions.length === 0)
    return frame(
      list.titleEmpty,
      [...otherwise().split('\n'), ...lost].flatMap((line) => wrap(line, screen.width, 100).lines),
      screen,
    );
  const rows = sessions.map((session) => ({ session, sum: sessionTotals(session) }));
  const isInUsd = rows.every(({ sum }) => sum.others.size === 0 && !sum.converted);
  const lines = drawTable({ columns: columnsOf(local, screen, isInUsd), rows, above: idOf }, screen);
  const more = total > sessions.length ? ['', list.more({ sessions: counted(total - sessions.length) })] : [];
  const [shown, of] = [exact(sessions.length), exact(total)];
  return frame(
    list.title({ shown, total: of, sort: list.sorts[sortBy] }),
    [...lines, ...[...more, ...lost].flatMap((line) => wrap(line, screen.width, 100).lines)],
    screen,
  );
}

interface ListRow {
  session: SessionEntry;
  sum: Row;
}

function idOf({ session }: ListRow): string {
  return printableId(session.id);
}

function columnsOf(local: LocalTime, { colour, width, texts }: Screen, isInUsd: boolean): Column<ListRow>[] {
  const { list, costs, nameless } = texts;
  const seconds = width >= 110 ? 19 : 16;
  return [
    { head: list.session, align: 'left', flexible: true, cell: ({ session }) => titleOf(session) },
    { head: list.rounds, align: 'right', rank: 4, cell: ({ session }) => exact(session.rounds) },
    { head: list.tokens, align: 'right', rank: 3, cell: ({ sum }) => exact(tokensOf(sum)) },
    {
      head: isInUsd ? list.costUsd : list.cost,
      align: 'left',
      rank: 6,
      cell: ({ sum }) => costText(sum, 4, costs),
    },
    {
      head: list.model,
      align: 'left',
      rank: 2,
      cell: ({ session, sum }) => modelText(shownModels(session, sum, nameless.noAnswer)),
    },
    {
      head: list.updated,
      align: 'left',
      rank: 5,
      cell: ({ session }) => local.isoOf(session.updated).replace('T', ' ').slice(0, seconds),
      paint: colour.dim,
    },
  ];
}

function titleOf({ title }: SessionEntry): string {
  const text = cleanLine(title ?? '');
  return text === '' ? '  -' : `  ${text}`;
}

/** The model of the last answer, and the number of others. */
function modelText([main, ...others]: readonly [main: string, ...others: string[]]): string {
  return cleanLine(main) + (others.length > 0 ? ` +${others.length}` : '');
}
