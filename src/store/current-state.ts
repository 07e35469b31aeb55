import { InputOutputError } from '../platform/errors.ts';
import { readBytes, withFile, type Files } from '../platform/files.ts';
import { StoredIndex } from './index/index.ts';
import { lostPath, readLost } from './lost-file.ts';
import { prunedPath, readPruned } from './pruned-file.ts';
import { rejectedPath } from './commit.ts';
import { lostRoundsOf, readStateFile, stateError, type State } from './state.ts';
import type { Store } from './store.ts';

/**
 * Reads the state of a store. One of an older format has no checksum, so what other files repeat of it is compared with
 * them. Throws InputOutputError unless it is intact, as far as that shows.
 */
export function readCurrentState(files: Files, store: Store): State {
  const { state, hasChecksum } = readStateFile(files, store.statePath, store.id);
  if (hasChecksum) return state;
  const index = new StoredIndex(files, store.dir, state);
  try {
    const problem = problemOfPositions(state, index) ?? problemOfLists(files, store.dir, state, index);
    if (problem !== undefined) throw stateError(store.statePath, problem);
    return state;
  } finally {
    index.close();
  }
}

/** What differs between the log positions in a state and those that the same commit wrote into the index. */
function problemOfPositions(state: State, { positions }: StoredIndex): string | undefined {
  if (!positions) {
    return state.commit === 0 ? undefined : `counts ${state.commit} commits, but nothing of the index`;
  }
  if (positions.commit !== state.commit) {
    return `does not match its index: it counts ${state.commit} commits, and the index ${positions.commit}`;
  }
  const isSame =
    (positions.base ?? state.index.base) === state.index.base &&
    positions.next_log === state.next_log &&
    JSON.stringify(positions.logs) === JSON.stringify(state.logs);
  return isSame ? undefined : 'has other log positions than its index';
}

/** Which of the other files does not end where the state says; undefined if each does, as far as that shows. */
export function problemOfLists(
  files: Files,
  dir: string,
  state: State,
  { sessions }: Pick<StoredIndex, 'sessions'>,
): string | undefined {
  const isPrunedWhole = isReadable(() => {
    const parts = readPruned(files, dir, state);
    for (const { id, pruned_rounds } of sessions.heads()) {
      if (pruned_rounds !== undefined && !parts.has(id)) return false;
    }
    return true;
  });
  if (!isPrunedWhole) return mismatch(prunedPath(dir));
  const isLostWhole = isReadable(
    () => readLost(files, dir, state).reduce((sum, { rounds }) => sum + rounds, 0) === lostRoundsOf(state),
  );
  if (!isLostWhole) return mismatch(lostPath(dir));
  return isLineEnd(files, rejectedPath(dir), state.rejected.length) ? undefined : mismatch(rejectedPath(dir));
}

function mismatch(path: string): string {
  return `does not match ${path}: one of the two is damaged`;
}

function isReadable(read: () => boolean): boolean {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputOutputError) return false;
    throw error;
  }
}

const NEWLINE = 0x0a;

/** Of a file that was cut short, doctor says so: no sum depends on it. */
function isLineEnd(files: Files, path: string, length: number): boolean {
  if (length === 0 || (files.stat(path)?.size ?? 0) < length) return true;
  return withFile(files, path, 'read', (fd) => readBytes(files, fd, length - 1, 1))[0] === NEWLINE;
}
