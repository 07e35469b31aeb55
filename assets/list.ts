// The list of sessions: searches, filters and sorts the sessions of a month, or of all, and shows 200 rows at a time. The
// data of a large site are loaded month by month, once somebody asks. Without JavaScript, the page shows the latest sessions.
import { exact } from '../src/platform/count-text.ts';
import { monthText } from '../src/site/format.ts';
import { dayOf, type Days } from './lib/days.ts';
import {
  addNames,
  asked,
  clearFields,
  onFirstChoice,
  part,
  readFields,
  startFields,
  writeFields,
} from './lib/list-fields.ts';
import { ancestorsOf } from '../src/query/session-key.ts';
import { drawFamily, familiesOf, type Family } from './lib/list-families.ts';
import { findSessions } from './lib/list-filter.ts';
import { drawMeaning } from './lib/list-meaning.ts';
import { pause, sortLong } from './lib/long-sort.ts';
import { loadMonth, loadParts, newestFirst, type MonthPart, type NumberedPart } from './lib/session-files.ts';
import {
  comparator,
  drawRow,
  isSortKey,
  sessionOf,
  SORTS,
  startsAscending,
  type Session,
  type SortKey,
} from './lib/session-table.ts';

const PAGE_ROWS = 200;
/** A site of up to this many sessions is loaded at once. */
const FEW = 2000;
/** While sessions arrive, the table is drawn anew at most this often, in milliseconds. */
const DRAW_EVERY = 700;
const ALL = 'all';

const form = part<HTMLFormElement>('filters');
const month = part<HTMLSelectElement>('month');
const sort = part<HTMLSelectElement>('sort');
const table = part<HTMLTableElement>('sessions');
const template = part<HTMLTemplateElement>('row');
const status = part('count');

const { base = '', month: ownMonth = '', year = '' } = form.dataset;
/** The months with sessions, the newest first, and the day of the last round of the sessions that began in each. */
const months = (form.dataset['months'] ?? '')
  .split(' ')
  .filter(Boolean)
  .map((text) => {
    const [name = '', count = '', lastDay = ''] = text.split(':');
    return { name, count: Number(count), lastDay: Number(lastDay) };
  });
const total = months.reduce((sum, { count }) => sum + count, 0);
const isSmall = total <= FEW;

/** What was loaded, by month and number of the part. */
const loaded = new Map<string, Map<number, Session[]>>();
let sortKey: SortKey = 'updated';
let isAscending = false;
let page = 0;
/** Counts draws: a later one makes the earlier ones stale. */
let turn = 0;

start();

function start(): void {
  form.addEventListener('submit', (event) => event.preventDefault());
  addMonths();
  startFields(showFirst);
  month.addEventListener('input', showFirst);
  readAddress();
  addSorting();
  showMonths(asked().days);
  form.hidden = false;
  part('clear').addEventListener('click', () => {
    clearFields();
    showFirst();
    part('search').focus();
  });
  part('more').addEventListener('click', () => {
    month.value = ALL;
    void show();
  });
  // Links on the page, and addresses that somebody types: what the list writes itself is no such event.
  addEventListener('hashchange', () => {
    clearFields();
    readAddress();
    void show();
  });
  if (isSmall || location.hash.length > 1 || asked().words.length > 0) void show();
  else onFirstChoice(() => void show());
}

/** Shows the first page of something else. */
function showFirst(): void {
  page = 0;
  void show();
}

/** A page of one month has no choice of months, and neither has a time. */
function showMonths(days: Days | undefined): void {
  const field = month.closest<HTMLElement>('.field');
  if (field) field.hidden = ownMonth !== '' || months.length < 2 || isSmall || days !== undefined;
}

function addMonths(): void {
  for (const { name, count } of months)
    month.append(new Option(`${monthText(name)} (${exact(count)})`, name));
  month.append(new Option(`All months (${exact(total)})`, ALL));
  month.value = isSmall || ownMonth !== '' ? ALL : (months[0]?.name ?? ALL);
}

/**
 * The months that are looked at: those that were chosen, or with days all that can have a round then. A session stands in
 * the month of its first round, and can have others much later.
 */
function askedMonths(days: Days | undefined): string[] {
  const isMeant = days
    ? ({ name, lastDay }: (typeof months)[number]) =>
        lastDay >= days.from && (dayOf(`${name}-01`) ?? 0) <= days.to
    : ({ name }: { name: string }) => month.value === ALL || month.value === name;
  return months.filter(isMeant).map(({ name }) => name);
}

/** Whether sessions of a part can have a round on one of these days. */
function mayHave([, , , firstDay, lastDay]: MonthPart, days: Days | undefined): boolean {
  return isSmall || days === undefined || (lastDay >= days.from && firstDay <= days.to);
}

