import { exact, plural } from '../../../src/platform/count-text.ts';
import { whoText } from '../../../src/query/search/who-text.ts';
import { exactTime, shortTime } from '../../../src/site/clock.ts';
import type { FoundSession, Hit } from './search-session.ts';

/** Hits of a session that are shown at first. */
const FIRST_HITS = 5;

/** A session with its hits. `year`: its times are shown without it. */
export function drawFound({ name, title, id, hits }: FoundSession, year: string): HTMLElement {
  const item = element('li', 'found');
  const page = `sessions/${name}.html`;
  const heading = element('h2', 'found-title');
  heading.append(link(page, title || id));
  const list = element('ol', 'found-hits');
  list.append(...hits.slice(0, FIRST_HITS).map((hit) => drawHit(hit, page, year)));
  item.append(heading);
  if (title !== '') item.append(isolated('p', 'id', id));
  item.append(list);
  const others = hits.slice(FIRST_HITS);
  if (others.length > 0) {
    const more = element('button', 'act') as HTMLButtonElement;
    more.type = 'button';
    more.textContent = `Show ${plural(others.length, 'more hit')}`;
    more.addEventListener('click', () => {
      const rest = others.map((hit) => drawHit(hit, page, year));
      list.append(...rest);
      more.remove();
      rest[0]?.querySelector('a')?.focus();
    });
    item.append(more);
  }
  return item;
}

export function drawHit(hit: Hit, page: string, year: string): HTMLElement {
  const { round, time, snippet } = hit;
  const item = element('li');
  const anchor = link(`${page}#r-${round}`, '');
  anchor.className = 'hit';
  const meta = element('span', 'hit-meta');
  const number = element('span', 'hit-round');
  number.textContent = `Round ${exact(round)}`;
  const when = element('time') as HTMLTimeElement;
  when.dateTime = time;
  when.title = exactTime(time);
  when.textContent = shortTime(time, year);
  meta.append(number, ' ', isolated('span', 'hit-who', whoText(hit)), ' ', when);
  const words = element('span', 'hit-words');
  words.dir = 'auto';
  const match = element('mark');
  match.textContent = snippet.match;
  words.append(
    snippet.startsLater ? '…' : '',
    snippet.before,
    match,
    snippet.after,
    snippet.endsEarlier ? '…' : '',
  );
  anchor.replaceChildren(meta, ' ', words);
  item.append(anchor);
  return item;
}

function link(href: string, text: string): HTMLAnchorElement {
  const anchor = document.createElement('a');
  anchor.href = href;
  anchor.append(isolated('bdi', '', text));
  return anchor;
}

/** Text from a log must not change the direction of what is beside it. */
function isolated(tag: string, className: string, text: string): HTMLElement {
  const outer = element(tag, className);
  if (tag === 'bdi') outer.textContent = text;
  else outer.append(isolated('bdi', '', text));
  return outer;
}

function element(tag: string, className = ''): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  return made;
}
