// The list of sessions: searches, filters and sorts all sessions, and shows 200 rows at a time. Without JavaScript, the
// page shows the latest sessions.
import { exact } from '../src/platform/count-text.ts';
import { loadSessions } from './lib/session-files.ts';
import {
  drawRow,
  isSortKey,
  sessionsOf,
  SORTS,
  sortSessions,
  startsAscending,
  type Session,
  type SortKey,
} from './lib/session-table.ts';

const PAGE_ROWS = 200;

const part = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = part<HTMLFormElement>('filters');
const search = part<HTMLInputElement>('search');
const model = part<HTMLSelectElement>('model');
const consumer = part<HTMLSelectElement>('consumer');
const sort = part<HTMLSelectElement>('sort');
const table = part<HTMLTableElement>('sessions');
const template = part<HTMLTemplateElement>('row');

let sessions: Session[] = [];
let sortKey: SortKey = 'updated';
let isAscending = false;
let page = 0;

void start();

async function start(): Promise<void> {
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  readAddress();
  const files = await Promise.allSettled((form.dataset['files'] ?? '').split(' ').map(once(loadSessions)));
  const loaded = files.flatMap((file) => (file.status === 'fulfilled' ? [file.value] : []));
  // If a file is missing, the list would silently lack sessions, so the page stays as it is.
  if (loaded.length < files.length) {
    form.hidden = true;
    return;
  }
  sessions = sortSessions(loaded.flatMap(sessionsOf), 'updated', false);
  addOptions(model, sessions, ({ models }) => models);
  addOptions(consumer, sessions, ({ consumers }) => consumers);
  addSorting();
  for (const field of [search, model, consumer]) {
    field.addEventListener('input', () => {
      page = 0;
      draw();
    });
  }
  part('clear').addEventListener('click', () => {
    for (const field of [search, model, consumer]) field.value = '';
    page = 0;
    draw();
    search.focus();
  });
  draw();
}

/** Runs one load at a time, because all files call the same function. */
function once<T>(load: (url: string) => Promise<T>): (url: string) => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  return (url) => {
    const turn = before.then(
      () => load(url),
      () => load(url),
    );
    before = turn;
    return turn;
  };
}

function addOptions(
  select: HTMLSelectElement,
  all: readonly Session[],
  of: (session: Session) => string[],
): void {
  const wanted = select.dataset['restored'] ?? select.dataset['wanted'] ?? '';
  const names = new Set(all.flatMap(of));
  select.append(
    ...[...names].toSorted((a, b) => a.localeCompare(b, 'en')).map((name) => new Option(name, name)),
  );
  select.value = names.has(wanted) ? wanted : '';
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
      draw();
    });
    head.replaceChildren(button);
  }
  for (const [key, { label }] of Object.entries(SORTS)) sort.append(new Option(label, key));
  sort.addEventListener('input', () => {
    if (isSortKey(sort.value)) sortKey = sort.value;
    isAscending = startsAscending(sortKey);
    page = 0;
    draw();
  });
}

function found(): Session[] {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = sessions.filter(
    ({ text, models, consumers }) =>
      words.every((word) => text.includes(word)) &&
      (model.value === '' || models.includes(model.value)) &&
      (consumer.value === '' || consumers.includes(consumer.value)),
  );
  return sortKey === 'updated' && !isAscending ? matching : sortSessions(matching, sortKey, isAscending);
}

function draw(): void {
  const matching = found();
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_ROWS));
  page = Math.min(page, pages - 1);
  const from = page * PAGE_ROWS;
  const shown = matching.slice(from, from + PAGE_ROWS);
  const rows = document.createDocumentFragment();
  for (const session of shown) rows.append(drawRow(template, session));
  table.tBodies[0]?.replaceChildren(rows);
  table.hidden = shown.length === 0;
  part('nothing').hidden = shown.length > 0;
  part('count').textContent =
    matching.length === sessions.length
      ? counted(sessions.length)
      : `${exact(matching.length)} of ${counted(sessions.length)}`;
  part('range').textContent =
    shown.length === 0
      ? ''
      : `${exact(from + 1)} to ${exact(from + shown.length)} of ${exact(matching.length)}`;
  markSorted();
  drawPager(pages);
  writeAddress();
  document.dispatchEvent(new Event('monitor:drawn'));
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
    draw();
    table.scrollIntoView();
  });
  return item;
}

/** The address has the search, filters and sorting, so that it can be shared and reloaded. */
function readAddress(): void {
  const named = new URLSearchParams(location.hash.slice(1));
  const key = named.get('sort') ?? '';
  if (isSortKey(key)) sortKey = key;
  isAscending = named.has('ascending') ? named.get('ascending') === '1' : startsAscending(sortKey);
  page = Math.max(0, Number(named.get('page') ?? 1) - 1) || 0;
  if (search.value === '') search.value = named.get('search') ?? '';
  model.dataset['wanted'] = named.get('model') ?? '';
  consumer.dataset['wanted'] = named.get('consumer') ?? '';
}

function writeAddress(): void {
  const named = new URLSearchParams();
  if (search.value !== '') named.set('search', search.value);
  if (model.value !== '') named.set('model', model.value);
  if (consumer.value !== '') named.set('consumer', consumer.value);
  if (sortKey !== 'updated' || isAscending) {
    named.set('sort', sortKey);
    named.set('ascending', isAscending ? '1' : '0');
  }
  if (page > 0) named.set('page', String(page + 1));
  const hash = named.toString();
  if (hash === location.hash.slice(1)) return;
  history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
}
