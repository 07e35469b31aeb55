import { basename } from 'node:path';
import { PrefixCacheBudget } from '../ai-log/fast/prefix-cache-budget.ts';
import { RequestPrefixCache } from '../ai-log/fast/request-prefix-cache.ts';
import { readRawLine, type RawRound } from '../ai-log/fast/raw-line.ts';
import type { Redactor } from '../redact/redact.ts';
import { readLogLine, type AnyRound } from '../ai-log/round.ts';
import { moneyAt } from '../pricing/round-money.ts';
import type { Files } from '../platform/files.ts';
import type { Batch as CommitBatch, SessionAddition } from '../store/commit.ts';
import type { StoredIndex } from '../store/index/index.ts';
import { DamagedSession } from '../session-format/damaged-session.ts';
import { nameSessionFile } from '../store/names.ts';
import { coverageOf, type State } from '../store/state.ts';
import { isFilteredOut, type Store } from '../store/store.ts';
import type { ImportedRounds } from './imported/imported-rounds.ts';
import { KnownRounds } from './known/known-rounds.ts';
import type { Place } from './known/log-times.ts';
import { LineArena } from './arena.ts';
import type { LinePosition } from '../model/log-position.ts';
import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import type { LineSource } from './line-source.ts';
import { lineText } from './log-lines.ts';
import type { ParseOptions } from './options.ts';
import type { PriceDesk } from './price-desk.ts';
import { RejectedLines } from './rejected-lines.ts';
import type { DamagedFile } from './damaged-file.ts';
import { keeperOf } from './settings/field-keeper.ts';
import type { FieldKeeper, KeptFields } from '../session-format/kept-fields.ts';
import { CountingRules } from '../session-format/round-cells.ts';
import { SessionDraft } from './session-draft.ts';
import type { LineCount } from './tally.ts';
import { waitingLine } from './waiting-round.ts';

/** The most recently used sessions stay in memory between commits, up to this many hundreds of bytes. */
export const MOST_WEIGHT = 300_000;
/** How many names of left-out sessions are remembered. */
const MOST_LEFT_OUT = 1000;
export const KNOWN_BYTES = 32 << 20;

/** How it reads, and what it may hold in memory. */
export type BatchOptions = Pick<ParseOptions, 'linePath' | 'heldWeight'> & {
  /** Bytes of logged requests, of all sessions together. */
  knownBytes?: number;
};

/** From the fast or the slow path. */
interface ReadRound {
  round: AnyRound;
  remember?: RawRound['remember'];
}

interface OpenSession {
  draft: SessionDraft;
  known: RequestPrefixCache;
  /** The `order` of its last line. */
  used: number;
}

/** Everything in a batch except the log positions. */
interface Taken extends Pick<CommitBatch, 'prices' | 'rejected' | 'waiting'> {
  /** Of these sessions, in this order. */
  ids: string[];
  /** The `order` of each session's last line. */
  used: number[];
  sessions: Iterable<SessionAddition>;
}

/** Gathers lines into drafts of sessions, until the next commit takes them. */
export class Batch {
  readonly #files: Files;
  readonly #store: Store;
  readonly #index: () => StoredIndex;
  readonly #prices: PriceDesk;
  /** undefined if texts are stored as logged, or not at all. */
  readonly #redactor: Redactor | undefined;
  /** undefined if nothing was imported, and during an import. */
  readonly #imported: ImportedRounds | undefined;
  readonly #known: KnownRounds;
  readonly #keeper: FieldKeeper;
  readonly #rules: CountingRules;
  readonly #linePath: 'fast' | 'slow';
  readonly #heldWeight: number;
  readonly #sessions = new Map<string, OpenSession>();
  readonly #lines = new LineArena();
  readonly #budget: PrefixCacheBudget;
  /** File names assigned by this run, and others that no session may have, in lower case. */
  readonly #newFiles: Set<string>;
  readonly #rejected: RejectedLines;
  readonly #leftOut = new Set<string>();
  #waiting: string[] = [];
  readonly #damaged = new Map<string, DamagedFile>();
  /** Whether a session whose file is damaged is only counted, instead of stopping the run. */
  detaches = false;
  /** Called for each round added without a time of its own. */
  onTimeless: ((unreadTime: string | undefined, source: LineSource) => void) | undefined;
  /** Called for each session with a round that the store's filters left out. */
  onLeftOut: ((id: string) => void) | undefined;
  /** Called for each round before anything else, with its session. */
  onSession: ((id: string) => void) | undefined;
  /** The number of the line being added, where that matters. */
  order = 0;
  /** Bytes gathered since the last commit. */
  size = 0;