/** Loads what is asked for and not there yet, the newest month first, and draws it. */
async function show(): Promise<void> {
  const own = ++turn;
  const isStale = (): boolean => own !== turn;
  const { days } = asked();
  showMonths(days);
  let drawn = 0;
  for (const name of isSmall ? months.map((one) => one.name) : askedMonths(days)) {
    const known = loaded.get(name) ?? new Map<number, Session[]>();
    const found: Session[] = [];
    try {
      const all = newestFirst(await loadMonth(base, name));
      const wanted = all.filter(([number, one]) => !known.has(number) && mayHave(one, days));
      let bytes = 0;
      let next = 0;
      const whole = wanted.reduce((sum, [, [, , size]]) => sum + size, 0);
      for await (const rows of loadParts(base, name, wanted)) {
        if (isStale()) return;
        const [number, [, , size]] = wanted[next++] as NumberedPart;
        const sessions = rows.map(sessionOf);
        known.set(number, sessions);
        for (const session of sessions) found.push(session);
        bytes += size;
        if (isSmall || Date.now() - drawn < DRAW_EVERY) continue;
        drawn = Date.now();
        status.textContent = `Loading ${monthText(name)}: ${megabytes(bytes)} of ${megabytes(whole)} …`;
        await pause();
      }
    } catch {
      if (isStale()) return;
      // With a part of the sessions, the list would silently lack the others.
      return fail();
    }
    loaded.set(name, known);
    if (found.length > 0) addNames(found);
  }
  if (!isStale()) await draw(isStale);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The page stays as it is. */
function fail(): void {
  if (isSmall) form.hidden = true;
  else status.textContent = 'The data of the list cannot be loaded. Reload the page to try again.';
}

/** Turns column heads into buttons. Phones do not show the heads, and get a field instead. */
function addSorting(): void {
  for (const head of table.tHead?.rows[0]?.cells ?? []) {
    const key = head.dataset['sort'] ?? '';
    if (!isSortKey(key)) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    button.addEventListener('click', () => {
      isAscending = sortKey === key ? !isAscending : startsAscending(key);
      sortKey = key;
      page = 0;
      void show();
    });
    head.replaceChildren(button);
  }
  for (const [key, { label }] of Object.entries(SORTS)) sort.append(new Option(label, key));
  sort.addEventListener('input', () => {
    if (isSortKey(sort.value)) sortKey = sort.value;
    isAscending = startsAscending(sortKey);
    page = 0;
    void show();
  });
}

async function draw(isStale: () => boolean): Promise<void> {
  const wish = asked();
  const sessions = askedMonths(wish.days).flatMap((name) => [...(loaded.get(name)?.values() ?? [])].flat());
  const found = await findSessions(sessions, wish, isStale);
  if (!found) return;
  const families = wish.isApart ? undefined : familiesOf(found.sessions);
  const rowsOf = families ? [...families.keys()] : found.sessions;
  const matching = await sortLong(rowsOf, comparator(rowsOf, sortKey, isAscending), isStale);
  if (!matching) return;
  // Drawing is a task of its own.
  if (matching.length > PAGE_ROWS) await pause();
  if (isStale()) return;
  // No other session has a round on these days.
  const looked = wish.days ? total : sessions.length;
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_ROWS));
  page = Math.min(page, pages - 1);
  const from = page * PAGE_ROWS;
  const shown = matching.slice(from, from + PAGE_ROWS);
  const rows = document.createDocumentFragment();
  for (const session of shown) rows.append(rowOf(session, families?.get(session)));
  table.tBodies[0]?.replaceChildren(rows);
  table.hidden = shown.length === 0;
  part('nothing').hidden = shown.length > 0;
  status.textContent = `${
    found.sessions.length === looked
      ? counted(looked)
      : `${exact(found.sessions.length)} of ${counted(looked)}`
  }${looked === total || ownMonth !== '' ? '' : ` of ${monthText(month.value)}`}`;
  drawMore(looked);
  drawMeaning(part('meant'), wish, found);
  offerSearch();
  part('range').textContent =
    shown.length === 0
      ? ''
      : `${exact(from + 1)} to ${exact(from + shown.length)} of ${exact(matching.length)}${belowText(found.sessions.length - matching.length)}`;
  markSorted();
  drawPager(pages);
  writeAddress();
  document.dispatchEvent(new Event('monitor:drawn'));
}

function belowText(count: number): string {
  return count === 0 ? '' : `, and ${exact(count)} below them`;
}

/** The ids of sessions whose parts are shown. */
const open = new Set<string>();

