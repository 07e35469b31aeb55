// A session's page. Reading, following links and "conversation only" work without this script.

import { copyText } from './lib/copy-text.ts';
import { offerCopies } from './lib/copy-round.ts';
import { findInSession, openHits } from './lib/find-in-session.ts';
import { readKeys } from './lib/keys.ts';
import { offerFiles } from './lib/offer-files.ts';
import { sortRounds } from './lib/rounds-table.ts';

const root = document.documentElement;

followSignpost();
findRound();
addEventListener('hashchange', findRound);
copyIds();
offerFiles();
openParts();
foldPrompts();
markPrompts();
walkTimeline();
sortRounds();
findInSession();
readKeys(offerCopies());

/** A signpost redirects to the newest page, and keeps the round in the address. */
function followSignpost(): void {
  const to = document.body.dataset['moved'];
  if (to !== undefined) location.replace(to + location.hash);
}

/** Shows the round in the address, even if it is on another page or in a folded part of this one. */
function findRound(): void {
  const number = Number(/^#r-(\d{1,9})$/.exec(location.hash)?.[1]);
  const rounds = document.querySelector<HTMLElement>('.rounds');
  if (!rounds || !Number.isSafeInteger(number)) return;
  const target = document.getElementById(`r-${number}`);
  if (!target) {
    const ends = (rounds.dataset['ends'] ?? '')
      .split(' ')
      .filter((end) => end !== '')
      .map(Number);
    // Of a session with thousands of pages, those before the first one here are found from there.
    const at = ends.findIndex((end) => number <= end);
    const page = at + Number(rounds.dataset['first'] ?? 1);
    const part = rounds.dataset['part'] ?? '';
    const newest = rounds.dataset['newest'] ?? '';
    if (at >= 0) location.replace(part.replace('~p0.html', `~p${page}.html`) + location.hash);
    else if (newest !== '') location.replace(newest + location.hash);
    return;
  }
  let isHidden = false;
  for (let at: Element | null = target; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement && !at.open) {
      at.open = true;
      isHidden = true;
    }
  }
  openHits(target);
  if (isHidden) target.scrollIntoView();
}

function copyIds(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    button.hidden = false;
    const words = button.textContent;
    button.addEventListener('click', () => {
      void copyText(button.dataset['copy'] ?? '', button).then((isDone) => {
        button.textContent = isDone ? 'Copied' : 'Not copied';
        setTimeout(() => (button.textContent = words), 1500);
      });
    });
  }
}

function openParts(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-open-all]')) {
    button.hidden = false;
    let isOpen = false;
    button.addEventListener('click', () => {
      isOpen = !isOpen;
      for (const part of document.querySelectorAll<HTMLDetailsElement>('.rounds details:not(.raw, .copy)'))
        part.open = isOpen;
      button.textContent = isOpen ? 'Collapse all' : 'Expand all';
    });
  }
}

/** The list of prompts is open next to the rounds, and closed above them if the window is narrow. */
function foldPrompts(): void {
  const list = document.querySelector<HTMLDetailsElement>('.prompts');
  const narrow = matchMedia('(max-width: 1119px)');
  const fold = (): void => {
    if (list) list.open = !narrow.matches;
  };
  fold();
  narrow.addEventListener('change', fold);
}

/** Marks the prompt whose rounds are in view. */
function markPrompts(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.prompts a[href^="#r-"]')];
  const rounds = links.map((link) => document.getElementById(link.hash.slice(1)));
  if (links.length === 0) return;
  let isAsked = false;
  const mark = (): void => {
    isAsked = false;
    const line = innerHeight / 3;
    let current = rounds.findLastIndex(
      (round) => round !== null && round.getBoundingClientRect().top <= line,
    );
    if (current < 0) current = 0;
    for (const [i, link] of links.entries()) {
      if (i === current) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  };
  const ask = (): void => {
    if (!isAsked) requestAnimationFrame(mark);
    isAsked = true;
  };
  addEventListener('scroll', ask, { passive: true });
  mark();
}

/** The timeline is a single Tab stop; arrow keys move between bars. */
function walkTimeline(): void {
  const bars = [...document.querySelectorAll<SVGAElement>('.timeline-plot a')];
  for (const [i, bar] of bars.entries()) bar.setAttribute('tabindex', i === 0 ? '0' : '-1');
  const go = (to: number): void => {
    const bar = bars[Math.max(0, Math.min(to, bars.length - 1))];
    for (const other of bars) other.setAttribute('tabindex', other === bar ? '0' : '-1');
    bar?.focus();
  };
  for (const [i, bar] of bars.entries()) {
    bar.addEventListener('keydown', (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: bars.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      go(to);
    });
  }
}

root.classList.add('js-session');
