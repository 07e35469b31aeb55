import { cleanLine } from '../../platform/clean-text.ts';
import { InputOutputError } from '../../platform/errors.ts';
import { readWhole, type Files } from '../../platform/files.ts';
import {
  basePath,
  committedFiles,
  type Index,
  type IndexedCommit,
  type IndexFilesContent,
  StoredIndex,
  readIndexFiles,
  tailPath,
} from '../../store/index/index.ts';
import { holdsRounds } from '../../store/session-file.ts';
import type { IndexCoverage } from '../../model/index-coverage.ts';
import type { LogPosition } from '../../model/log-position.ts';
import { problemOfLists } from '../../store/current-state.ts';
import { parseState, type State } from '../../store/state.ts';
import { isStateOutside, type Store } from '../../store/store.ts';
import { isPruned } from '../../model/session-entry.ts';

/** What a repair builds on: the state and the index as far as they are intact. Each can replace the other. */
export interface Basis {
  /** Undefined if it is damaged, or older than the index. */
  state: State | undefined;
  /** What is wrong with the state and the index. */
  stateProblem: string | undefined;
  indexProblem: { file: string; problem: string } | undefined;
  /** As of one commit; undefined if it must be rebuilt from the session files. */
  index: Index | undefined;
  commit: number;
  logs: LogPosition[];
  nextLog: number;
  /** undefined if cells have only tokens. */
  coverage: IndexCoverage | undefined;
  survey: IndexFilesContent;
}

/**
 * Throws InputOutputError if neither has the log positions, a newer version wrote the state, or a state outside the store
 * would be made that `stateFile` does not name.
 */
export function findBasis(files: Files, store: Store, stateFile: string | undefined): Basis {
  const survey = readIndexFiles(files, store.dir);
  const [latest] = survey.commits;
  const { state, problem } = findState(files, store, survey);
  if (state) return withState(files, store, state, survey);
  if (isStateOutside(store) && stateFile === undefined) throw stateOutside(store, problem);
  const base = { state: undefined, stateProblem: problem, survey };
  if (!latest) throw positionsLost(store, problem);
  const sound = latest.isSound ? leastDamaged(files, store.dir, survey.commits) : undefined;
  const { generation, base: baseLength, commit, logs, nextLog, coverage } = sound?.commit ?? latest;
  const indexProblem = sound ? undefined : damagedPart(store.dir, generation, baseLength, survey);
  return { ...base, indexProblem, index: sound?.index, commit, logs, nextLog, coverage };
}

function withState(files: Files, store: Store, state: State, survey: IndexFilesContent): Basis {
  const indexProblem = problemOfIndex(files, store, state, survey);
  const index = indexProblem === undefined ? new StoredIndex(files, store.dir, state) : undefined;
  const { commit, logs, next_log: nextLog, coverage } = state;
  const known = { state, stateProblem: undefined, indexProblem, index, commit, logs, nextLog };
  return { ...known, coverage, survey };
}

/** The state if it can be trusted, otherwise what is wrong with it. */
function findState(
  files: Files,
  store: Store,
  { commits }: IndexFilesContent,
): { state?: State; problem?: string } {
  const bytes = readWhole(files, store.statePath);
  if (!bytes) return { problem: 'is missing' };
  const filed = parseState(bytes);
  if (typeof filed === 'string') {
    if (filed.includes('newer version')) throw new InputOutputError(`the state ${store.statePath} ${filed}`);
    return { problem: filed };
  }
  const { state, hasChecksum } = filed;
  if (state.store !== store.id) return { problem: 'belongs to another store' };
  const [latest] = commits;
  // A killed run leaves the index one commit ahead.
  if (latest && latest.commit > state.commit + 1) {
    return {
      problem: `is older than the index: it counts ${state.commit} commits, and the index ${latest.commit}`,
    };
  }
  const problem = hasChecksum ? undefined : problemOfUnchecked(files, store.dir, state, commits);
  return problem === undefined ? { state } : { problem };
}

