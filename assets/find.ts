// /session?id=<id>: looks for the session in the data of the lists, newest sessions first.
import { printableId } from '../src/platform/clean-text.ts';
import type { SessionDataRow } from '../src/site/lists/session-data.ts';
import { loadSessions } from './lib/session-files.ts';

const MOST_SHOWN = 20;

const status = document.getElementById('found') as HTMLElement;
const id = new URLSearchParams(location.search).get('id') ?? '';

void find();

async function find(): Promise<void> {
  const { files = '', list = '' } = status.dataset;
  if (id === '')
    return say('This address does not name a session. It should end in ?id= and a session id.', list);
  const wanted = printableId(id);
  status.textContent = 'Looking for the session …';
  const starts: SessionDataRow[] = [];
  for (const url of files.split(' ').filter(Boolean).toReversed()) {
    const { rows } = await loadSessions(url);
    const exact = rows.find((row) => row[2] === wanted);
    if (exact) return go(exact);
    starts.push(...rows.filter((row) => row[2].startsWith(wanted)));
  }
  const [only] = starts;
  if (only && starts.length === 1) return go(only);
  if (only) return offer(starts);
  say(`There is no session ${wanted} on this site.`, list);
}

function pageOf(row: SessionDataRow): string {
  return `../sessions/${row[0].replace(/^\.\//, '')}`;
}

function go(row: SessionDataRow): void {
  location.replace(pageOf(row) + location.hash);
}

function say(text: string, list: string): void {
  const link = document.createElement('a');
  link.href = list;
  link.textContent = 'All sessions';
  status.replaceChildren(`${text} `, link);
}

function offer(rows: readonly SessionDataRow[]): void {
  status.textContent = `${rows.length} sessions start with this id:`;
  const items = rows.slice(0, MOST_SHOWN).map((row) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = pageOf(row);
    link.textContent = row[2];
    item.append(link);
    return item;
  });
  document.getElementById('found-list')?.replaceChildren(...items);
}
