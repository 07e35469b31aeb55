import { dirname, join } from 'node:path';
import { appendAt, withFile, type Files } from '../platform/files.ts';
import { removeIndex, tailPath } from './index-file.ts';
import { closedLine, positionsLine } from './index-tail.ts';
import { pricesPath, removeKilledRefresh } from './price-files.ts';
import { checkNotRestored } from './restored.ts';
import { appendRounds, recordsPath } from './session-file.ts';
import { writeState, type LogPosition, type State } from './state.ts';
import type { Store } from './store.ts';
import type { StoredIndex } from './stored-index.ts';
import { isPruned, type SessionEntry, type UsageCell } from './types.ts';
import { mergeCells } from './usage-cells.ts';

/** What a run adds to one session. */
export interface SessionAddition {
  /** The session's entry with the new rounds in it, but for the file's end, checksums and usage. */
  entry: Omit<SessionEntry, 'end' | 'last' | 'summary' | 'usage'>;
  /** The new rounds, each one line of JSON, or its UTF-8. */
  rounds: readonly (string | Uint8Array)[];
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
/** A tail that is longer than this part of its base is made a part of a new one. */
const LARGEST_TAIL = 1 / 4;
/** So many files are synced one by one; for more, one sync of the file system is ten times cheaper. */
const FEW_FILES = 8;

/**
 * Stores a batch: session files, then the index, then the state, each on disk before the next. Renaming the state
 * is the commit. A crash before it leaves bytes that nothing counts, and the next run writes over them. Brings
 * `index` up to date and returns the new state. Throws InputOutputError, before anything is written, when the state
 * is older than the index.
 */
export function commit(files: Files, store: Store, state: State, index: StoredIndex, batch: Batch): State {
  const { dir } = store;
  checkNotRestored(files, dir, state);
  removeKilledRefresh(files, dir, state);
  const written = batch.sessions.map((addition) => writeSession(files, dir, index, addition));
  syncSessions(files, dir, index, batch.sessions);
  const prices = appendLines(
    files,
    pricesPath(dir, state.prices.generation),
    state.prices.length,
    batch.prices,
  );
  const rejected = appendLines(files, rejectedPath(dir), state.rejected.length, batch.rejected);
  const lines = written.map(({ entry, usage }) => index.add(entry, mergeCells(usage)));
  index.addClosed(batch.closed);
  const committed: State = {
    ...state,
    commit: state.commit + 1,
    index: writeIndex(files, dir, state, index, batch, lines),
    prices: { ...state.prices, length: prices },
    rejected: { length: rejected },
    next_log: batch.nextLog,
    logs: batch.logs,
  };
  writeState(files, store.statePath, committed);
  if (committed.index.generation !== state.index.generation) {
    index.rebase(committed.index);
    // A run that was killed right here left the one before it.
    for (const generation of [state.index.generation, state.index.generation - 1]) {
      removeIndex(files, dir, generation);
    }
  }
  return committed;
}

interface WrittenSession {
  entry: Omit<SessionEntry, 'usage'>;
  usage: readonly UsageCell[];
}

function writeSession(
  files: Files,
  dir: string,
  index: StoredIndex,
  addition: SessionAddition,
): WrittenSession {
  const { entry, rounds, summary, records, usage } = addition;
  const committed = storedOf(index, entry.id);
  if (records) {
    withFile(files, recordsPath(dir, entry.file), 'create', (fd) =>
      files.write(fd, records.bytes, records.at),
    );
  }
  const end = appendRounds(files, dir, { id: entry.id, file: entry.file, committed }, rounds, summary);
  return { entry: { ...entry, ...end }, usage };
}

/** A session all of whose rounds were removed begins a new file. */
function storedOf(index: StoredIndex, id: string): SessionEntry | undefined {
  const entry = index.sessions.get(id);
  return entry && !isPruned(entry) ? entry : undefined;
}

function syncSessions(
  files: Files,
  dir: string,
  index: StoredIndex,
  additions: readonly SessionAddition[],
): void {
  const paths = additions.flatMap(({ entry, records }) => [
    join(dir, entry.file),
    ...(records ? [recordsPath(dir, entry.file)] : []),
  ]);
  const isNew = additions.some(({ entry, records }) => !storedOf(index, entry.id) || records?.at === 0);
  syncFiles(files, dir, paths, isNew);
}

/** Puts files of a folder on disk, and with new ones among them the folder too. */
export function syncFiles(files: Files, dir: string, paths: readonly string[], isNew: boolean): void {
  if (paths.length > FEW_FILES && files.syncAll(dir)) return;
  for (const path of paths) withFile(files, path, 'write', (fd) => files.sync(fd));
  if (isNew) files.syncFolder(dir);
}

/** Appends to the committed end; returns the new one. */
export function appendLines(files: Files, path: string, at: number, lines: readonly string[]): number {
  if (lines.length === 0) return at;
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  appendAt(files, path, at, bytes);
  if (at === 0) files.syncFolder(dirname(path));
  return at + bytes.length;
}

/** Appends to the tail, or writes a new base when the tail has outgrown the old one. */
export function writeIndex(
  files: Files,
  dir: string,
  state: State,
  index: StoredIndex,
  batch: Pick<Batch, 'logs' | 'closed' | 'nextLog'>,
  sessionLines: readonly string[],
): State['index'] {
  const { generation, base, length } = state.index;
  const lines = Buffer.from(sessionLines.join('') + closedLine(batch.closed));
  const positions = { logs: batch.logs, next_log: batch.nextLog, commit: state.commit + 1 };
  if (length + lines.length > Math.max(SMALL_TAIL, base * LARGEST_TAIL)) {
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
