import { crc32 } from '../platform/digest.ts';
import { InputOutputError } from '../platform/errors.ts';
import { isAbsent, nodeFiles, readBytes, withFile, type Files } from '../platform/files.ts';
import { StoredIndex, type StoredSessions } from './index/index.ts';
import { pricesPath } from './price-files.ts';
import { roundBytes, type LineBlock, type ReadMemory } from './round-bytes.ts';
import { openRounds, storedRounds } from './session-file.ts';
import { readCurrentState } from './current-state.ts';
import type { State } from './state.ts';
import { gatewayOf, openStore, type Store } from './store.ts';
import { readPruned, type PrunedPart } from './pruned-file.ts';
import { DamagedSession } from '../session-format/damaged-session.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import type { ClosedLog } from '../model/log-position.ts';
import { isPruned, type SessionEntry, type SessionHead } from '../model/session-entry.ts';

/** A store as of one commit, or several stores that are read as one (`src/query/stores/`). */
export interface Snapshot {
  /** The stores, in the order in which they were named. */
  readonly stores: readonly StoreCommit[];
  /** For messages: the folder, or the folders. */
  readonly dir: string;
  readonly dirs: readonly string[];
  /** The names of the gateways. */
  readonly gateways: readonly string[];
  readonly sessions: StoredSessions;
  /** The price book's lines. */
  readonly priceLines: readonly string[];
  readonly noContent: boolean;
  /** Of several stores, the folders of those that keep no text. */
  readonly textless?: readonly string[];
  readonly state: State;
  /** Logs whose files are gone, and imported files. */
  readonly closed: ReadonlyMap<number, ClosedLog>;
  /** The committed rounds of a session: see readRoundLines. */
  rounds(entry: SessionEntry): Iterable<string>;
  /** The same as bytes: see readLineBlocks. */
  blocks(entry: SessionHead, memory: ReadMemory): Generator<LineBlock>;
  /** The sums of the rounds that were removed from each session. */
  removed(): ReadonlyMap<string, PrunedPart[]>;
  /** The gateway of a round. */
  gatewayOf(round: Pick<StoredRound, 'gateway'>): string;
  /** Of several stores, how many rounds may count twice. */
  unsureRounds?(): number;
  /** Closes the index's file, for processes that keep running. */
  close(): void;
}

/** One store as of one commit. */
export interface StoreCommit {
  store: Store;
  state: State;
  sessions: StoredSessions;
}

/** A writer can replace a file after we read the state and before we open it, but not this many times in a row. */
const TRIES = 5;

/** Reads the last commit without a lock. Throws InputOutputError if there is no intact store. */
export function readSnapshot(dir: string, files: Files = nodeFiles): Snapshot {
  const store = openStore(files, dir);
  for (let attempt = 1; ; attempt++) {
    try {
      const state = readCurrentState(files, store);
      const index = new StoredIndex(files, dir, state);
      const priceLines = readPriceLines(files, dir, state);
      const gateway = gatewayOf(store);
      return {
        stores: [{ store, state, sessions: index.sessions }],
        dir,
        dirs: [dir],
        gateways: [gateway],
        sessions: index.sessions,
        priceLines,
        noContent: store.filters.no_content,
        state,
        get closed() {
          return index.closed;
        },
        rounds: (entry) => readRoundLines(dir, entry, files),
        blocks: (entry, memory) => readLineBlocks(dir, entry, memory, files),
        removed: () => readPruned(files, dir, state),
        gatewayOf: () => gateway,
        close: () => index.close(),
      };
    } catch (error) {
      const isGone = isAbsent(error) || (error instanceof Error && isAbsent(error.cause));
      if (!isGone || attempt === TRIES) throw error;
    }
  }
}

/** The committed lines of the price book. Throws if it does not hold them. */
export function readPriceLines(files: Files, dir: string, state: Pick<State, 'prices'>): string[] {
  const { generation, length, crc } = state.prices;
  if (length === 0) return [];
  const path = pricesPath(dir, generation);
  const bytes = readBook(files, path, length);
  if (bytes.length !== length) throw priceBookError(path, 'is truncated');
  if (crc !== undefined && crc32(bytes) !== crc) throw priceBookError(path, 'is damaged');
  const lines = bytes.toString().split('\n');
  if (lines.pop() !== '') throw priceBookError(path, 'is damaged');
  return lines;
}

