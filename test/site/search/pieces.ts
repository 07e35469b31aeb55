import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { scriptFiles } from '../../../assets/lib/search/search-files.ts';
import { phraseOf, type FoundSession } from '../../../assets/lib/search/search-session.ts';
import { SiteSearch } from '../../../assets/lib/search/search-site.ts';
import type { MonthPart } from '../../../assets/lib/session-files.ts';

/** What the browser's search finds in a site, with the same code, and the scripts that it would load. */
export interface SearchedSite {
  search: SiteSearch;
  found: FoundSession[];
  /** The scripts, in order. */
  loaded: string[];
}

export async function searchSite(siteDir: string, text: string): Promise<SearchedSite> {
  const loaded: string[] = [];
  const target = {} as Window;
  const months = new Map<string, MonthPart[]>();
  const context = createContext({
    monitorMonth: (month: string, parts: MonthPart[]) => void months.set(month, parts),
    monitorSearch: (...args: Parameters<NonNullable<Window['monitorSearch']>>) =>
      target.monitorSearch?.(...args),
    monitorSaid: (...args: Parameters<NonNullable<Window['monitorSaid']>>) => target.monitorSaid?.(...args),
  });
  const load = async (url: string): Promise<void> => {
    // As a browser does.
    const path = decodeURIComponent(url.replace(/\?.*$/, ''));
    loaded.push(path);
    runInContext(readFileSync(join(siteDir, path), 'utf8'), context);
  };
  const search = new SiteSearch(phraseOf(text), scriptFiles(load, target), async (month) => {
    await load(`sessions/${month}/parts.js`);
    return months.get(month) ?? [];
  });
  const found: FoundSession[] = [];
  for await (const one of search.run(monthsOf(siteDir))) if (one) found.push(one);
  return { search, found, loaded };
}

/** As the page names them, the newest first. */
function monthsOf(siteDir: string): string[] {
  const page = readFileSync(join(siteDir, 'search.html'), 'utf8');
  const [, months = ''] = /data-months="([^"]*)"/.exec(page) ?? [];
  return months.split(' ').map((month) => month.replace(/:.*/, ''));
}
