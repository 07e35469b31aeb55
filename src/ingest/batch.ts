import { basename } from 'node:path';
import { PrefixCacheBudget } from '../ai-log/fast/prefix-cache-budget.ts';
import { RequestPrefixCache } from '../ai-log/fast/request-prefix-cache.ts';
import { readRawLine, type RawRound } from '../ai-log/fast/raw-line.ts';
import type { Redactor } from '../redact/redact.ts';
import { readLogLine, type AnyRound } from '../ai-log/round.ts';
import { entryOf, parsePriceBook, priceRound, type PriceBook } from '../pricing/price-book.ts';
import type { Resolution } from '../pricing/resolve.ts';
import { moneyAt } from '../pricing/round-money.ts';
import type { Files } from '../platform/files.ts';
import { pricesPath } from '../store/price-files.ts';
import type { Batch as CommitBatch, SessionAddition } from '../store/commit.ts';
import type { StoredIndex } from '../store/index/index.ts';
import { DamagedSession } from '../session-format/damaged-session.ts';
import { nameSessionFile } from '../store/names.ts';
import { readPriceLines } from '../store/read.ts';
import { coverageOf, type State } from '../store/state.ts';
import { isFilteredOut, type Store } from '../store/store.ts';
import type { ImportedRounds } from './imported/imported-rounds.ts';
import { KnownRounds } from './known/known-rounds.ts';
import type { LogTimes } from './known/log-times.ts';
import { LineArena } from './arena.ts';
import type { LinePosition } from '../model/log-position.ts';
import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import { lineText } from './log-lines.ts';
import type { ParseOptions } from './options.ts';
import { keeperOf } from './settings/field-keeper.ts';
import type { FieldKeeper, KeptFields } from '../session-format/kept-fields.ts';
import { CountingRules } from '../session-format/round-cells.ts';
import { SessionDraft } from './session-draft.ts';
import type { LineCount } from './tally.ts';
import { waitingLine } from './waiting-round.ts';

/** Where a line comes from. */
export interface LineSource {
  /** The path of its log. */
  path: string;
  logId: number;
  /** Byte offset of its first byte. */
  offset: number;
  /** When the log was last written: the time of a round that has none of its own. */
  mtime: number;
  /** Whether `mtime` is the time at which a container runtime recorded the line. */
  isTimed?: boolean;
  /** The times of the log being read; absent if its rounds are known to be new. */
  times?: LogTimes;
}

/** How much of a rejected line is stored. */
const REJECTED_BYTES = 4096;
/** How much of a rejected line is searched for secrets before it is cut: a secret cut in half would not be found. */
const SEARCHED_CHARACTERS = 65_536;
const REJECTED_FILE_BYTES = 16 << 20;
/** The most recently used sessions stay in memory between commits, up to this many hundreds of bytes. */
const MOST_WEIGHT = 300_000;
/** How many names of left-out sessions are remembered. */
const MOST_LEFT_OUT = 1000;
/** Bytes of logged requests, of all sessions together. */
const KNOWN_BYTES = 32 << 20;

/** From the fast or the slow path. */
interface ReadRound {
  round: AnyRound;
  remember?: RawRound['remember'];
}

interface OpenSession {
  draft: SessionDraft;
  known: RequestPrefixCache;
}

/** A session's file that cannot be appended to. */
export interface DamagedFile {
  file: string;
  /** A predicate: `is missing`. */
  problem: string;
  /** How many rounds were counted and not written. */
  rounds: number;
}

/** Everything in a batch except the log positions. */
interface Taken extends Pick<CommitBatch, 'sessions' | 'prices' | 'rejected' | 'waiting'> {
  /** How many sessions. */
  ids: string[];
}