/** What is wrong with a state without a checksum, if a sound index shows that it is the state. */
function problemOfUnchecked(
  files: Files,
  dir: string,
  state: State,
  commits: readonly IndexedCommit[],
): string | undefined {
  const isOwn = isPlaceOf(state);
  const own = commits.find(isOwn);
  if (own) return own.isSound ? listProblem(files, dir, state) : undefined;
  return state.commit > 0 && commits[0]?.isSound
    ? 'names a part of the index that no commit wrote'
    : undefined;
}

function listProblem(files: Files, dir: string, state: State): string | undefined {
  const index = new StoredIndex(files, dir, state);
  try {
    return problemOfLists(files, dir, state, index);
  } finally {
    index.close();
  }
}

/** Finds the commit whose part of the index the state names. */
function isPlaceOf({ index: { generation, base, length } }: State): (commit: IndexedCommit) => boolean {
  return (one) => one.generation === generation && one.base === base && one.length === length;
}

function problemOfIndex(
  files: Files,
  store: Store,
  state: State,
  survey: IndexFilesContent,
): Basis['indexProblem'] {
  const { dir } = store;
  const { generation, base, length } = state.index;
  if (state.commit === 0 && base === 0 && length === 0) return undefined;
  for (const [file, committed] of committedFiles(dir, state.index)) {
    const size = files.stat(file)?.size;
    if (size === undefined) return { file, problem: 'is missing' };
    if (size < committed) return { file, problem: `is truncated: ${size} of ${committed} bytes are left` };
  }
  const own = survey.commits.find(isPlaceOf(state));
  if (!own?.isSound || own.commit !== state.commit) return damagedPart(dir, generation, base, survey);
  if (own.nextLog !== state.next_log || JSON.stringify(own.logs) !== JSON.stringify(state.logs)) {
    throw positionsDiffer(store, tailPath(dir, generation));
  }
  return undefined;
}

/** Which of an index's files is damaged. */
function damagedPart(
  dir: string,
  generation: number,
  base: number,
  { commits }: IndexFilesContent,
): NonNullable<Basis['indexProblem']> {
  const ofBase = commits.find((one) => one.generation === generation && one.length === 0);
  return base === 0 || ofBase?.isSound
    ? { file: tailPath(dir, generation), problem: 'has damaged lines' }
    : { file: basePath(dir, generation), problem: 'is damaged' };
}

/**
 * Without a state, the index's last commit may come from a killed run, and the session files may hold what a later run
 * wrote in its place. Then they match the commit before.
 */
function leastDamaged(
  files: Files,
  dir: string,
  commits: readonly IndexedCommit[],
): { commit: IndexedCommit; index: Index } | undefined {
  const last = commits[0]?.commit ?? 0;
  const candidates = commits.filter(({ commit, isSound }) => isSound && commit >= last - 1);
  return candidates
    .map((commit) => {
      const index = new StoredIndex(files, dir, { index: commit, coverage: commit.coverage });
      const damaged = [...index.sessions.values()].filter(
        (entry) => !isPruned(entry) && !holdsRounds(files, dir, entry),
      ).length;
      return { commit, index, damaged };
    })
    .reduce((best, next) => (next.damaged < best.damaged ? next : best));
}

/** Whoever can write into the store could name any file there, and a repair as root would replace it. */
function stateOutside({ dir, statePath }: Store, problem: string | undefined): InputOutputError {
  const path = cleanLine(statePath);
  return new InputOutputError(
    `the state ${path} ${problem}. It is outside of the store ${dir}, so it is made anew only if you name it. ` +
      `Nothing was changed. If it is this store's, add --state-file ${path}`,
  );
}

function positionsLost({ dir, statePath }: Store, problem: string | undefined): InputOutputError {
  return new InputOutputError(
    `the state ${statePath} ${problem}, and no index in ${dir} says how far the logs were read. Nothing was changed. ` +
      'Restore the store from a backup, or parse the logs into a new --output-dir',
  );
}

/** The same commit wrote both, so one of them has changed since, and nothing shows which. */
function positionsDiffer({ statePath }: Store, index: string): InputOutputError {
  return new InputOutputError(
    `the state ${statePath} and the index ${index} have different log positions for the same commit: one of them is damaged, ` +
      'but it is not known which. Nothing was changed. Restore the store from a backup. Or, if you know which is wrong, ' +
      'move it away and run monitor repair again: it makes a new one from the other',
  );
}
