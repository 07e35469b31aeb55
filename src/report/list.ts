import type { SessionEntry } from '../store/types.ts';
import {
  compareBig,
  compareText,
  namesByUse,
  sessionTotals,
  tokensOf,
  type Row,
} from '../query/aggregate.ts';
import { exact, plural } from '../query/count-text.ts';
import { costText } from './numbers.ts';
import type { Period } from './period.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import { cleanLine, printableId } from '../platform/clean-text.ts';
import { wrap } from './terminal.ts';
import type { LocalTime } from '../query/time-zone.ts';

export type SortKey = 'updated' | 'created' | 'cost' | 'tokens' | 'rounds';

export interface ListQuery {
  sortBy: SortKey;
  /** 0: all. */
  limit: number;
  /** Sessions with a round of this model, or consumer; text in any case. */
  model?: string;
  consumer?: string;
  /** In the title or the id, in any case. */
  search?: string;
  /** Sessions with time in common: updated after its start, created before its end. */
  period: Period;
}

/** The sessions that match, the largest (or latest) first and as many as asked for, and how many matched. */
export function selectSessions(
  sessions: Iterable<SessionEntry>,
  query: ListQuery,
): { sessions: SessionEntry[]; total: number } {
  const found = [...sessions].filter((session) => matches(session, query));
  const sorted = sortSessions(found, query.sortBy);
  return { sessions: query.limit === 0 ? sorted : sorted.slice(0, query.limit), total: found.length };
}

function matches(session: SessionEntry, { model, consumer, search, period }: ListQuery): boolean {
  if (session.updated < period.from || session.created >= period.to) return false;
  if (model !== undefined && !session.usage.some((cell) => sameText(cell.model, model))) return false;
  if (consumer !== undefined && !session.usage.some((cell) => sameText(cell.consumer, consumer)))
    return false;
  if (search === undefined) return true;
  const wanted = search.toLowerCase();
  return [session.id, session.title ?? ''].some((text) => text.toLowerCase().includes(wanted));
}

function sameText(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** Equals stand in the order of their ids. */
function sortSessions(sessions: SessionEntry[], by: SortKey): SessionEntry[] {
  const rank = ranking(sessions, by);
  return sessions.toSorted((a, b) => rank(a, b) || compareText(a.id, b.id));
}

function ranking(sessions: SessionEntry[], by: SortKey): (a: SessionEntry, b: SessionEntry) => number {
  if (by === 'updated' || by === 'created' || by === 'rounds') return (a, b) => b[by] - a[by];
  if (by === 'cost') {
    const costs = new Map(sessions.map((s) => [s, s.usage.reduce((sum, cell) => sum + cell.cost, 0n)]));
    return (a, b) => compareBig(costs.get(b) ?? 0n, costs.get(a) ?? 0n);
  }
  const tokens = new Map(sessions.map((s) => [s, s.usage.reduce((sum, cell) => sum + tokensOf(cell), 0)]));
  return (a, b) => (tokens.get(b) ?? 0) - (tokens.get(a) ?? 0);
}

/** A session takes two lines: its id, then its title and numbers. `otherwise` is said when none matched. */
export function listTable(
  selected: { sessions: SessionEntry[]; total: number },
  sortBy: SortKey,
  local: LocalTime,
  screen: Screen,
  otherwise: string,
): string {
  const { sessions, total } = selected;
  const heading = `📋 Sessions (${listed(sessions.length, total)}, by ${sortBy})`;
  if (sessions.length === 0)
    return frame(
      '📋 Sessions (0)',
      otherwise.split('\n').flatMap((line) => wrap(line, screen.width, 100).lines),
      screen,
    );
  const rows = sessions.map((session) => ({ session, sum: sessionTotals(session) }));
  const lines = drawTable({ columns: columnsOf(local, screen), rows, above: idOf }, screen);
  const more =
    total > sessions.length
      ? ['', `${plural(total - sessions.length, 'more session')}: --limit 0 lists all.`]
      : [];
  return frame(heading, [...lines, ...more.flatMap((line) => wrap(line, screen.width, 100).lines)], screen);
}

interface ListRow {
  session: SessionEntry;
  sum: Row;
}

function idOf({ session }: ListRow): string {
  return printableId(session.id);
}

function columnsOf(local: LocalTime, { colour, width }: Screen): Column<ListRow>[] {
  const seconds = width >= 110 ? 19 : 16;
  return [
    { head: 'Session', align: 'left', flexible: true, cell: ({ session }) => titleOf(session) },
    { head: 'Rounds', align: 'right', rank: 4, cell: ({ session }) => exact(session.rounds) },
    { head: 'Tokens', align: 'right', rank: 3, cell: ({ sum }) => exact(tokensOf(sum)) },
    { head: 'Cost (USD)', align: 'left', rank: 6, cell: ({ sum }) => costText(sum, 4) },
    { head: 'Model', align: 'left', rank: 2, cell: ({ session, sum }) => modelText(session, sum) },
    {
      head: 'Updated',
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

/** The model of the last round, and how many others the session used. */
function modelText(session: SessionEntry, sum: Row): string {
  const others = namesByUse(sum.models).filter((name) => name !== session.model).length;
  return cleanLine(session.model) + (others > 0 ? ` +${others}` : '');
}

function listed(shown: number, total: number): string {
  return shown === total ? exact(total) : `${exact(shown)} of ${exact(total)}`;
}