  constructor(
    files: Files,
    store: Store,
    state: State,
    index: () => StoredIndex,
    prices: PriceDesk,
    redactor: Redactor | undefined,
    { linePath = 'fast', heldWeight = MOST_WEIGHT, knownBytes = KNOWN_BYTES }: BatchOptions = {},
    imported?: ImportedRounds,
  ) {
    this.#redactor = redactor;
    const coverage = coverageOf(state);
    this.#keeper = keeperOf(store, coverage, redactor);
    this.#rules = new CountingRules(coverage);
    this.#imported = imported;
    this.#known = new KnownRounds(files, store.dir, state, index, imported);
    this.#files = files;
    this.#linePath = linePath;
    this.#heldWeight = heldWeight;
    this.#store = store;
    this.#index = index;
    this.#prices = prices;
    this.#budget = new PrefixCacheBudget(knownBytes);
    this.#rejected = new RejectedLines(!store.filters.no_content, redactor, state.rejected.length);
    // --state-file can name a file in the store.
    this.#newFiles = new Set([basename(store.statePath).toLowerCase()]);
  }

  /** Sessions with rounds that the store's filters left out; if there are many, only some of them. */
  get leftOut(): ReadonlySet<string> {
    return this.#leftOut;
  }

  /** Sessions with rounds whose file is damaged. */
  get damaged(): ReadonlyMap<string, DamagedFile> {
    return this.#damaged;
  }

  /** Adds one line; returns what it counts as. */
  async addLine(bytes: Buffer, source: LineSource): Promise<LineCount> {
    const raw =
      this.#linePath === 'fast' ? readRawLine(bytes, (id) => this.#sessions.get(id)?.known) : undefined;
    const line = raw ?? readLogLine(lineText(bytes));
    if (line.kind === 'other') return 'other';
    if (line.kind === 'rejected') return this.reject(line.reason, lineText(bytes), source);
    try {
      const count = await this.addRound(line, source);
      return count ?? this.reject('the messages of ai_log are not valid JSON', lineText(bytes), source);
    } catch (error) {
      // Whether the session has the round can be read only in its file.
      if (!this.detaches || !(error instanceof DamagedSession)) throw error;
      return this.reject(`the file of its session ${error.problem}`, lineText(bytes), source);
    }
  }

  reject(reason: string, text: string, source: LineSource): 'rejected' {
    this.size += this.#rejected.add(reason, text, source);
    return 'rejected';
  }

  /** The records of lines since the last call: rejected ones, and rounds that wait. */
  takeRecords(): { rejected: string[]; waiting: string[] } {
    return { rejected: this.#rejected.take(), waiting: this.#waiting.splice(0) };
  }

  /**
   * What the next commit stores. Iterate the sessions once, before adding another line: each is made when its
   * turn comes, so that they need not all be in memory at once.
   */
  take(): Taken {
    const taken = [...this.#sessions].filter(([, { draft }]) => !draft.isEmpty);
    return {
      ids: taken.map(([id]) => id),
      used: taken.map(([, { used }]) => used),
      sessions: this.#takeSessions(),
      prices: this.#prices.take(),
      ...this.takeRecords(),
    };
  }

  *#takeSessions(): Generator<SessionAddition> {
    let weight = 0;
    for (const { draft } of this.#sessions.values()) {
      if (!draft.isEmpty) yield draft.take();
      weight += draft.weight;
    }
    this.size = 0;
    this.#lines.reset();
    this.#dropOldest(weight - this.#heldWeight);
  }

  /** Drops the least recently used drafts until this much weight is freed. */
  #dropOldest(weight: number): void {
    let left = weight;
    for (const [id, { draft, known }] of this.#sessions) {
      if (left <= 0) return;
      left -= draft.weight;
      known.clear();
      this.#sessions.delete(id);
      // The index has the file name if it was committed; a draft without rounds is given a name again.
      this.#newFiles.delete(draft.file.toLowerCase());
    }
  }

