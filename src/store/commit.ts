import { dirname, join } from 'node:path';
import { appendAt, withFile, type Files } from '../platform/files.ts';
import {
  checkNotRestored,
  closedLine,
  indexPath,
  mergeCells,
  positionsLine,
  sessionLine,
  type Index,
} from './index-file.ts';
import { pricesPath, removeKilledRefresh } from './price-files.ts';
import { appendRounds, recordsPath } from './session-file.ts';
import { writeState, type LogPosition, type State } from './state.ts';
import type { Store } from './store.ts';
import type { SessionEntry, UsageCell } from './types.ts';

/** What a run adds to one session. */
export interface SessionAddition {
  /** The session's entry with the new rounds in it, but for the file's end, checksums and usage. */
  entry: Omit<SessionEntry, 'end' | 'last' | 'summary' | 'usage'>;
  /** The new rounds, each one line of JSON. */
  rounds: readonly string[];
  summary: Readonly<Record<string, unknown>>;
  /** New records beside the file, and the byte at which they begin. */
  records?: { at: number; bytes: Uint8Array };
  usage: readonly UsageCell[];
}

/** Everything that becomes true at once. */
export interface Batch {
  sessions: readonly SessionAddition[];
  /** Lines of the price book and of the rejected lines' file, without line breaks. */
  prices: readonly string[];
  rejected: readonly string[];
  logs: LogPosition[];
  /** Logs whose files are gone since the last commit. */
  closed: readonly LogPosition[];
  nextLog: number;
}

export function rejectedPath(dir: string): string {
  return join(dir, '.rejected.jsonl');
}

/** Below this, rewriting the index saves nothing that anybody would notice. */
const SMALL_TAIL = 1 << 18;
/** So many files are synced one by one; for more, one sync of the file system is ten times cheaper. */
const FEW_FILES = 8;

/**
 * Stores a batch: session files, then the index, then the state, each on disk before the next. Renaming the state
 * is the commit. A crash before it leaves bytes that nothing counts, and the next run writes over them. Brings
 * `index` up to date and returns the new state. Throws InputOutputError, before anything is written, when the state
 * is older than the index.
 */
export function commit(files: Files, store: Store, state: State, index: Index, batch: Batch): State {
  const { dir } = store;
  checkNotRestored(files, dir, state);
  removeKilledRefresh(files, dir, state);
  const added = batch.sessions.map((addition) => writeSession(files, dir, index, addition));
  syncSessions(files, dir, index, batch.sessions);
  const prices = appendLines(
    files,
    pricesPath(dir, state.prices.generation),
    state.prices.length,
    batch.prices,
  );
  const rejected = appendLines(files, rejectedPath(dir), state.rejected.length, batch.rejected);
  for (const { entry, usage } of added) {
    entry.usage = index.sessions.get(entry.id)?.usage ?? [];
    for (const cell of usage) entry.usage.push(cell);
    index.sessions.set(entry.id, entry);
  }
  for (const log of batch.closed) index.closed.set(log.id, log);
  const committed: State = {
    ...state,
    commit: state.commit + 1,
    index: writeIndex(files, dir, state, index, batch, added),
    prices: { ...state.prices, length: prices },
    rejected: { length: rejected },
    next_log: batch.nextLog,
    logs: batch.logs,
  };
  writeState(files, store.statePath, committed);
  if (committed.index.generation !== state.index.generation) {
    files.remove(indexPath(dir, state.index.generation));
    // A run that was killed right here left the one before it.
    files.remove(indexPath(dir, state.index.generation - 1));
  }
  return committed;
}

interface AddedSession {
  entry: SessionEntry;
  /** What this batch adds, merged. */
  usage: UsageCell[];
}

function writeSession(files: Files, dir: string, index: Index, addition: SessionAddition): AddedSession {
  const { entry, rounds, summary, records } = addition;
  const committed = index.sessions.get(entry.id);
  if (records) {
    withFile(files, recordsPath(dir, entry.file), 'create', (fd) =>
      files.write(fd, records.bytes, records.at),
    );
  }
  const end = appendRounds(files, dir, { id: entry.id, file: entry.file, committed }, rounds, summary);
  return { entry: { ...entry, ...end, usage: [] }, usage: mergeCells(addition.usage) };
}

function syncSessions(files: Files, dir: string, index: Index, additions: readonly SessionAddition[]): void {
  const paths = additions.flatMap(({ entry, records }) => [
    join(dir, entry.file),
    ...(records ? [recordsPath(dir, entry.file)] : []),
  ]);
  const isNew = additions.some(({ entry, records }) => !index.sessions.has(entry.id) || records?.at === 0);
  syncFiles(files, dir, paths, isNew);
}

/** Puts files of a folder on disk, and with new ones among them the folder too. */
export function syncFiles(files: Files, dir: string, paths: readonly string[], isNew: boolean): void {
  if (paths.length > FEW_FILES && files.syncAll(dir)) return;
  for (const path of paths) withFile(files, path, 'write', (fd) => files.sync(fd));
  if (isNew) files.syncFolder(dir);
}

/** Appends to the committed end; returns the new one. */
function appendLines(files: Files, path: string, at: number, lines: readonly string[]): number {
  if (lines.length === 0) return at;
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  appendAt(files, path, at, bytes);
  if (at === 0) files.syncFolder(dirname(path));
  return at + bytes.length;
}

/** Appends to the tail, or writes a new base into a new file when the tail has outgrown the old one. */
function writeIndex(
  files: Files,
  dir: string,
  state: State,
  index: Index,
  batch: Batch,
  added: readonly AddedSession[],
): State['index'] {
  const { generation, base, length } = state.index;
  const positions = positionsLine(batch.logs, batch.nextLog, state.commit + 1);
  const lines = added.map(({ entry, usage }) => sessionLine(entry, usage));
  const tail = Buffer.from(lines.join('') + closedLine(batch.closed) + positions);
  if (length + tail.length - base <= Math.max(SMALL_TAIL, base)) {
    appendAt(files, indexPath(dir, generation), length, tail);
    if (length === 0) files.syncFolder(dir);
    return { generation, base, length: length + tail.length };
  }
  return writeBase(files, dir, generation + 1, index, positions);
}

/** Writes the whole index into the file of a new generation. */
export function writeBase(
  files: Files,
  dir: string,
  generation: number,
  index: Index,
  positions: string,
): State['index'] {
  const length = appendPieces(files, indexPath(dir, generation), basePieces(index, positions));
  files.syncFolder(dir);
  return { generation, base: length, length };
}

/** The index from scratch, one line a piece. */
function* basePieces(index: Index, positions: string): Generator<string> {
  for (const entry of index.sessions.values()) {
    entry.usage = mergeCells(entry.usage);
    yield sessionLine(entry, entry.usage);
  }
  yield closedLine([...index.closed.values()]);
  yield positions;
}

function appendPieces(files: Files, path: string, pieces: Iterable<string>): number {
  return withFile(files, path, 'create', (fd) => {
    let at = 0;
    let gathered = '';
    const flush = (): void => {
      const bytes = Buffer.from(gathered);
      files.write(fd, bytes, at);
      at += bytes.length;
      gathered = '';
    };
    for (const piece of pieces) {
      gathered += piece;
      if (gathered.length > 1 << 20) flush();
    }
    flush();
    files.truncate(fd, at);
    files.sync(fd);
    return at;
  });
}
