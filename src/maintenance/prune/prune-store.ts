import { takeOver } from '../../store/take-over.ts';
import { FieldKeeper } from '../../session-format/kept-fields.ts';
import { join } from 'node:path';
import { readRound } from '../../session-format/read-round.ts';
import { parseJson } from '../../platform/json-spans.ts';
import { InputOutputError, isSystemError } from '../../platform/errors.ts';
import { systemErrorText } from '../../platform/system-errors.ts';
import { readWhole, type Files } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { rejectedPath } from '../../store/commit.ts';
import { blankRejected, prune, removeSession, type Removal, type Rewrite } from '../../store/prune.ts';
import { readPruned, type PrunedPart } from '../../store/pruned-file.ts';
import { checkSessionFile, recordsPath, storedRounds } from '../../store/session-file.ts';
import { readHeaderId } from '../../store/session-lines.ts';
import { readCurrentState } from '../../store/current-state.ts';
import { coverageOf, type State } from '../../store/state.ts';
import { StoredIndex } from '../../store/index/index.ts';
import { lockPath, openStore, type Store } from '../../store/store.ts';
import { isPruned, type SessionEntry } from '../../model/session-entry.ts';
import { subtractTools, toolCountsOf } from '../../model/tool-counts.ts';
import { subtractCells } from '../../model/usage-cells.ts';
import { copyName } from '../repair/repair-problem.ts';
import { keysOfRounds } from './keys-of-rounds.ts';
import { wordlessLine } from '../../session-format/write-round.ts';
import { sumUsage, summaryOf } from '../../session-format/summary.ts';

export interface PruneOptions {
  dir: string;
  /** Prune sessions whose last round is older: milliseconds since 1970 UTC. */
  before: number;
  /** Prune only their texts. */
  content: boolean;
  isDryRun: boolean;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** Bytes of session files to rewrite in one commit. */
  batchBytes?: number;
}

export interface PruneResult {
  sessions: number;
  rounds: number;
  /** Bytes that are, or would be, freed. */
  bytes: number;
  /** Rejected lines whose text was removed. */
  rejectedLines: number;
  isDryRun: boolean;
}

/** The file names that a prune gives to copies. */
const COPY = /~\d{1,9}\.json$/;
const BATCH_BYTES = 64 << 20;
const MOST_SESSIONS = 1000;

/**
 * Removes sessions whose last round is older than `before`, or only their texts; reports keep all sums. Throws
 * InputOutputError (no sound store, a full disk) and BusyError (another run).
 */
export function pruneStore(files: Files, options: PruneOptions): PruneResult {
  const store = openStore(files, options.dir);
  if (options.isDryRun) return new Pruning(files, store, options).run();
  const release = takeLock(lockPath(options.dir), `the store ${options.dir}`);
  try {
    return new Pruning(files, store, options).run();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `${systemErrorText(error)}. Each session of the store ${options.dir} was pruned completely or not at all. Run prune again to continue`;
    throw new InputOutputError(message, { cause: error });
  } finally {
    release();
  }
}

class Pruning {
  readonly #files: Files;
  readonly #store: Store;
  readonly #options: PruneOptions;
  readonly #index: StoredIndex;
  readonly #removed: ReadonlyMap<string, PrunedPart[]>;
  #state: State;
  /** Keeps of attributes and line fields what a store without texts has. */
  readonly #codes: FieldKeeper;
  #removals: Removal[] = [];
  #rewrites: Rewrite[] = [];
  #batchBytes = 0;

  constructor(files: Files, store: Store, options: PruneOptions) {
    this.#files = files;
    this.#store = store;
    this.#options = options;
    const state = readCurrentState(files, store);
    this.#state = options.isDryRun ? state : takeOver(files, store, state);
    this.#codes = new FieldKeeper(
      store.fields,
      coverageOf(this.#state).dimensions.map(({ name }) => name),
      false,
    );
    this.#index = new StoredIndex(files, store.dir, this.#state);
    this.#removed = readPruned(files, store.dir, this.#state);
  }