/** Gathers lines into drafts of sessions, until the next commit takes them. */
export class Batch {
  readonly #files: Files;
  readonly #store: Store;
  readonly #index: () => StoredIndex;
  readonly #resolve: (model: string) => Promise<Resolution | undefined>;
  readonly #book: PriceBook;
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
  readonly #budget = new PrefixCacheBudget(KNOWN_BYTES);
  /** File names assigned by this run, and others that no session may have, in lower case. */
  readonly #newFiles: Set<string>;
  readonly #rejected: string[] = [];
  #rejectedBytes: number;
  readonly #leftOut = new Set<string>();
  #waiting: string[] = [];
  readonly #damaged = new Map<string, DamagedFile>();
  /** Whether a session whose file is damaged is only counted, instead of stopping the run. */
  detaches = false;
  /** Called for each round added without a time of its own. */
  onTimeless: ((unreadTime: string | undefined, source: LineSource) => void) | undefined;
  /** Bytes gathered since the last commit. */
  size = 0;

  constructor(
    files: Files,
    store: Store,
    state: State,
    index: () => StoredIndex,
    resolve: (model: string) => Promise<Resolution | undefined>,
    redactor: Redactor | undefined,
    { linePath = 'fast', heldWeight = MOST_WEIGHT }: Pick<ParseOptions, 'linePath' | 'heldWeight'> = {},
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
    this.#resolve = resolve;
    this.#book = parsePriceBook(
      readPriceLines(files, store.dir, state),
      pricesPath(store.dir, state.prices.generation),
    );
    this.#rejectedBytes = state.rejected.length;
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
    if (this.#rejectedBytes < REJECTED_FILE_BYTES) {
      const { path, logId, offset } = source;
      const kept = this.#redactor?.text(text.slice(0, SEARCHED_CHARACTERS)) ?? text;
      const start = Buffer.from(kept.slice(0, REJECTED_BYTES)).subarray(0, REJECTED_BYTES).toString();
      const record = JSON.stringify({
        path,
        at: [logId, offset],
        time: new Date(Math.floor(source.mtime)).toISOString(),
        reason,
        ...(!this.#store.filters.no_content && { text: start }),
      });
      this.#rejected.push(record);
      this.#rejectedBytes += record.length;
      this.size += record.length;
    }
    return 'rejected';
  }

  /**
   * What the next commit stores. Iterate the sessions once, before adding another line: each is made when its
   * turn comes, so that they need not all be in memory at once.
   */
  take(): Taken {
    return {
      ids: [...this.#sessions].filter(([, { draft }]) => !draft.isEmpty).map(([id]) => id),
      sessions: this.#takeSessions(),
      prices: this.#book.added.splice(0),
      rejected: this.#rejected.splice(0),
      waiting: this.#waiting.splice(0),
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
    const time = round.time ?? Math.floor(source.mtime);
    if (isFilteredOut(this.#store.filters, round.sessionId, time)) {
      if (this.#leftOut.size < MOST_LEFT_OUT) this.#leftOut.add(round.sessionId);
      return 'filtered';
    }
    const stored = this.#redactor?.round(round) ?? round;
    const places = placesOf(stored, source);
    const found = places === 'none' ? 'new' : this.#findKnown(stored, source, places);
    if (found !== 'new') return found;
    const line = { log: source.logId, mayBeCopy: places !== 'none' };
    const likeness = this.#imported?.judge(stored, line);
    if (likeness === 'known') return 'imported';
    const resolution = round.usageState === 'counted' ? await this.#resolve(round.model) : undefined;
    const price = priceRound(
      this.#book,
      { model: round.model, state: round.usageState, atMs: time },
      resolution,
    );
    const entry = typeof price === 'number' ? entryOf(this.#book, price) : undefined;
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
    return { draft, known: new RequestPrefixCache(this.#budget) };
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
function placesOf({ time, durationMs }: AnyRound, { times }: LineSource): 'none' | 'others' | 'all' {
  const ended = time === null ? null : time + (durationMs ?? 0);
  return times?.placesOf(ended, time !== null && time % 1000 !== 0) ?? 'none';
}
