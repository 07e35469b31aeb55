import { loadScript } from './load-script.ts';
import { addNews, removeNews } from './news.ts';
import { saveState } from './page-state.ts';
import { recall, remember } from './storage.ts';

declare global {
  interface Window {
    /** Called by build.js with a stamp that changes with the site, and the seconds between checks (0: never). */
    monitorStamp?: (stamp: string, seconds: number) => void;
    /** Called by changes.js with the pages that the last renders changed, oldest first; null: any of them. */
    monitorChanges?: (renders: Renders) => void;
  }
}

type Renders = [stamp: string, pages: Record<string, number> | null][];

/** Checks regularly whether the site has changed, and if this page has, shows it anew or says so. */
export function watchStamp(): void {
  const { stamp: url, changes: changesUrl } = document.body.dataset;
  if (url === undefined || changesUrl === undefined) return;
  /** The last stamp of the site under which this page was as it is. */
  let known: string | undefined;
  let looked = 0;
  let seconds = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Runs a script as it is now. If it fails, the site is being moved, or the network is down. */
  const run = (script: string): void => void loadScript(`${script}?t=${Date.now()}`).catch(later);
  const look = (): void => {
    clearTimeout(timer);
    looked = Date.now();
    run(url);
  };
  const later = (): void => {
    clearTimeout(timer);
    if (seconds > 0 && isOn()) timer = setTimeout(look, seconds * 1000);
  };

  window.monitorStamp = (stamp, every) => {
    seconds = every;
    if (known === undefined) addSwitch(seconds, () => (isOn() ? look() : clearTimeout(timer)));
    // A page with work in progress can keep itself as it is, and say that there is something new.
    const isNew = known !== undefined && known !== stamp && isOn();
    if (isNew && document.dispatchEvent(new Event('monitor:newer', { cancelable: true })))
      return run(changesUrl);
    known ??= stamp;
    later();
  };
  window.monitorChanges = (renders) => {
    const change = changeOf(renders, known);
    if (change === undefined) known = renders.at(-1)?.[0] ?? known;
    else show(change);
    later();
  };
  // A page in the background checks again when it becomes visible.
  document.addEventListener('visibilitychange', () => {
    const isDue = seconds > 0 && Date.now() - looked >= seconds * 1000;
    if (document.visibilityState === 'visible' && isOn() && isDue) look();
  });
  look();
}

/** Undefined if this page is as it was under the stamp; otherwise the rounds of its session, or 0. */
function changeOf(renders: Renders, known: string | undefined): number | undefined {
  const { page = '' } = document.body.dataset;
  const at = renders.findLastIndex(([stamp]) => stamp === known);
  // That was many renders ago.
  if (at < 0) return 0;
  let rounds: number | undefined;
  for (const [, pages] of renders.slice(at + 1)) {
    if (pages === null) return 0;
    if (Object.hasOwn(pages, page)) rounds = pages[page] ?? 0;
  }
  return rounds;
}

/** A list or a sum is shown anew at once, unless somebody is at work in it. A conversation says how much there is to read. */
function show(rounds: number): void {
  const shown = Number(document.body.dataset['rounds'] ?? 0);
  const more = shown > 0 ? rounds - shown : 0;
  if (more > 0) {
    addNews(`${more} new round${more === 1 ? '' : 's'}`, () => reload(`r-${shown + 1}`));
  } else if (isInUse()) {
    addNews('This page has changed', () => reload());
  } else {
    removeNews();
    reload();
  }
}

/** Text is selected, or a field, a link or a button of the page has the focus. */
function isInUse(): boolean {
  const selection = getSelection();
  const main = document.querySelector('main');
  const isSelected = selection !== null && !selection.isCollapsed && selection.toString() !== '';
  return isSelected || (main?.contains(document.activeElement) ?? false);
}

/** `goTo`: the id of what is then at the top of the window, maybe on another page; by default, what is there now. */
function reload(goTo?: string): void {
  saveState(goTo);
  if (goTo !== undefined) history.replaceState(null, '', `#${goTo}`);
  location.reload();
}

function isOn(): boolean {
  return recall('refresh') !== 'off';
}

function addSwitch(seconds: number, onChange: () => void): void {
  if (seconds === 0) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'act';
  const label = (): void => {
    button.textContent = isOn() ? 'Refresh on' : 'Refresh off';
    button.title = isOn()
      ? `Checks for a newer page every ${seconds} seconds`
      : 'This page does not refresh itself';
  };
  button.addEventListener('click', () => {
    remember('refresh', isOn() ? 'off' : 'on');
    label();
    onChange();
  });
  label();
  document.querySelector('.written')?.append(button);
}
