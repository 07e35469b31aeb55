import { literalFinder } from '../../../src/query/search/find-text.ts';
import { SaidSearch } from '../../../src/query/search/said-search.ts';
import type { Role } from '../../../src/query/search/roles.ts';
import type { SaidPart as Part } from '../../../src/query/search/said.ts';
import { snippetOf, type Snippet } from '../../../src/query/search/snippet.ts';
import { gramsOf, mayHave } from '../../../src/site/search/grams.ts';
import type { SearchLine } from '../../../src/site/search/said-file.ts';
import { saidOf } from '../../../src/site/search/said-item.ts';
import type { SaidPart, SearchFiles } from './search-files.ts';

/** What is searched for. */
export interface Phrase {
  text: string;
  grams: readonly number[];
}

export function phraseOf(text: string): Phrase {
  const composed = text.normalize('NFC');
  return { text: composed, grams: gramsOf(composed) };
}

export interface Hit {
  round: number;
  /** `2026-11-20T16:21:14+08:00` */
  time: string;
  role: Role;
  part: Part;
  /** null if it is neither a call nor a result, or not known. */
  tool: string | null;
  matches: number;
  snippet: Snippet;
}

export interface FoundSession {
  /** As in links. */
  name: string;
  title: string;
  id: string;
  hits: Hit[];
}

/** Whether a session may have the phrase, as far as its filters tell. */
export function mayBeIn([, , , ...parts]: SearchLine, { grams }: Phrase): boolean {
  return parts.some(([filter]) => mayHave(filter, grams));
}

/**
 * Searches the texts of a session, and loads only parts that may have the phrase. null if it does not have it. Throws if a
 * part cannot be loaded.
 */
export async function searchIn(
  line: SearchLine,
  phrase: Phrase,
  files: SearchFiles,
  onBytes: (bytes: number) => void,
): Promise<FoundSession | null> {
  const [name, version, , ...parts] = line;
  const search = new SaidSearch(literalFinder(phrase.text));
  const hits: Hit[] = [];
  let head: string[] = [];
  for (const [at, [filter, bytes]] of parts.entries()) {
    if (!mayHave(filter, phrase.grams)) continue;
    // The last one is the newest.
    const part = await files.said(name, at === parts.length - 1 ? 0 : at + 1, version);
    onBytes(bytes);
    ({ head } = part);
    addHits(part, search, hits);
  }
  if (hits.length === 0) return null;
  const [title = '', id = ''] = head;
  return { name, title, id, hits };
}

/** Searches all texts of one session, whose filters are not known. `version` tells the files from older ones. */
export async function searchWhole(
  name: string,
  version: string,
  phrase: Phrase,
  files: SearchFiles,
): Promise<{ hits: Hit[]; cut: number }> {
  const newest = await files.said(name, 0, version);
  const search = new SaidSearch(literalFinder(phrase.text));
  const hits: Hit[] = [];
  let cut = newest.cut ?? 0;
  for (let at = 1; at <= (newest.closed ?? 0); at++) {
    const part = await files.said(name, at, version);
    cut += part.cut ?? 0;
    addHits(part, search, hits);
  }
  addHits(newest, search, hits);
  return { hits, cut };
}

function addHits({ rounds }: SaidPart, search: SaidSearch, hits: Hit[]): void {
  for (const [round, time, ...items] of rounds) {
    search.nextRound();
    for (const item of items) {
      const said = saidOf(item);
      const found = search.find(said);
      if (!found) continue;
      const { role, part, toolName } = said;
      const { text, count } = found;
      hits.push({
        round,
        time,
        role,
        part,
        tool: toolName || null,
        matches: count,
        snippet: snippetOf(text, found),
      });
    }
  }
}