/** A refresh may have replaced it since the state was read; the error's cause lets readers start again. */
function readBook(files: Files, path: string, length: number): Buffer {
  try {
    return withFile(files, path, 'read', (fd) => readBytes(files, fd, 0, length));
  } catch (error) {
    throw isAbsent(error) ? priceBookError(path, 'is missing', error) : error;
  }
}

function priceBookError(path: string, problem: string, cause?: unknown): InputOutputError {
  return new InputOutputError(
    `the price book ${path} ${problem}. Nothing was changed. Restore the store from a backup, or parse into a new --output-dir`,
    { cause },
  );
}

/**
 * The committed rounds of a session, each as the JSON text of its line. Can be iterated more than once. If a prune moves
 * the rounds to another file meanwhile, they are read from there; if it removes them, InputOutputError is thrown.
 */
export function readRoundLines(dir: string, entry: SessionEntry, files: Files = nodeFiles): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      let rounds = storedRounds(files, dir, entry)[Symbol.iterator]();
      let first = firstOf(rounds);
      let left = Infinity;
      for (let attempt = 1; first === 'gone'; attempt++) {
        const now = movedTo(files, dir, entry);
        rounds = storedRounds(files, dir, now)[Symbol.iterator]();
        // Rounds added since belong to a later commit.
        left = entry.rounds - (entry.pruned_rounds ?? 0);
        // The file that the index names is missing: this throws the error that says so.
        first = attempt === TRIES || now.file === entry.file ? rounds.next() : firstOf(rounds);
      }
      for (let next = first; !next.done && left > 0; next = rounds.next(), left--) yield next.value;
    },
  };
}

/** The session as of now, for a reader who did not find its file. Throws PrunedMeanwhile if its rounds are gone. */
function movedTo(files: Files, dir: string, entry: SessionHead): SessionEntry {
  const now = readSnapshot(dir, files).sessions.get(entry.id);
  if (now && !isPruned(now) && (now.pruned_rounds ?? 0) <= (entry.pruned_rounds ?? 0)) return now;
  throw new PrunedMeanwhile(dir, entry);
}

/**
 * The same rounds as bytes, in blocks of whole lines. Rounds that were added since may be among them: their numbers are
 * above those of the entry.
 */
export function* readLineBlocks(
  dir: string,
  entry: SessionHead,
  memory: ReadMemory,
  files: Files = nodeFiles,
): Generator<LineBlock> {
  if (entry.end === 0) return;
  const { fd, now } = openMoved(files, dir, entry);
  try {
    yield* roundBytes(files, fd, dir, now, memory);
  } finally {
    files.close(fd);
  }
}

function openMoved(files: Files, dir: string, entry: SessionHead): { fd: number; now: SessionHead } {
  let now = entry;
  for (let attempt = 1; ; attempt++) {
    try {
      return { fd: openRounds(files, dir, now), now };
    } catch (error) {
      if (attempt === TRIES || !isGone(error)) throw error;
      const { file } = now;
      now = movedTo(files, dir, entry);
      // The file that the index names is missing.
      if (now.file === file) throw error;
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof InputOutputError && isAbsent(error.cause);
}

function firstOf(rounds: Iterator<string>): IteratorResult<string> | 'gone' {
  try {
    return rounds.next();
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/** A later commit does not have the session any more. */
export class PrunedMeanwhile extends InputOutputError {
  readonly problem = 'was pruned while it was read';

  constructor(dir: string, { id }: Pick<SessionEntry, 'id'>) {
    super(`the session ${JSON.stringify(id)} in ${dir} was pruned while it was read. Ask again`);
  }
}

/** A session whose rounds cannot be read: the other sessions can. */
export type UnreadableSession = DamagedSession | PrunedMeanwhile;

/** For reports that go on without the session, and say so. */
export function isUnreadable(error: unknown): error is UnreadableSession {
  return error instanceof DamagedSession || error instanceof PrunedMeanwhile;
}
