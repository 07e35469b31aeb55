import type { SessionHead } from '../../model/session-entry.ts';
import { digest } from '../../platform/digest.ts';
import { readRound, type ReadRound } from '../../session-format/read-round.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import type { Snapshot } from '../../store/read.ts';
import type { LineBlock, ReadMemory } from '../../store/round-bytes.ts';
import type { SearchPattern } from './pattern.ts';
import type { Role } from './roles.ts';
import { SaidSearch } from './said-search.ts';
import { saidIn, type SaidPart } from './said.ts';
import { snippetOf, type Snippet } from './snippet.ts';
import { ToolNames } from './tool-names.ts';

/** What to look for, and where. */
export interface Search {
  pattern: SearchPattern;
  /** Only what these said; undefined: everyone. */
  roles?: ReadonlySet<Role> | undefined;
  /** Only calls and results of such a tool. */
  isTool?: ((name: string) => boolean) | undefined;
}

/** Only some rounds of a session. */
export interface RoundTest {
  isMeant: (round: Pick<ReadRound, 'stored' | 'texts'>) => boolean;
  /** Whether it must be asked for each round, in their order. */
  asksAll: boolean;
}

/** A text that matches, in the round that was the first to say it. */
export interface Hit {
  round: Pick<StoredRound, 'round' | 'timestamp'>;
  role: Role;
  part: SaidPart;
  /** The tool that was called, or whose result it is; null if it is neither, or not known. */
  tool: string | null;
  /** How often it matches. */
  matches: number;
  snippet: Snippet;
}

/** How far a search of a session has come: a part of its file, and what was found in it. */
export interface Searched {
  bytes: number;
  hits: Hit[];
}

/**
 * Searches a session's committed rounds. Throws DamagedSession if its file does not hold them, and PrunedMeanwhile if they
 * were removed; what was found before that counts.
 */
export function* searchSession(
  blocksOf: Snapshot['blocks'],
  session: SessionHead,
  search: Search,
  test: RoundTest | undefined,
  memory: ReadMemory,
): Generator<Searched> {
  const found = new SessionSearch(search, new ToolNames(blocksOf, session));
  try {
    for (const block of blocksOf(session, memory)) {
      searchBlock(block, session.rounds, search.pattern, test, found);
      yield { bytes: block.bytes.length, hits: found.take() };
    }
  } catch (error) {
    yield { bytes: 0, hits: found.take() };
    throw error;
  }
}

function searchBlock(
  { bytes, rounds }: LineBlock,
  lastRound: number,
  { scan: startScan }: SearchPattern,
  test: RoundTest | undefined,
  found: SessionSearch,
): void {
  const scan = startScan?.(bytes);
  let next = scan ? scan.next(0) : 0;
  for (const { from, to } of rounds) {
    if (scan && next >= 0 && next < from) next = scan.next(from);
    const mayMatch = !scan || (next >= from && next < to);
    if (!mayMatch && !test?.asksAll) continue;
    const round = readRound(bytes.toString('utf8', from, to));
    // It belongs to a later commit.
    if (round.stored.round > lastRound) return;
    const isMeant = test?.isMeant(round) ?? true;
    if (mayMatch) found.addRound(round, isMeant);
  }
}

/** The hits of a session, as its rounds are read. */
class SessionSearch {
  readonly #search: Search;
  readonly #tools: ToolNames;
  readonly #said: SaidSearch;
  #hits: Hit[] = [];

  constructor(search: Search, tools: ToolNames) {
    this.#search = search;
    this.#said = new SaidSearch(search.pattern, short);
    this.#tools = tools;
  }

  take(): Hit[] {
    const hits = this.#hits;
    this.#hits = [];
    return hits;
  }

  /** `isMeant`: a round that is not is only remembered, since a later one may say the same. */
  addRound(read: ReadRound, isMeant: boolean): void {
    this.#said.nextRound();
    for (const said of saidIn(read)) {
      this.#tools.note(said);
      const found = this.#said.find(said);
      if (!found || !isMeant) continue;
      const { roles, isTool } = this.#search;
      if (roles && !roles.has(said.role)) continue;
      const tool = this.#tools.of(said, read.stored.round);
      if (isTool && (tool === null || !isTool(tool))) continue;
      const { round, timestamp } = read.stored;
      this.#hits.push({
        round: { round, timestamp },
        role: said.role,
        part: said.part,
        tool,
        matches: found.count,
        snippet: snippetOf(found.text, found),
      });
    }
  }
}

/** A digest in place of a long text. */
function short(key: string): string {
  return key.length > 100 ? digest(key, 16) : key;
}
