// The search in conversations. Filters say which sessions may have the phrase; their texts are loaded and searched.
import { exact, plural } from '../src/platform/count-text.ts';
import { monthText } from '../src/site/format.ts';
import { drawFound } from './lib/search/draw-found.ts';
import { scriptFiles } from './lib/search/search-files.ts';
import { phraseOf, type FoundSession } from './lib/search/search-session.ts';
import { SiteSearch } from './lib/search/search-site.ts';
import { loadMonth } from './lib/session-files.ts';

/** The search waits for the reader after so many sessions with hits, or so many bytes. */
const ENOUGH_SESSIONS = 30;
const ENOUGH_BYTES = 20e6;

const part = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const form = part<HTMLFormElement>('search-form');
const phrase = part<HTMLInputElement>('phrase');
const progress = part('progress');
const stop = part<HTMLButtonElement>('stop');
const more = part<HTMLButtonElement>('more');
const problem = part('problem');
const list = part('hits');

const { year = '' } = form.dataset;
/** The months with sessions, the newest first. */
const months = (form.dataset['months'] ?? '')
  .split(' ')
  .filter(Boolean)
  .map((text) => {
    const [name = '', count = ''] = text.split(':');
    return { name, count: Number(count) };
  });
const total = months.reduce((sum, { count }) => sum + count, 0);

/** A search, as far as it has come. */
interface Running {
  search: SiteSearch;
  steps: AsyncGenerator<FoundSession | null>;
  sessions: number;
  hits: number;
}

let current: Running | undefined;
let isStopped = false;
/** Whether the site has changed since this page was loaded. */
let isOld = false;

start();

function start(): void {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const named = new URLSearchParams({ q: phrase.value });
    // The address can be shared, and each search is a step back.
    if (`#${named}` === location.hash) begin();
    else location.hash = named.toString();
  });
  stop.addEventListener('click', () => (isStopped = true));
  more.addEventListener('click', () => {
    if (current) void goOn(current);
    stop.focus();
  });
  addEventListener('hashchange', readAddress);
  // Hits that somebody reads stay.
  document.addEventListener('monitor:newer', (event) => {
    if (!current) return;
    event.preventDefault();
    isOld = true;
    say('The site has changed since this search. Search again to see what is new.');
  });
  if (location.hash.length > 1) readAddress();
  else phrase.focus();
}

function readAddress(): void {
  phrase.value = new URLSearchParams(location.hash.slice(1)).get('q') ?? '';
  begin();
}

function begin(): void {
  // The page knows months and parts of lists as they were.
  if (isOld) return location.reload();
  list.replaceChildren();
  problem.hidden = true;
  more.hidden = true;
  current = undefined;
  const text = phrase.value;
  if (text === '') {
    progress.textContent = '';
    stop.hidden = true;
    return;
  }
  const search = new SiteSearch(phraseOf(text), scriptFiles(), loadMonthOf);
  current = { search, steps: search.run(months.map(({ name }) => name)), sessions: 0, hits: 0 };
  void goOn(current);
}

function loadMonthOf(month: string): ReturnType<typeof loadMonth> {
  return loadMonth('sessions/', month);
}

/** Searches until there is enough to read, or somebody stops it, or another search begins. */
async function goOn(running: Running): Promise<void> {
  const { search, steps } = running;
  const until = { sessions: running.sessions + ENOUGH_SESSIONS, bytes: search.bytes + ENOUGH_BYTES };
  isStopped = false;
  stop.hidden = false;
  more.hidden = true;
  for (;;) {
    drawProgress(running, 'running');
    const step = await steps.next().catch(() => undefined);
    if (running !== current) return;
    if (!step) return end(running, 'failed');
    if (step.done === true) return end(running, 'done');
    if (step.value) {
      running.sessions++;
      running.hits += step.value.hits.length;
      list.append(drawFound(step.value, year));
    }
    if (isStopped || running.sessions >= until.sessions || search.bytes >= until.bytes)
      return end(running, 'waiting');
  }
}

type State = 'running' | 'waiting' | 'done' | 'failed';

function end(running: Running, state: State): void {
  const { failed, cut } = running.search;
  stop.hidden = true;
  more.hidden = state !== 'waiting';
  more.textContent = `Go on with ${plural(total - running.search.looked, 'more session')}`;
  drawProgress(running, state);
  const problems = [
    state === 'failed' ? 'A list of sessions cannot be loaded, so older sessions were not searched.' : '',
    failed > 0 ? `The texts of ${plural(failed, 'session')} cannot be loaded and were not searched.` : '',
  ].filter(Boolean);
  if (problems.length > 0) say(`${problems.join(' ')} Reload the page to try again.`);
  else if (cut > 0) say(`Of ${plural(cut, 'very long text')}, only the beginning was searched.`);
  document.dispatchEvent(new Event('monitor:drawn'));
}

function drawProgress({ search, sessions, hits }: Running, state: State): void {
  const { looked, withoutPage, bytes, month } = search;
  const found = sessions === 0 ? 'No hits' : `${plural(hits, 'hit')} in ${plural(sessions, 'session')}`;
  const searched = `${exact(looked - withoutPage)} of ${plural(total, 'session')} searched`;
  const back = looked < total && month !== '' ? `, back to ${monthText(month)}` : '';
  const pages = withoutPage > 0 ? `, ${exact(withoutPage)} without a page` : '';
  const loaded =
    bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB loaded` : `${(bytes / 1e6).toFixed(1)} MB loaded`;
  const yet = state === 'running' || state === 'waiting' ? ' so far' : '';
  progress.textContent = `${found}${yet}. ${searched}${pages}${back}; ${loaded}${state === 'running' ? ' …' : '.'}`;
}

function say(text: string): void {
  problem.textContent = text;
  problem.hidden = false;
}
