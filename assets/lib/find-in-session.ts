import { loadScript } from './load-script.ts';

/** Hits that are shown at first. */
const FIRST = 20;
const KEY = 'monitor:find';

/** Offers a search over all pages of the session. The phrase is kept for its other pages. */
export function findInSession(): void {
  const form = document.querySelector<HTMLFormElement>('.find');
  const field = form?.querySelector('input');
  const status = form?.querySelector('[role=status]');
  const list = document.querySelector<HTMLElement>('.find-hits');
  if (!form || !field || !status || !list) return;
  const { script = '', base = '', name = '', year = '' } = form.dataset;
  let searched = '';
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    keep(name, field.value);
    void search();
  });
  field.addEventListener('input', () => {
    if (field.value === '') clear();
  });
  const known = phraseFor(name);
  if (known !== '') {
    field.value = known;
    void search();
  }

  function clear(): void {
    searched = '';
    keep(name, '');
    status?.replaceChildren();
    list?.replaceChildren();
  }

  async function search(): Promise<void> {
    const phrase = (field as HTMLInputElement).value;
    if (phrase === '') return clear();
    searched = phrase;
    status?.replaceChildren('Searching …');
    try {
      if (!window.monitorFind) await loadScript(script);
      const found = await window.monitorFind?.(base, name, phrase, year);
      if (searched !== phrase) return;
      if (!found) throw new Error('the script of the site is damaged');
      const { items, rounds, cut } = found;
      const counts = `${items.length} ${items.length === 1 ? 'hit' : 'hits'} in ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.`;
      const limits =
        cut > 0
          ? ` Of ${cut} very long ${cut === 1 ? 'text' : 'texts'}, only the beginning was searched.`
          : '';
      status?.replaceChildren((items.length === 0 ? 'No hits.' : counts) + limits);
      list?.replaceChildren(...items.slice(0, FIRST), ...moreOf(items.slice(FIRST)));
    } catch {
      if (searched === phrase)
        status?.replaceChildren('The texts of this session cannot be loaded. Reload the page to try again.');
    }
  }
}

function moreOf(items: readonly HTMLElement[]): HTMLElement[] {
  if (items.length === 0) return [];
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'act';
  button.textContent = `Show ${items.length} more`;
  button.addEventListener('click', () => {
    item.replaceWith(...items);
    items[0]?.querySelector('a')?.focus();
  });
  item.append(button);
  return [item];
}

function keep(name: string, phrase: string): void {
  try {
    if (phrase === '') sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify([name, phrase]));
  } catch {
    // Storage is disabled: other pages do not know the phrase.
  }
}

/** What was last searched for in this session; empty if nothing. */
function phraseFor(name: string): string {
  try {
    const [of, phrase] = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as unknown[];
    return of === name && typeof phrase === 'string' ? phrase : '';
  } catch {
    return '';
  }
}

/** Opens the closed parts of a round that have what was searched for. */
export function openHits(round: Element): void {
  const name = document.querySelector<HTMLElement>('.find')?.dataset['name'] ?? '';
  const phrase = phraseFor(name).toLowerCase();
  if (phrase === '') return;
  for (const part of round.querySelectorAll<HTMLDetailsElement>('details:not(.raw, .copy)'))
    if (part.textContent?.toLowerCase().includes(phrase)) part.open = true;
}
