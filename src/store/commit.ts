import { basename, dirname, join } from 'node:path';
import { appendAt, withFile, type Files } from '../platform/files.ts';
import {
  closedLine,
  positionsLine,
  removeIndex,
  sessionLine,
  type StoredIndex,
  tailPath,
} from './index/index.ts';
import { appendPrices, removeKilledRefresh } from './price-files.ts';
import { checkNotRestored } from './restored.ts';
import { appendRounds, endAfter, recordsPath } from './session-file.ts';
import { writeState, type State } from './state.ts';
import type { Store } from './store.ts';
import { appendWaiting, waitingPath } from './waiting-file.ts';
import type { ClosedLog, LogPosition } from '../model/log-position.ts';
import { isPruned, type SessionHead } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { mergeCells } from '../model/usage-cells.ts';

/** What a run adds to one session. */
export interface SessionAddition {
  /** The session's entry including the new rounds, without the file's end, checksums and usage. */
  entry: Omit<SessionHead, 'end' | 'last' | 'summary'>;
  /** The new rounds, each one line of JSON, as text or UTF-8. */
  rounds: readonly (string | Uint8Array)[];
  summary: Readonly<Record<string, unknown>>;
  /** New records for the records file, and the byte at which they begin. */
  records?: { at: number; bytes: Uint8Array };
  usage: readonly UsageCell[];
  /** The session's file is damaged: the rounds are counted and not written. */
  isDetached?: true;
}

/** Everything that one commit stores. */
export interface Batch {
  /** Iterated only once. A session that a thread has written already is given as what it wrote. */
  sessions: Iterable<SessionAddition | WrittenSession>;
  /** Lines of the price book and of the rejected lines' file, without line breaks. */
  prices: readonly string[];
  rejected: readonly string[];
  /** Lines for the file of waiting rounds: those of detached sessions. */
  waiting?: readonly string[];
  logs: LogPosition[];
  /** Logs whose files have gone since the last commit, and files that were imported. */
  closed: readonly ClosedLog[];
  /** How many of all closed logs are imported files; undefined if not counted. */
  imported?: number | undefined;
  /** The latest time in closed logs, in milliseconds since 1970 UTC; undefined: as before, null: none was closed. */
  closedUntil?: number | null | undefined;
  nextLog: number;
}

export function rejectedPath(dir: string): string {
  return join(dir, '.rejected.jsonl');
}

/** For a shorter tail, rewriting the index saves nothing noticeable. */
const SMALL_TAIL = 1 << 18;
/** A tail longer than this fraction of its base is merged into a new base. */
const LARGEST_TAIL = 1 / 4;
/** Up to this many files are synced one by one; beyond it, one sync of the file system is ten times cheaper. */
const FEW_FILES = 8;

/** A batch whose sessions are written, but which no state counts yet. */
export interface Staged {
  batch: Omit<Batch, 'sessions'>;
  written: readonly WrittenSession[];
  /** Files that must be on disk before the commit. */
  paths: readonly string[];
  /** Some of them are new, so their folder must be synced too. */
  isNew: boolean;
}

/**
 * Stores a batch: session files, then the index, then the state, each on disk before the next. Renaming the state
 * is the commit. A crash before it leaves bytes that no state counts, and the next run overwrites them. Updates `index`
 * and returns the new state. Throws InputOutputError, before anything is written, when the state
 * is older than the index.
 */
export function commit(files: Files, store: Store, state: State, index: StoredIndex, batch: Batch): State {
  const staged = stage(files, store, state, index, batch);
  syncFiles(files, store.dir, staged.paths, staged.isNew);
  return seal(files, store, state, index, staged);
}

/**
 * The first part of a commit: writes the session files and adds them to `index`. Sync and seal what it returns before
 * you stage the next batch, or discard it together with `index`.
 */
export function stage(files: Files, store: Store, state: State, index: StoredIndex, batch: Batch): Staged {
  const { dir } = store;
  prepare(files, store, state);
  const { sessions, ...rest } = batch;
  const written: WrittenSession[] = [];
  const paths: string[] = [];
  let isNew = false;
  for (const one of sessions) {
    const session = 'head' in one ? one : writeSession(files, dir, index, one);
    written.push(session);
    paths.push(...session.files.map((file) => join(dir, file)));
    isNew ||= session.isNew;
  }
  for (const { head, usage } of written) index.add(head, usage);
  const { waiting = [] } = batch;
  if (waiting.length > 0) {
    appendWaiting(files, dir, waiting);
    paths.push(waitingPath(dir));
    isNew = true;
  }
  return { batch: rest, written, paths, isNew };
}

/** Call it before anything of a batch is written. Throws InputOutputError when the state is older than the index. */
export function prepare(files: Files, { dir }: Store, state: State): void {
  checkNotRestored(files, dir, state);
  removeKilledRefresh(files, dir, state);
}

