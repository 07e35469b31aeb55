import { hrefTo, LIST_PATH } from './names.ts';

/** What the list can be asked for in its address; docs/site.md says what it means. */
export interface ListQuery {
  model?: string;
  /** `-`: none. */
  consumer?: string;
  /** Values of dimensions: `department=search`. */
  where?: readonly string[];
  status?: 'failed' | 'failed-tool' | 'unpriced';
  when?: 'today' | '7d' | '30d' | 'last-week';
  /** Dates. */
  from?: string;
  to?: string;
  /** Without it, the latest round first. */
  sort?: 'cost';
}

/** The link from a page to the list of the sessions behind a number. Without JavaScript, it leads to the whole list. */
export function listHref(page: string, query: ListQuery): string {
  const { where = [], ...others } = query;
  const named = new URLSearchParams(Object.entries(others));
  for (const condition of where) named.append('where', condition);
  const hasTime = ['when', 'from', 'to'].some((name) => named.has(name));
  if (!hasTime) named.set('month', 'all');
  return hrefTo(page, LIST_PATH, named.toString());
}

/** The query for the days of a month: `2026-02`. */
export function monthQuery(month: string): ListQuery {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { from: `${month}-01`, to: `${month}-${days}` };
}
