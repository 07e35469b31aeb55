import { hexDigest } from '../platform/digest.ts';
import { exact, plural } from '../query/count-text.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { KeyedSession } from './keyed-session.ts';
import { layOut } from './layout.ts';
import { archivePath, hrefTo } from './names.ts';
import type { Page } from './page.ts';
import { costNotes } from './period.ts';
import { sessionData } from './session-data.ts';
import { sessionRow, type SessionRow } from './session-row.ts';
import type { SiteContext } from './site-context.ts';
import type { Ordered } from './ordered.ts';
import { renderTemplate } from './templates.ts';

const LIST_PATH = 'sessions/index.html';
/** Rows per page. */
const PAGE_ROWS = 100;
/** Rows per data file: a whole number of pages. */
const DATA_ROWS = 1000;

/**
 * The lists of sessions: the latest sessions, then pages by first round, numbered from the oldest session so that they
 * never shift. A new session or round changes one of these. The browser searches the same lists as data files. The
 * first list says how many more sessions were `pruned`.
 */
export function* listPages(
  sessions: Ordered,
  dataKeys: readonly string[],
  pruned: number,
  site: SiteContext,
): Generator<Page> {
  const { keyed, latest } = sessions;
  const year = yearOf(site);
  const inOrder = keyed.map(({ entry }) => entry);
  const pages = Math.ceil(inOrder.length / PAGE_ROWS);
  yield {
    path: LIST_PATH,
    key: hexDigest(`${dataKeys.join(' ')} ${pruned}`),
    render: () => latestPage(latest(), pages, dataKeys, pruned, site),
  };
  for (let number = 1; number <= pages; number++) {
    const [from, to] = [(number - 1) * PAGE_ROWS, number * PAGE_ROWS];
    yield {
      path: archivePath(number),
      key: keyOf(keyed.slice(from, to), `${year} ${number < pages ? '' : 'last'}`),
      render: () => archivePage(inOrder.slice(from, to), number, number === pages, site),
    };
  }
  for (const [i, key] of dataKeys.entries()) {
    const rows = inOrder.slice(i * DATA_ROWS, (i + 1) * DATA_ROWS);
    yield { path: dataPath(i + 1), key, render: () => dataFile(rows, i + 1, site) };
  }
}

/** A key for each data file. Together they cover all sessions. */
export function dataKeysOf(inOrder: readonly KeyedSession[], site: SiteContext): string[] {
  const head = `${yearOf(site)} `;
  return Array.from({ length: dataFiles(inOrder.length) }, (_, i) =>
    keyOf(inOrder.slice(i * DATA_ROWS, (i + 1) * DATA_ROWS), head),
  );
}

function keyOf(sessions: readonly KeyedSession[], head: string): string {
  return hexDigest(`${head}\n${sessions.map(({ mark }) => mark).join('\n')}`);
}

/** Only times of another year show it. */
function yearOf({ local, now }: SiteContext): string {
  return local.isoOf(now).slice(0, 4);
}

export function dataPath(number: number): string {
  return `sessions/data/${number}.js`;
}

/** The number of data files. */
function dataFiles(sessions: number): number {
  return Math.ceil(sessions / DATA_ROWS);
}

function latestPage(
  byLast: readonly SessionEntry[],
  pages: number,
  dataKeys: readonly string[],
  pruned: number,
  site: SiteContext,
): string {
  const latest = byLast.slice(0, PAGE_ROWS);
  const isAll = latest.length === byLast.length;
  return listPage(latest, site, {
    path: LIST_PATH,
    title: 'Sessions',
    lead: pruned > 0 ? prunedText(pruned) : '',
    count: plural(byLast.length, 'session'),
    range: isAll ? '' : `The latest ${latest.length} of ${exact(byLast.length)}. All, by first round:`,
    data: dataKeys.map((key, i) => `${hrefTo(LIST_PATH, dataPath(i + 1))}?v=${key}`).join(' '),
    pager: isAll ? [] : [['Latest', null], ...numbered(pages, pages, LIST_PATH, false)],
    // The browser can show all of them.
    sessions: byLast,
  });
}

function prunedText(count: number): string {
  return count === 1
    ? 'One more session was pruned. Only its numbers remain, in the statistics.'
    : `${exact(count)} more sessions were pruned. Only their numbers remain, in the statistics.`;
}

function archivePage(
  rows: readonly SessionEntry[],
  number: number,
  isLast: boolean,
  site: SiteContext,
): string {
  const path = archivePath(number);
  const from = (number - 1) * PAGE_ROWS + 1;
  return listPage(rows.toReversed(), site, {
    path,
    title: `Sessions, page ${number}`,
    lead: '',
    count: '',
    range: `${exact(from)} to ${exact(from + rows.length - 1)}, numbered from the oldest by first round`,
    data: '',
    pager: [
      ['Latest', hrefTo(path, LIST_PATH)],
      ...(isLast ? [] : [['Newer', hrefTo(path, archivePath(number + 1))] as const]),
      ...numbered(number, number, path, true),
      ...(number > 1 ? [['Older', hrefTo(path, archivePath(number - 1))] as const] : []),
    ],
    sessions: rows,
  });
}

type PagerItem = readonly [text: string, href: string | null];

/**
 * Links to a page and the ones before it: `11 10 9 8 … 2 1`. Links to later pages would mean rewriting the page whenever
 * one is added.
 */
function numbered(from: number, current: number, path: string, isHere: boolean): PagerItem[] {
  const numbers = Array.from({ length: from }, (_, i) => from - i);
  const shown = numbers.length <= 8 ? numbers : [...numbers.slice(0, 5), 0, 2, 1];
  return shown.map((number) => {
    if (number === 0) return ['…', ''];
    return [String(number), isHere && number === current ? null : hrefTo(path, archivePath(number))];
  });
}

interface ListView {
  path: string;
  title: string;
  lead: string;
  count: string;
  range: string;
  /** URLs of the data files; empty on pages without search. */
  data: string;
  /** `href` is null for this page, and empty for no link. */
  pager: PagerItem[];
  /** All sessions that the page can show. */
  sessions: readonly SessionEntry[];
}

function listPage(rows: readonly SessionEntry[], site: SiteContext, { sessions, ...view }: ListView): string {
  const { path, title, pager } = view;
  const body = renderTemplate('sessions', {
    ...view,
    rows: rows.map((session) => sessionRow(session, path, site)),
    template: view.data === '' ? null : EMPTY_ROW,
    pager: pager.map(([text, href]) => ({ text, href, isCurrent: href === null })),
  });
  return layOut(
    {
      path,
      title,
      current: 'sessions',
      body,
      notes: costNotes(sessions.some(isBounded)),
      scripts: view.data === '' ? [] : ['list.js'],
    },
    site,
  );
}

function isBounded({ usage }: SessionEntry): boolean {
  return usage.some(({ inexact }) => inexact !== '');
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

/** JSON is valid JavaScript. `</script>` in it does no harm, because this is a file of its own. */
function dataFile(rows: readonly SessionEntry[], number: number, site: SiteContext): string {
  return `monitorSessions(${number},${JSON.stringify(sessionData(rows, LIST_PATH, site))});\n`;
}