/** The rest of a commit, once the staged files are on disk. */
export function seal(files: Files, store: Store, state: State, index: StoredIndex, staged: Staged): State {
  const { dir } = store;
  const { batch, written } = staged;
  const prices = appendPrices(files, dir, state.prices, batch.prices);
  const rejected = appendLines(files, rejectedPath(dir), state.rejected.length, batch.rejected);
  index.addClosed(batch.closed);
  const committed: State = {
    ...state,
    commit: state.commit + 1,
    index: writeIndex(files, dir, state, index, batch, written),
    prices,
    rejected: { length: rejected },
    ...(batch.imported !== undefined && { imported: batch.imported }),
    ...(batch.closedUntil !== undefined && { closed_until: batch.closedUntil }),
    next_log: batch.nextLog,
    logs: batch.logs,
  };
  publish(files, store, state, index, committed);
  return committed;
}

/** Publishes the new state, and removes the index that it replaces. */
export function publish(
  files: Files,
  store: Store,
  before: State,
  index: StoredIndex,
  committed: State,
): void {
  writeState(files, store.statePath, committed);
  const { generation } = before.index;
  if (committed.index.generation === generation) return;
  index.rebase(committed.index);
  // A run killed at this point left the previous one.
  for (const old of [generation, generation - 1]) removeIndex(files, store.dir, old);
}

/** A session as of the commit, what its new rounds used, and the names of its files that must be on disk before it. */
export interface WrittenSession {
  head: SessionHead;
  usage: readonly UsageCell[];
  files: readonly string[];
  /** One of the files is new. */
  isNew: boolean;
}

/** Writes what a commit adds to a session, which no state counts yet. Does not sync. */
export function writeSession(
  files: Files,
  dir: string,
  index: Pick<StoredIndex, 'head'>,
  { entry, rounds, summary, records, usage, isDetached }: SessionAddition,
): WrittenSession {
  const committed = storedOf(index, entry.id);
  if (isDetached && committed) {
    const end = endAfter({ id: entry.id, committed }, rounds);
    return { head: { ...entry, ...end }, usage: mergeCells(usage), files: [], isNew: false };
  }
  if (records) {
    withFile(files, recordsPath(dir, entry.file), 'create', (fd) =>
      files.write(fd, records.bytes, records.at),
    );
  }
  const end = appendRounds(files, dir, { id: entry.id, file: entry.file, committed }, rounds, summary);
  return {
    head: { ...entry, ...end },
    usage: mergeCells(usage),
    files: records ? [entry.file, basename(recordsPath(dir, entry.file))] : [entry.file],
    isNew: !committed || records?.at === 0,
  };
}

/** A session whose rounds were all removed starts a new file. */
function storedOf(index: Pick<StoredIndex, 'head'>, id: string): SessionHead | undefined {
  const head = index.head(id);
  return head && !isPruned(head) ? head : undefined;
}

/** Whether one sync of the file system is cheaper than syncing this many files. */
export function areMany(paths: readonly string[]): boolean {
  return paths.length > FEW_FILES;
}

/** Syncs files of a folder, and the folder too if some of them are new. */
export function syncFiles(files: Files, dir: string, paths: readonly string[], isNew: boolean): void {
  if (areMany(paths) && files.syncAll(dir)) return;
  syncEach(files, dir, paths, isNew);
}

export function syncEach(files: Files, dir: string, paths: readonly string[], isNew: boolean): void {
  for (const path of paths) withFile(files, path, 'write', (fd) => files.sync(fd));
  if (isNew) files.syncFolder(dir);
}

/** Appends at the committed end; returns the new end. */
export function appendLines(files: Files, path: string, at: number, lines: readonly string[]): number {
  if (lines.length === 0) return at;
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  appendAt(files, path, at, bytes);
  if (at === 0) files.syncFolder(dirname(path));
  return at + bytes.length;
}

/** Appends to the tail, or writes a new base if the tail has outgrown the old one. */
export function writeIndex(
  files: Files,
  dir: string,
  state: State,
  index: StoredIndex,
  batch: Pick<Batch, 'logs' | 'closed' | 'nextLog'>,
  sessions: readonly Pick<WrittenSession, 'head' | 'usage'>[],
): State['index'] {
  const { generation, base, length } = state.index;
  const most = Math.max(SMALL_TAIL, base * LARGEST_TAIL) - length;
  const lines = tailLines(sessions, batch.closed, most);
  const { coverage } = state;
  const positions = { logs: batch.logs, next_log: batch.nextLog, commit: state.commit + 1, coverage };
  if (!lines) {
    const newBase = index.writeBase(generation + 1, positions);
    return { generation: generation + 1, base: newBase, length: 0 };
  }
  index.passTail(lines);
  const end = Buffer.from(positionsLine({ ...positions, base, crc: index.tailCrc }));
  index.passTail(end);
  appendAt(files, tailPath(dir, generation), length, Buffer.concat([lines, end]));
  if (length === 0) files.syncFolder(dir);
  return { generation, base, length: length + lines.length + end.length };
}

/** Undefined if they are longer than `most` bytes. */
function tailLines(
  sessions: readonly Pick<WrittenSession, 'head' | 'usage'>[],
  closed: readonly ClosedLog[],
  most: number,
): Buffer | undefined {
  const lines: string[] = [];
  let length = 0;
  for (const { head, usage } of sessions) {
    // Each character takes at least one byte.
    if (length > most) return undefined;
    const line = sessionLine(head, usage);
    length += line.length;
    lines.push(line);
  }
  const bytes = Buffer.from(lines.join('') + closedLine(closed));
  return bytes.length > most ? undefined : bytes;
}
