import { join } from 'node:path';
import { replaceFile, type Files } from '../platform/files.ts';
import { appendLines, publish, rejectedPath, syncFiles, writeIndex } from './commit.ts';
import { prunedLine, prunedPath, type PrunedPart } from './pruned-file.ts';
import { checkNotRestored } from './restored.ts';
import { appendRounds, recordsPath } from './session-file.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';
import type { StoredIndex } from './index/index.ts';
import type { SessionEntry, SessionHead } from '../model/session-entry.ts';

/** A session whose rounds are removed; its sums stay in the index. */
export interface Removal {
  /** Its new entry in the index. */
  entry: SessionHead;
  /** Its old file. */
  file: string;
  part: PrunedPart;
}

/** A session whose texts are removed: its rounds move to a new file. */
export interface Rewrite {
  /** Names the new file. */
  entry: SessionHead;
  file: string;
  /** The rounds without texts, each one line of JSON, in pieces. */
  rounds: Iterable<string[]>;
  summary: Readonly<Record<string, unknown>>;
}

export interface Prune {
  removals: readonly Removal[];
  rewrites: readonly Rewrite[];
  /** Rewrite the index, so that no title of removed sessions stays in it. Set for the last prune of a run. */
  isLast: boolean;
}

/**
 * Removes rounds and texts atomically, like a commit: the new files are on disk before the state is renamed, and the old
 * ones are removed after it. A crash before the rename leaves the store as it was. A crash after it leaves files that
 * nothing names, and the next prune removes them. Updates `index` and returns the new state.
 */
export function prune(files: Files, store: Store, state: State, index: StoredIndex, what: Prune): State {
  const { dir } = store;
  checkNotRestored(files, dir, state);
  const commit = state.commit + 1;
  const rewritten = what.rewrites.map((rewrite) => writeRounds(files, dir, rewrite));
  const paths = rewritten.map(({ file }) => join(dir, file));
  if (paths.length > 0) syncFiles(files, dir, paths, true);
  const lines = what.removals.map(({ entry, part }) => prunedLine(entry.id, commit, part));
  const length = appendLines(files, prunedPath(dir), state.pruned?.length ?? 0, lines);
  const entries = [...rewritten, ...what.removals.map(({ entry }) => entry)];
  const { logs, next_log: nextLog } = state;
  const written = entries.map((head) => ({ head, usage: [] }));
  for (const { head, usage } of written) index.add(head, usage);
  const committed: State = {
    ...state,
    commit,
    index: what.isLast
      ? writeNewBase(state, index)
      : writeIndex(files, dir, state, index, { logs, closed: [], nextLog }, written),
    ...(length > 0 && { pruned: { length } }),
  };
  publish(files, store, state, index, committed);
  for (const { file } of [...what.rewrites, ...what.removals]) removeSession(files, dir, file);
  return committed;
}

function writeNewBase(
  { index: { generation }, commit, logs, next_log, coverage }: State,
  index: StoredIndex,
): State['index'] {
  const base = index.writeBase(generation + 1, { commit: commit + 1, logs, next_log, coverage });
  return { generation: generation + 1, base, length: 0 };
}

/** Removes a session's file and its records. */
export function removeSession(files: Files, dir: string, file: string): void {
  files.remove(recordsPath(dir, file));
  files.remove(join(dir, file));
}

function writeRounds(files: Files, dir: string, { entry, rounds, summary }: Rewrite): SessionHead {
  let end: Pick<SessionEntry, 'end' | 'last' | 'summary'> | undefined;
  for (const lines of rounds) {
    end = appendRounds(files, dir, { id: entry.id, file: entry.file, committed: end }, lines, summary);
  }
  return { ...entry, ...end };
}

/**
 * Removes the text from lines of the rejected lines' file. Spaces replace it, so that each line keeps its length and the
 * state stays correct whichever of the two files a crash leaves.
 */
export function blankRejected(files: Files, dir: string, lines: readonly string[]): void {
  replaceFile(files, rejectedPath(dir), lines.map((line) => `${line}\n`).join(''));
}
