// /session?id=<id>: looks for the session in the data of the lists, month by month, newest sessions first.
import { printableId } from '../src/platform/clean-text.ts';
import type { SessionDataRow } from '../src/site/lists/session-data.ts';
import { loadMonth, loadParts, newestFirst } from './lib/session-files.ts';

const MOST_SHOWN = 20;

const status = document.getElementById('found') as HTMLElement;
const id = new URLSearchParams(location.search).get('id') ?? '';
const { base = '', months = '', list = '' } = status.dataset;

void find().catch(() => say('The data of the list cannot be loaded. Reload the page to try again.'));

async function find(): Promise<void> {
  if (id === '') return say('This address does not name a session. It should end in ?id= and a session id.');
  const wanted = printableId(id);
  const starts: SessionDataRow[] = [];
  for (const month of months.split(' ').filter(Boolean)) {
    status.textContent = `Looking for the session among those of ${month} …`;
    for await (const rows of loadParts(base, month, newestFirst(await loadMonth(base, month)))) {
      const exact = rows.find((row) => row[2] === wanted);
      if (exact) return go(exact);
      starts.push(...rows.filter((row) => row[2].startsWith(wanted)));
    }
  }
  const [only] = starts;
  if (only && starts.length === 1) return go(only);
  if (only) return offer(starts);
  say(`There is no session ${wanted} on this site.`);
}

function go(row: SessionDataRow): void {
  if (row[0] === '') say('This session has no page: its last round is older than the pages of this site.');
  else location.replace(base + row[0] + location.hash);
}

function say(text: string): void {
  const link = document.createElement('a');
  link.href = list;
  link.textContent = 'All sessions';
  status.replaceChildren(`${text} `, link);
}

function offer(rows: readonly SessionDataRow[]): void {
  status.textContent = `${rows.length} sessions start with this id:`;
  const items = rows.slice(0, MOST_SHOWN).map((row) => {
    const item = document.createElement('li');
    const link = document.createElement(row[0] === '' ? 'span' : 'a');
    if (link instanceof HTMLAnchorElement) link.href = base + row[0];
    link.textContent = row[2];
    item.append(link);
    return item;
  });
  document.getElementById('found-list')?.replaceChildren(...items);
}
