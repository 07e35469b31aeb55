import { MessageRecords } from './message-records.ts';
import { fromRuns, runLength, toRuns, type Run } from './runs.ts';
import type { ContextSlice } from './stored-round.ts';

/**
 * What a session remembers of its past so that each message is stored once: a record for each stored text, and
 * the last request of each live thread. Appending to a session costs what is new, not what is stored.
 *
 * A record is identified by its ordinal, counted from 0 in the order of storing. A request is the list of its messages'
 * ordinals. Only the newest records are kept in memory; a text older than that is stored again.
 */
export class SessionMemory {
  readonly #records: MessageRecords;
  #threads: Thread[] = [];
  /** Digests of the previous round's texts; undefined at the start. */
  #previous: { [kind in TextKind]?: string | null } = {};
  /** The round that stored each text; ordered by last use. */
  #texts = new Map<string, number>();

  constructor(records = new MessageRecords()) {
    this.#records = records;
  }

  /** Number of records since the session began. */
  get length(): number {
    return this.#records.length;
  }

  /** The session's weight in memory: its records and texts, about a hundred bytes each. */
  get weight(): number {
    return this.#records.kept + this.#texts.size;
  }

  /**
   * Adds a round's request. Each message is given as its digest, or as its ordinal if known. Returns the
   * slices that rebuild it, the places of messages not stored before, and the ordinals of all messages.
   */
  addRequest(round: number, messages: readonly (string | number)[]): AddedRequest {
    const added: number[] = [];
    const firstNew = this.length;
    const ordinals = messages.map((message, place) => {
      const known = typeof message === 'number' ? message : this.#records.find(message);
      if (known !== undefined) return known;
      added.push(place);
      return this.#records.add(message as string, round, place);
    });
    const context = this.#describe(round, ordinals, firstNew);
    this.#follow(round, ordinals);
    return { context, added, ordinals };
  }

  has(digest: string): boolean {
    return this.#records.find(digest) !== undefined;
  }