/** A row, and the rows of the sessions below it if these are shown. */
function rowOf(session: Session, family: Family | undefined): DocumentFragment {
  const copy = drawRow(template, session, { base, year });
  if (!family || family.below.length === 0) return copy;
  const id = session.row[2];
  const row = copy.firstElementChild as HTMLTableRowElement;
  const partsOf = (): HTMLTableRowElement[] =>
    family.below
      .toSorted((a, b) => (a.row[2] < b.row[2] ? -1 : 1))
      .map((below) => drawPart(below, family.own));
  let shown: HTMLTableRowElement[] = [];
  drawFamily(copy, family, open.has(id), (button) => {
    const isOpen = !open.delete(id);
    if (isOpen) open.add(id);
    button.setAttribute('aria-expanded', String(isOpen));
    for (const part of shown) part.remove();
    shown = isOpen ? partsOf() : [];
    row.after(...shown);
  });
  if (open.has(id)) {
    shown = partsOf();
    copy.append(...shown);
  }
  return copy;
}

/** The row of a session below another one, which is indented by its level. */
function drawPart(session: Session, top: Session): HTMLTableRowElement {
  const row = drawRow(template, session, { base, year }).firstElementChild as HTMLTableRowElement;
  const levels = ancestorsOf(session.row[2]).filter((id) => id.length >= top.row[2].length).length;
  row.classList.add('part');
  row.dataset['level'] = String(Math.min(levels, 4));
  const words = document.createElement('span');
  words.className = 'unseen';
  words.textContent = `Part of ${top.row[1] || top.row[2]}: `;
  row.querySelector('.title')?.prepend(words);
  return row;
}

/** Offers the months that were not looked at. */
function drawMore(looked: number): void {
  const more = part('more');
  more.hidden = looked === total;
  more.textContent = `Look at ${counted(total - looked)} of other months too`;
}

/** The list knows titles and ids only. */
function offerSearch(): void {
  const link = part<HTMLAnchorElement>('said');
  const text = part<HTMLInputElement>('search').value.trim();
  link.hidden = text === '';
  link.href = `${base}../search.html#${new URLSearchParams({ q: text })}`;
  link.textContent = `Search conversations for “${text.length > 40 ? `${text.slice(0, 39)}…` : text}”`;
}

function counted(count: number): string {
  return `${exact(count)} session${count === 1 ? '' : 's'}`;
}

function markSorted(): void {
  sort.value = sortKey;
  for (const head of table.tHead?.rows[0]?.cells ?? []) {
    if (head.dataset['sort'] !== sortKey) head.removeAttribute('aria-sort');
    else head.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending');
  }
}

/** If the list is sorted by time, pages are numbered from the oldest, as without JavaScript; else from the first. */
function drawPager(pages: number): void {
  const pager = part('pager');
  pager.hidden = pages === 1;
  const isByTime = sortKey === 'updated' && !isAscending;
  const near = new Set([0, 1, page - 2, page - 1, page, page + 1, page + 2, pages - 2, pages - 1]);
  const shown = Array.from({ length: pages }, (_, i) => i).filter((i) => near.has(i));
  const items = shown.flatMap((i, place) => {
    const gap = place > 0 && shown[place - 1] !== i - 1 ? [textItem('…')] : [];
    return [...gap, button(String(isByTime ? pages - i : i + 1), i, i === page)];
  });
  pager.replaceChildren(
    button(isByTime ? 'Newer' : 'Previous', page - 1, false, page === 0),
    ...items,
    button(isByTime ? 'Older' : 'Next', page + 1, false, page === pages - 1),
  );
}

function textItem(text: string): HTMLElement {
  const span = document.createElement('span');
  span.textContent = text;
  return span;
}

function button(text: string, to: number, isCurrent: boolean, isDisabled = false): HTMLElement {
  const item = document.createElement('button');
  item.type = 'button';
  item.textContent = text;
  item.disabled = isDisabled;
  if (isCurrent) item.setAttribute('aria-current', 'page');
  item.addEventListener('click', () => {
    page = to;
    void show().then(() => table.scrollIntoView());
  });
  return item;
}

/** The address has the search, filters and sorting, so that it can be shared and reloaded. */
function readAddress(): void {
  const named = new URLSearchParams(location.hash.slice(1));
  const key = named.get('sort') ?? '';
  sortKey = isSortKey(key) ? key : 'updated';
  isAscending = named.has('ascending') ? named.get('ascending') === '1' : startsAscending(sortKey);
  page = Math.max(0, Number(named.get('page') ?? 1) - 1) || 0;
  readFields(named);
  const asks = named.get('month') ?? '';
  if (asks === ALL || months.some(({ name }) => name === asks)) month.value = asks;
}

function writeAddress(): void {
  const named = new URLSearchParams();
  writeFields(named);
  if (!isSmall && ownMonth === '' && !asked().days && (month.value !== months[0]?.name || named.size > 0))
    named.set('month', month.value);
  if (sortKey !== 'updated' || isAscending) {
    named.set('sort', sortKey);
    named.set('ascending', isAscending ? '1' : '0');
  }
  if (page > 0) named.set('page', String(page + 1));
  const hash = named.toString();
  if (hash === location.hash.slice(1)) return;
  history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
}