  /** Adds one round from any source; undefined if its messages are not valid JSON. */
  async addRound({ round, remember }: ReadRound, source: LineSource): Promise<LineCount | undefined> {
    this.onSession?.(round.sessionId);
    const time = round.time ?? Math.floor(source.mtime);
    if (isFilteredOut(this.#store.filters, round.sessionId, time)) {
      if (this.#leftOut.size < MOST_LEFT_OUT) this.#leftOut.add(round.sessionId);
      this.onLeftOut?.(round.sessionId);
      return 'filtered';
    }
    const stored = this.#redactor?.round(round) ?? round;
    const places = placesOf(stored, source);
    const found =
      places === 'none'
        ? 'new'
        : places === 'later'
          ? await this.#findLater(stored, source)
          : this.#findKnown(stored, source, places);
    if (found !== 'new') return found;
    const line = { log: source.logId, mayBeCopy: places !== 'none' };
    const likeness = this.#imported?.judge(stored, line);
    if (likeness === 'known') return 'imported';
    const { price, entry } = await this.#prices.priceOf({
      model: round.model,
      state: round.usageState,
      atMs: time,
    });
    const flags = [...round.flags];
    if (round.time === null) flags.push('time-missing');
    if (likeness === 'doubtful') flags.push('maybe-imported');
    const money = moneyAt(price, entry, flags, round.usage, time);
    const { draft, known } = this.#use(round.sessionId);
    const at: LinePosition = [source.logId, source.offset];
    const kept = this.#keeper.fieldsOf(round);
    const facts = { time, at, price, flags, kept };
    const length = draft.add(stored, facts, money, (ordinals) => {
      // Its rounds are kept whole.
      if (!draft.isDetached) remember?.(known, ordinals);
    });
    if (length < 0) return undefined;
    if (draft.isDetached) this.#wait(stored, kept, at, source.mtime);
    if (round.time === null) this.onTimeless?.(round.unreadTime, source);
    this.size += length;
    return 'rounds';
  }

  /** Waits for other lines only if they matter: most rounds are new in any case. */
  async #findLater(round: AnyRound, source: LineSource): Promise<ReturnType<KnownRounds['find']>> {
    if (!this.#mayKnow(round)) return 'new';
    const places = (await source.times?.ask?.()) ?? 'none';
    return places === 'none' ? 'new' : this.#findKnown(round, source, places);
  }

  #mayKnow(round: AnyRound): boolean {
    try {
      return this.#known.mayKnow(round, this.#sessions.get(round.sessionId)?.draft);
    } catch (error) {
      if (error instanceof DamagedSession) return true;
      throw error;
    }
  }

  #findKnown(
    round: AnyRound,
    { logId }: LineSource,
    places: 'others' | 'all',
  ): ReturnType<KnownRounds['find']> {
    const draft = this.#sessions.get(round.sessionId)?.draft;
    return this.#known.find(round, { log: logId, isAlsoOwn: places === 'all' }, draft);
  }

  #wait(round: AnyRound, kept: KeptFields, at: LinePosition, mtime: number): void {
    const line = waitingLine(round, kept, at, mtime, !this.#store.filters.no_content);
    this.#waiting.push(line);
    this.size += line.length;
    const file = this.#damaged.get(round.sessionId);
    if (file) file.rounds++;
  }

  /** Moves the session to the end of the map, which is ordered by last use. */
  #use(id: string): OpenSession {
    const session = this.#sessions.get(id) ?? this.#open(id);
    session.used = this.order;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  #open(id: string): OpenSession {
    const known = this.#index().sessions.get(id);
    const keepsText = !this.#store.filters.no_content;
    const draft =
      known && !isPruned(known)
        ? this.#resume(known, keepsText)
        : SessionDraft.create({ id, file: this.#nameFile(id) }, keepsText, this.#rules, this.#lines, known);
    return { draft, known: new RequestPrefixCache(this.#budget), used: 0 };
  }

  #resume(entry: SessionEntry, keepsText: boolean): SessionDraft {
    try {
      return SessionDraft.resume(this.#files, this.#store.dir, entry, keepsText, this.#rules, this.#lines);
    } catch (error) {
      if (!this.detaches || !(error instanceof DamagedSession)) throw error;
      const { rounds = 0 } = this.#damaged.get(entry.id) ?? {};
      this.#damaged.set(entry.id, { file: entry.file, problem: error.problem, rounds });
      return SessionDraft.detach(entry, keepsText, this.#rules, this.#lines);
    }
  }

  #nameFile(id: string): string {
    const file = nameSessionFile(id, (name) => this.#newFiles.has(name) || this.#index().hasFile(name));
    this.#newFiles.add(file.toLowerCase());
    return file;
  }
}

/** Where the line can have been read before. */
function placesOf({ time, durationMs }: AnyRound, { times }: LineSource): Place | 'later' {
  const ended = time === null ? null : time + (durationMs ?? 0);
  return times?.placesOf(ended, time !== null && time % 1000 !== 0) ?? 'none';
}
