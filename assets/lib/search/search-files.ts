import type { SaidRound } from '../../../src/site/search/said-item.ts';
import type { SearchLine } from '../../../src/site/search/said-file.ts';
import { loadScript } from '../load-script.ts';

declare global {
  interface Window {
    /** Called by `search/<month>/<number>.js`. */
    monitorSearch?: (month: string, number: number, lines: (SearchLine | 0)[]) => void;
    /** Called by `search/<name>.js`, and by `search/<name>~p<n>.js` with the number of the part. */
    monitorSaid?: (
      filter: string,
      cut: number,
      closed: number,
      name: string,
      part: number,
      head: string[],
      rounds: SaidRound[],
    ) => void;
  }
}

/** A part of a session's texts. */
export interface SaidPart {
  /** Title and id of the session. */
  head: string[];
  rounds: SaidRound[];
  /** Of the newest part: how many others the session has, and of how many texts only the beginning is there. */
  closed?: number;
  cut?: number;
}

/** Where the search gets its data; a test has other ones. */
export interface SearchFiles {
  /** The sessions of a part of a month, the oldest first; 0 for one without a page. */
  lines(month: string, number: number, version: string): Promise<(SearchLine | 0)[]>;
  /** Texts of a session; 0 is the newest part. */
  said(name: string, part: number, version: string): Promise<SaidPart>;
}

export function scriptFiles(load = loadScript, target: Window = window): SearchFiles {
  const lines = new Map<string, (SearchLine | 0)[]>();
  const said = new Map<string, SaidPart>();
  target.monitorSearch = (month, number, found) => lines.set(`${month}/${number}`, found);
  target.monitorSaid = (_filter, cut, closed, name, part, head, rounds) =>
    said.set(nameOf(name, part), { head, rounds, closed, cut });
  return {
    lines: (month, number, version) => take(lines, `${month}/${number}`, version),
    said: (name, part, version) => take(said, nameOf(name, part), version),
  };

  async function take<T>(known: Map<string, T>, name: string, version: string): Promise<T> {
    await load(`search/${name}.js?v=${version}`);
    const found = known.get(name);
    known.delete(name);
    if (found) return found;
    throw new Error(`search/${name}.js is not what the search expects`);
  }
}

function nameOf(name: string, part: number): string {
  return part === 0 ? name : `${name}~p${part}`;
}
