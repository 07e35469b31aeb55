import { recall, remember } from './storage.ts';

/** What each key does, as the list of keys says it. */
const KEYS: readonly (readonly [key: string, words: string])[] = [
  ['/', 'search this session'],
  ['j', 'next round'],
  ['k', 'previous round'],
  ['n', 'next failure'],
  ['c', 'copy the round as Markdown'],
  ['?', 'this list'],
];

/** Reads keys that nobody types into a field. `copy`: copies a round, and returns what to say of it. */
export function readKeys(copy: (round: number) => Promise<string>): void {
  const line = document.querySelector<HTMLElement>('.keys');
  const rounds = document.querySelector<HTMLElement>('.rounds');
  const status = line?.querySelector('[role=status]');
  if (!line || !rounds || !status) return;
  line.hidden = false;
  const say = (words: string): void => status.replaceChildren(words);
  const dialog = listOfKeys();
  line.querySelector('button')?.addEventListener('click', () => dialog.showModal());
  findFailureInAddress();
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (dialog.open || isTyping(event.target) || recall('keys') === 'off') return;
    const done = act(event.key);
    if (done) event.preventDefault();
  });

  function act(key: string): boolean {
    say('');
    if (key === 'j') goBy(1);
    else if (key === 'k') goBy(-1);
    else if (key === 'n') goToFailure(numberOf(current()));
    else if (key === '?') dialog.showModal();
    else if (key === 'c') void copy(numberOf(current())).then(say);
    else if (key === '/') {
      const field = document.querySelector<HTMLInputElement>('.find:not([hidden]) input');
      if (!field) return false;
      field.focus();
      field.select();
    } else return false;
    return true;
  }

  /** To a round before or after; its page may be another one. */
  function goBy(step: 1 | -1): void {
    const all = shownRounds();
    const now = current();
    const at = now ? all.indexOf(now) : -1;
    const isInside = now !== undefined && now !== focused() && now.getBoundingClientRect().top < -40;
    const next = step < 0 && isInside ? now : all[at + step];
    if (next && at + step >= 0) return focusRound(next);
    const to = numberOf(now) + step;
    if (step > 0) {
      const newer = document.querySelector<HTMLAnchorElement>('.parts a[rel=next]');
      if (newer) location.href = `${newer.href}#r-${to}`;
      else say('This is the last round.');
    } else if (to < 1) say('This is the first round.');
    else location.hash = `r-${to}`;
  }

  /** To the first failure after a round. Only the newest page knows those of all pages. */
  function goToFailure(after: number): void {
    const { failed = '', newest = '' } = rounds?.dataset ?? {};
    const next = failed
      .split(' ')
      .filter(Boolean)
      .map(Number)
      .find((round) => round > after);
    if (next === undefined && newest !== '') location.href = `${newest}#n-${after}`;
    else if (next === undefined) say('No round after this one failed.');
    else {
      const round = document.getElementById(`r-${next}`);
      if (round) focusRound(round);
      else location.hash = `r-${next}`;
    }
  }

  function findFailureInAddress(): void {
    const after = /^#n-(\d{1,9})$/.exec(location.hash)?.[1];
    if (after === undefined) return;
    history.replaceState(null, '', location.pathname + location.search);
    goToFailure(Number(after));
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
  );
}

/** Rounds that are not in a closed thread. */
function shownRounds(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('.round')].filter((round) => round.checkVisibility());
}

function focused(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>('.round') ?? null;
}

/** The round that has the focus and can be seen, or else the one at the top of the window. */
function current(): HTMLElement | undefined {
  const own = focused();
  const box = own?.getBoundingClientRect();
  if (own && box && box.bottom > 0 && box.top < innerHeight) return own;
  return shownRounds().findLast((round) => round.getBoundingClientRect().top <= 40);
}

/** 0 if there is none yet. */
function numberOf(round: Element | undefined): number {
  return Number(round?.id.slice(2) ?? 0);
}

function focusRound(round: HTMLElement): void {
  for (let at: Element | null = round; at; at = at.parentElement)
    if (at instanceof HTMLDetailsElement) at.open = true;
  round.scrollIntoView();
  round.querySelector<HTMLElement>('h3 a')?.focus({ preventScroll: true });
  history.replaceState(null, '', `#${round.id}`);
}

/** A dialog with all keys, and a switch: people who speak to their computer type by accident. */
function listOfKeys(): HTMLDialogElement {
  const dialog = document.createElement('dialog');
  dialog.className = 'key-list';
  dialog.setAttribute('aria-label', 'Keys');
  const list = document.createElement('dl');
  for (const [key, words] of KEYS) {
    const [name, text] = [document.createElement('dt'), document.createElement('dd')];
    const shown = document.createElement('kbd');
    shown.textContent = key;
    name.append(shown);
    text.textContent = words;
    list.append(name, text);
  }
  const label = document.createElement('label');
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.checked = recall('keys') !== 'off';
  box.addEventListener('change', () => remember('keys', box.checked ? 'on' : 'off'));
  label.append(box, ' Use these keys');
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'act';
  close.textContent = 'Close';
  close.addEventListener('click', () => dialog.close());
  dialog.append(list, label, close);
  document.body.append(dialog);
  return dialog;
}