  /**
   * Adds a text that is often repeated from round to round; `null`: the round has none. Returns whether it is
   * the previous round's, or which earlier round stored it; undefined if it must be stored now.
   */
  addText(kind: TextKind, round: number, digest: string | null): 'same' | number | undefined {
    const isSame = this.#previous[kind] === digest;
    this.#previous[kind] = digest;
    if (digest === null) return isSame ? 'same' : undefined;
    const key = `${kind} ${digest}`;
    const storedBy = this.#texts.get(key);
    this.#texts.delete(key);
    this.#texts.set(key, storedBy ?? round);
    if (this.#texts.size > TEXTS_KEPT) this.#texts.delete(this.#texts.keys().next().value ?? '');
    return isSame ? 'same' : storedBy;
  }

  /** Adds the messages of a stored round, to rebuild a lost memory. Threads are not rebuilt. */
  replay(round: number, context: readonly ContextSlice[], digests: readonly string[]): void {
    let place = 0;
    for (const [sliceRound, from, count] of context) {
      const stored = sliceRound === round ? digests.slice(from, from + count) : [];
      for (const [i, digest] of stored.entries()) {
        if (!this.has(digest)) this.#records.add(digest, round, place + i);
      }
      place += count;
    }
  }

  /** The records from ordinal `from` on, for saving. */
  encodeRecords(from: number): Buffer {
    return this.#records.encode(from);
  }

  /** Everything except the records. */
  save(): SavedMemory {
    return {
      records: this.length,
      previous: { ...this.#previous },
      texts: [...this.#texts],
      threads: this.#threads.map(({ round, ordinals }) => [round, toRuns(ordinals)]),
    };
  }

  /** `records` holds the newest of the records counted in `saved`. */
  static load(saved: SavedMemory, records: Uint8Array): SessionMemory {
    const memory = new SessionMemory(new MessageRecords(saved.records, records));
    memory.#previous = { ...saved.previous };
    memory.#texts = new Map(saved.texts);
    memory.#threads = saved.threads.map(([round, runs]) => ({ round, ordinals: fromRuns(runs) }));
    return memory;
  }

  /** Slices of earlier requests and of this round's new messages, each the longest that fits, from left to right. */
  #describe(round: number, ordinals: readonly number[], firstNew: number): ContextSlice[] {
    const slices: ContextSlice[] = [];
    for (let i = 0; i < ordinals.length;) {
      const slice = this.#longestSlice(round, ordinals, i, firstNew);
      slices.push(slice);
      i += slice[2];
    }
    return slices;
  }

  #longestSlice(round: number, ordinals: readonly number[], at: number, firstNew: number): ContextSlice {
    const ordinal = ordinals[at] ?? 0;
    if (ordinal >= firstNew) {
      return [round, ordinal - firstNew, runLength(ordinals, at, (i) => ordinal + i)];
    }
    let best: ContextSlice | undefined;
    for (const thread of this.#threads) {
      const from = at === 0 && thread.ordinals[0] === ordinal ? 0 : placeIn(thread, ordinal);
      if (from === undefined) continue;
      const count = runLength(ordinals, at, (i) => thread.ordinals[from + i]);
      if (!best || count > best[2]) best = [thread.round, from, count];
    }
    return best ?? this.#originSlice(ordinals, at, ordinal);
  }

  /** The request that stored a message can serve as well, as long as it stored the following messages too. */
  #originSlice(ordinals: readonly number[], at: number, ordinal: number): ContextSlice {
    const round = this.#records.roundOf(ordinal);
    const place = this.#records.placeOf(ordinal);
    if (round === undefined || place === undefined)
      throw new Error(`no record ${ordinal} in the session's memory`);
    let count = 1;
    for (; at + count < ordinals.length; count++) {
      const next = ordinals[at + count] ?? -1;
      if (this.#records.roundOf(next) !== round || this.#records.placeOf(next) !== place + count) break;
    }
    return [round, place, count];
  }

  /** The request replaces the thread it continues, or starts a new one; the least recently used thread is dropped. */
  #follow(round: number, ordinals: readonly number[]): void {
    const index = this.#threads.findIndex((thread) => continues(thread.ordinals, ordinals));
    if (index >= 0) this.#threads.splice(index, 1);
    this.#threads.unshift({ round, ordinals });
    this.#threads.length = Math.min(this.#threads.length, LIVE_THREADS);
  }
}

interface AddedRequest {
  context: ContextSlice[];
  added: number[];
  ordinals: readonly number[];
}

/** JSON that is saved with the records. */
export interface SavedMemory {
  records: number;
  previous: { [kind in TextKind]?: string | null };
  texts: [key: string, round: number][];
  /** The last request of each live thread: its round, and its messages' ordinals as runs `[first, count]`. */
  threads: [round: number, runs: Run[]][];
}

export type TextKind = 'system' | 'question';

interface Thread {
  round: number;
  ordinals: readonly number[];
  places?: Map<number, number>;
}

/** The most records that an append loads (1.5 MiB), so that a session that grows for ever stays cheap. */
export const RECORDS_KEPT = 65_536;
/** Enough for an agent with its sub-agents; requests without a session id are mostly threads of one round. */
const LIVE_THREADS = 64;
/** Two texts for each live thread. */
const TEXTS_KEPT = 2 * LIVE_THREADS;

function placeIn(thread: Thread, ordinal: number): number | undefined {
  thread.places ??= new Map(thread.ordinals.map((known, place) => [known, place] as const).toReversed());
  return thread.places.get(ordinal);
}

/** A request continues another if it has at least half of its messages; sub-agents share only a prompt. */
function continues(earlier: readonly number[], later: readonly number[]): boolean {
  if (earlier.length === 0) return later.length === 0;
  const same = earlier[0] === later[0] ? runLength(later, 0, (i) => earlier[i]) : 0;
  if (same * 2 >= earlier.length) return true;
  const held = new Set(later);
  let shared = 0;
  for (const ordinal of earlier) if (held.has(ordinal)) shared++;
  return shared * 2 >= earlier.length;
}
