import type { RoundKind } from '../conversation-file.ts';
import { copyText } from './copy-text.ts';
import { loadScript } from './load-script.ts';

const KINDS: readonly (readonly [kind: RoundKind, words: string])[] = [
  ['md', 'Markdown'],
  ['json', 'JSON'],
  ['request', 'Request'],
];

/**
 * Offers to copy a round as Markdown, as the JSON that is stored, and as a request without a program around it. Returns what
 * a key does. Rounds come from the raw JSON, which a page that was opened from disk may not read.
 */
export function offerCopies(): (round: number) => Promise<string> {
  const file = document.querySelector<HTMLElement>('[data-file]');
  const raw = document.querySelector<HTMLAnchorElement>('.switches a');
  if (!file || !raw) return () => Promise.resolve('This store keeps no texts.');
  if (!location.protocol.startsWith('http'))
    return (round) =>
      Promise.resolve(`A page opened from disk cannot copy: use monitor show <id> --round ${round} --full`);
  const { script = '', zone = '' } = file.dataset;
  for (const round of document.querySelectorAll<HTMLElement>('.round')) addMenu(round);
  return (round) => copy('md', round, raw);

  function addMenu(round: HTMLElement): void {
    const menu = document.createElement('details');
    menu.className = 'copy';
    const summary = document.createElement('summary');
    summary.textContent = 'Copy';
    const status = document.createElement('span');
    status.setAttribute('role', 'status');
    const buttons = KINDS.map(([kind, words]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'act';
      button.textContent = words;
      button.addEventListener('click', () => {
        status.textContent = 'Reading …';
        void copy(kind, Number(round.id.slice(2)), button).then((said) => (status.textContent = said));
      });
      return button;
    });
    menu.append(summary, ...buttons, status);
    round.querySelector('.round-head .right')?.before(menu);
  }

  async function copy(kind: RoundKind, round: number, place: HTMLElement): Promise<string> {
    if (round === 0) return 'No round is in view.';
    try {
      if (!window.monitorRound) await loadScript(script);
      const text = await window.monitorRound?.(kind, raw?.href ?? '', zone, round);
      if (text === undefined) return 'The script of the site is damaged';
      return (await copyText(text, place))
        ? `Round ${round} is copied`
        : 'The browser does not allow copying';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
