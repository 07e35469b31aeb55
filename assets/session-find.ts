// The search within a session, over all its pages. It is loaded when somebody searches.
import { loadScript } from './lib/load-script.ts';
import { drawHit } from './lib/search/draw-found.ts';
import { scriptFiles } from './lib/search/search-files.ts';
import { phraseOf, searchWhole } from './lib/search/search-session.ts';

declare global {
  interface Window {
    /** Finds a phrase in a session. `base`: where the folder `search` is. */
    monitorFind?: (base: string, name: string, phrase: string, year: string) => Promise<FoundRounds>;
  }
}

interface FoundRounds {
  /** One for each hit, as list items with a link to its round. */
  items: HTMLElement[];
  rounds: number;
  /** Texts of which only the beginning was searched. */
  cut: number;
}

window.monitorFind = async (base, name, phrase, year) => {
  const files = scriptFiles((url) => loadScript(`${base}${url}`));
  const { hits, cut } = await searchWhole(name, String(Date.now()), phraseOf(phrase), files);
  const items = hits.map((hit) => drawHit(hit, '', year));
  return { items, rounds: new Set(hits.map(({ round }) => round)).size, cut };
};
