import { exact, plural } from '../../platform/count-text.ts';
import { monthText } from '../format.ts';
import { layOut } from '../layout.ts';
import { hrefTo, LIST_PATH, monthIndexPath, monthPagePath } from '../names.ts';
import { nameText } from '../model-view.ts';
import { costNotes } from '../period.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import type { MonthCount } from '../state/site-head.ts';
import type { ListNotes } from './list-row.ts';
import type { SessionRow } from './session-row.ts';

/** The sessions with the latest rounds, and the months. */
export interface LatestView extends ListNotes {
  total: number;
  pruned: number;
  /** The oldest first. */
  months: readonly MonthCount[];
  year: string;
}

export function latestPage(view: LatestView, rows: readonly string[], site: SiteContext): string {
  const { total, pruned, months, year } = view;
  const newestFirst = months.toReversed();
  const isAll = rows.length === total;
  return listPage(rows, site, {
    path: LIST_PATH,
    title: 'Sessions',
    lead: pruned > 0 ? prunedText(pruned) : '',
    count: plural(total, 'session'),
    range: isAll
      ? ''
      : `The latest ${rows.length} of ${exact(total)}. All, by the month of their first round:`,
    search: { base: '', month: '', months: monthsText(newestFirst), year, zone: site.local.timeZone },
    pager: isAll
      ? []
      : newestFirst.map(([month, sessions]) => [
          `${monthText(month)} (${exact(sessions)})`,
          hrefTo(LIST_PATH, monthIndexPath(month)),
        ]),
    notes: view,
  });
}

export interface MonthView extends ListNotes {
  month: string;
  parts: number;
  count: number;
  /** Of the last round of its sessions. */
  lastDay: number;
}

/** The page of a month: its newest sessions, by first round; the browser can show all of them. */
export function monthPage(
  { month, parts, count, lastDay, ...notes }: MonthView,
  rows: readonly string[],
  site: SiteContext,
): string {
  const path = monthIndexPath(month);
  return listPage(rows, site, {
    path,
    title: `Sessions of ${monthText(month)}`,
    lead: '',
    count: plural(count, 'session'),
    range: rows.length === count ? '' : `The newest ${rows.length} of ${exact(count)}, by first round`,
    search: {
      base: '../',
      month,
      months: monthsText([[month, count, lastDay]]),
      year: month.slice(0, 4),
      zone: site.local.timeZone,
    },
    pager: [['All months', hrefTo(path, LIST_PATH)], ...(parts > 1 ? numbered(parts, 0, path, month) : [])],
    notes,
  });
}

/** A part of a month, by its number from the oldest. Its first session is the `from`th of the month. */
export interface MonthPart {
  month: string;
  number: number;
  from: number;
  isLast: boolean;
}

export function monthPartPage(
  { month, number, from, isLast }: MonthPart,
  rows: readonly string[],
  notes: ListNotes,
  site: SiteContext,
): string {
  const path = monthPagePath(month, number);
  return listPage(rows, site, {
    path,
    title: `Sessions of ${monthText(month)}, page ${number}`,
    lead: '',
    count: '',
    range: `${exact(from)} to ${exact(from + rows.length - 1)}, numbered from the oldest by first round`,
    search: null,
    pager: [
      ['All months', hrefTo(path, LIST_PATH)],
      [monthText(month), hrefTo(path, monthIndexPath(month))],
      ...(isLast ? [] : [['Newer', hrefTo(path, monthPagePath(month, number + 1))] as const]),
      ...numbered(number, number, path, month),
      ...(number > 1 ? [['Older', hrefTo(path, monthPagePath(month, number - 1))] as const] : []),
    ],
    notes,
  });
}

function prunedText(count: number): string {
  return count === 1
    ? 'One more session was pruned. Only its numbers remain, in the statistics.'
    : `${exact(count)} more sessions were pruned. Only their numbers remain, in the statistics.`;
}

/** `2026-11:1234:20787 2026-10:888:20788` */
function monthsText(months: readonly MonthCount[]): string {
  return months.map((counts) => counts.join(':')).join(' ');
}

type PagerItem = readonly [text: string, href: string | null];

/**
 * Links to a page and the ones before it: `11 10 9 8 … 2 1`. Links to later pages would mean rewriting the page whenever
 * one is added.
 */
function numbered(from: number, current: number, path: string, month: string): PagerItem[] {
  const numbers = Array.from({ length: Math.min(from, 8) }, (_, i) => from - i);
  const shown = from <= 8 ? numbers : [...numbers.slice(0, 5), 0, 2, 1];
  return shown.map((number) => {
    if (number === 0) return ['…', ''];
    return [String(number), number === current ? null : hrefTo(path, monthPagePath(month, number))];
  });
}

interface ListView {
  path: string;
  title: string;
  lead: string;
  count: string;
  range: string;
  /** What the browser needs to search; null on pages without search. */
  search: {
    /** Where the folder `sessions` is, seen from the page: `''` or `../`. */
    base: string;
    /** The only month that the page is about; empty: all. */
    month: string;
    months: string;
    year: string;
    /** What day it is depends on it. */
    zone: string;
  } | null;
  /** `href` is null for this page, and empty for no link. */
  pager: PagerItem[];
  notes: ListNotes;
}

const UNLINKED_NOTE = 'Sessions without a link are older than the pages of this site';

function listPage(rows: readonly string[], site: SiteContext, view: ListView): string {
  const { path, title, pager, search } = view;
  const { isBounded, hasUnlinked } = view.notes;
  const notes = [...costNotes(isBounded), ...(hasUnlinked ? [UNLINKED_NOTE] : [])];
  const body = renderTemplate('sessions', {
    ...view,
    dimensions: (site.dimensions ?? []).map((dimension, i) => ({
      id: `where-${i}`,
      name: dimension,
      label: nameText(dimension),
    })),
    rows: rows.join('\n'),
    template: search && EMPTY_ROW,
    pager: pager.map(([text, href]) => ({ text, href, isCurrent: href === null })),
  });
  return layOut(
    {
      path,
      title,
      current: 'sessions',
      body,
      notes,
      scripts: search ? ['list.js'] : [],
    },
    site,
  );
}

/** The template that the browser fills in for each row. */
const EMPTY_SHOWN = { text: '', exact: '' };
const EMPTY_ROW: SessionRow = {
  href: '#',
  title: '',
  id: '',
  consumer: '',
  model: { name: '', slot: 0, isHatched: false },
  models: [''],
  others: '',
  othersShort: '',
  rounds: EMPTY_SHOWN,
  roundsText: '',
  input: EMPTY_SHOWN,
  cached: '',
  output: EMPTY_SHOWN,
  tokens: EMPTY_SHOWN,
  cost: { ...EMPTY_SHOWN, isKnown: true, isUnpriced: false, missing: '', bounds: null },
  updated: { ...EMPTY_SHOWN, iso: '' },
};