  run(): PruneResult {
    const { isDryRun, content } = this.#options;
    const result = { sessions: 0, rounds: 0, bytes: 0, rejectedLines: 0, isDryRun };
    try {
      if (!isDryRun) this.#removeLeftovers();
      // Collect them first: pruning changes the index that they come from.
      const old = [...this.#index.sessions.values()].filter((entry) => this.#isDue(entry));
      // Report a damaged file before anything is removed.
      for (const entry of old) checkSessionFile(this.#files, this.#store.dir, entry);
      for (const entry of old) {
        result.sessions++;
        result.rounds += entry.rounds - firstRoundOf(entry, content);
        result.bytes += this.#sizeOf(entry);
        if (isDryRun) continue;
        if (content) this.#rewrite(entry);
        else this.#remove(entry);
        if (this.#isFull() && entry !== old.at(-1)) result.bytes -= this.#commit(false);
      }
      if (!isDryRun) result.bytes -= this.#commit(true);
      result.rejectedLines = this.#blankRejected();
    } finally {
      this.#index.close();
    }
    return result;
  }

  #isDue(entry: SessionEntry): boolean {
    if (isPruned(entry) || entry.updated >= this.#options.before) return false;
    if (!this.#options.content) return true;
    return !this.#store.filters.no_content && entry.pruned_content?.rounds !== entry.rounds;
  }

  #remove(entry: SessionEntry): void {
    const { id, file, created, updated, rounds, model, errors, pruned_rounds: before = 0 } = entry;
    const { now } = this.#options;
    const earlier = this.#removed.get(id) ?? [];
    const { keys, places } = this.#keysOf(entry);
    this.#batchBytes += keys.reduce((sum, [, , digests]) => sum + digests.length, 0);
    const part: PrunedPart = {
      pruned: now,
      created,
      updated,
      rounds: rounds - before,
      model,
      keys,
      places,
      errors: errors - earlier.reduce((sum, one) => sum + one.errors, 0),
      usage: subtractCells(
        entry.usage,
        earlier.flatMap(({ usage }) => usage),
      ),
      ...subtractTools(entry, earlier),
    };
    const nothing = { length: 0, crc: 0 };
    const left = { id, file, created, updated, rounds, model, errors, ...toolCountsOf(entry) };
    const marks = { pruned: now, pruned_rounds: rounds };
    this.#removals.push({
      entry: { ...left, ...marks, title: null, end: 0, last: nothing, summary: nothing },
      file,
      part,
    });
  }

  #keysOf(entry: SessionEntry): ReturnType<typeof keysOfRounds> {
    const { dir } = this.#store;
    try {
      return keysOfRounds(storedRounds(this.#files, dir, entry));
    } catch (error) {
      if (error instanceof InputOutputError) error.message = `${join(dir, entry.file)}: ${error.message}`;
      throw error;
    }
  }

  #rewrite(entry: SessionEntry): void {
    const { now } = this.#options;
    const { usage, ...rest } = entry;
    const left = {
      ...rest,
      title: null,
      file: copyName(this.#files, this.#store.dir, entry.file),
      pruned_content: { at: now, rounds: entry.rounds },
    };
    this.#rewrites.push({
      entry: left,
      file: entry.file,
      rounds: inPieces(withoutTexts(storedRounds(this.#files, this.#store.dir, entry), this.#codes)),
      summary: summaryOf(left, sumUsage(usage)),
    });
    this.#batchBytes += entry.end;
  }

  #isFull(): boolean {
    const limit = this.#options.batchBytes ?? BATCH_BYTES;
    return this.#batchBytes > limit || this.#removals.length >= MOST_SESSIONS;
  }

  /** Returns the bytes of the new files. */
  #commit(isLast: boolean): number {
    const what = { removals: this.#removals, rewrites: this.#rewrites, isLast };
    if (what.removals.length + what.rewrites.length === 0) return 0;
    this.#state = prune(this.#files, this.#store, this.#state, this.#index, what);
    this.#removals = [];
    this.#rewrites = [];
    this.#batchBytes = 0;
    return what.rewrites.reduce(
      (sum, { entry }) => sum + (this.#files.stat(join(this.#store.dir, entry.file))?.size ?? 0),
      0,
    );
  }

  #sizeOf({ file }: SessionEntry): number {
    const { dir } = this.#store;
    const paths = [join(dir, file), recordsPath(dir, file)];
    return paths.reduce((sum, path) => sum + (this.#files.stat(path)?.size ?? 0), 0);
  }

  /** Session files and records files that a killed prune or repair left. */
  #removeLeftovers(): void {
    const { dir } = this.#store;
    for (const name of this.#files.list(dir) ?? []) {
      const file = name.startsWith('.memory-') ? `${name.slice('.memory-'.length)}.json` : name;
      if ((name.startsWith('.') && file === name) || !file.endsWith('.json')) continue;
      if (this.#isNamed(file)) continue;
      const path = join(dir, file);
      const id = this.#files.stat(path)?.isFile ? readHeaderId(this.#files, path) : undefined;
      // Records without a session, or a copy with an incomplete first line from a killed prune.
      const isOrphan =
        (file !== name && !this.#files.stat(path)) ||
        (id === undefined && COPY.test(file) && this.#isNamed(file.replace(COPY, '.json')));
      if (isOrphan || (id !== undefined && this.#index.sessions.has(id)))
        removeSession(this.#files, dir, file);
    }
  }

  /** Whether a session's rounds are in a file of this name. */
  #isNamed(file: string): boolean {
    this.#named ??= new Set(
      Array.from(this.#index.sessions.values(), (entry) => (isPruned(entry) ? '' : entry.file)),
    );
    return this.#named.has(file);
  }
  #named: Set<string> | undefined;

  /** Blanks the texts of rejected lines from logs that were last written before then. */
  #blankRejected(): number {
    const { length } = this.#state.rejected;
    const bytes = readWhole(this.#files, rejectedPath(this.#store.dir))?.subarray(0, length);
    if (!bytes || bytes.length < length || length === 0) return 0;
    let count = 0;
    const lines = bytes.toString().slice(0, -1).split('\n');
    const blanked = lines.map((line) => {
      const record = parseJson(line);
      if (!hasText(record) || !(Date.parse(record.time ?? '') < this.#options.before)) return line;
      count++;
      const { text: _text, ...rest } = record;
      const kept = JSON.stringify(rest);
      return kept + ' '.repeat(Math.max(0, Buffer.byteLength(line) - Buffer.byteLength(kept)));
    });
    if (count > 0 && !this.#options.isDryRun) blankRejected(this.#files, this.#store.dir, blanked);
    return count;
  }
}

function hasText(value: unknown): value is { text: string; time?: string } {
  return typeof value === 'object' && value !== null && 'text' in value;
}

/** How many of its rounds were already pruned. */
function firstRoundOf(entry: SessionEntry, content: boolean): number {
  const removed = entry.pruned_rounds ?? 0;
  return content ? Math.max(removed, entry.pruned_content?.rounds ?? 0) : removed;
}

/** Rounds as stored with --no-content. */
function* withoutTexts(lines: Iterable<string>, keeper: FieldKeeper): Generator<string> {
  for (const line of lines) {
    const { stored, texts } = readRound(line);
    yield wordlessLine(stored, keeper.ofStored(texts));
  }
}

const PIECE_CHARACTERS = 4 << 20;

function* inPieces(lines: Iterable<string>): Generator<string[]> {
  let piece: string[] = [];
  let size = 0;
  for (const line of lines) {
    piece.push(line);
    size += line.length;
    if (size < PIECE_CHARACTERS) continue;
    yield piece;
    piece = [];
    size = 0;
  }
  if (piece.length > 0) yield piece;
}
