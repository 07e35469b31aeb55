import { CountingRules } from '../../session-format/round-cells.ts';
import type { Counting } from '../read-session.ts';
import { basename } from 'node:path';
import { parseJson } from '../../platform/json-spans.ts';
import { positionOf } from '../../logs/open-line.ts';
import { crc32 } from '../../platform/digest.ts';
import { InputOutputError } from '../../platform/errors.ts';
import { readWhole, type Files } from '../../platform/files.ts';
import { parsePriceBook, type PriceBook } from '../../pricing/price-book.ts';
import { toRepricings } from '../../pricing/repricing.ts';
import { rejectedPath } from '../../store/commit.ts';
import { basePath, StoredIndex, tailPath } from '../../store/index/index.ts';
import { priceGenerations, pricesPath } from '../../store/price-files.ts';
import { readPriceLines } from '../../store/read.ts';
import type { Renewal, SessionRewrite } from '../../store/recommit.ts';
import { surveyLost } from '../../store/lost-file.ts';
import { readPruned, surveyPruned } from '../../store/pruned-file.ts';
import { isLinePosition, type ClosedLog, type LinePosition } from '../../model/log-position.ts';
import { coverageOf, newState, type State } from '../../store/state.ts';
import type { Store } from '../../store/store.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { checkSessions } from './check-sessions.ts';
import { withLostImports } from './lost-imports.ts';
import { rebuildSessions, type KnownEntry } from './rebuild-sessions.ts';
import { findBasis, type Basis } from './repair-basis.ts';
import type { Removed } from '../removed-rounds.ts';
import type { Loss, Problem, SessionRepairs } from './repair-problem.ts';

export interface RepairPlan {
  /** Empty: the store is intact. */
  problems: Problem[];
  renewal: Renewal & {
    rewrites: SessionRewrite[];
    setAside: string[];
    index: { sessions: Map<string, SessionEntry> };
  };
  counting: Counting;
  removed: Removed;
  /** Whether there is an index with the contents of the sessions. */
  isIndexed: boolean;
  losses: readonly Loss[];
  /** Positions of the rounds that are kept, at least of the sessions with missing rounds. */
  kept: SessionRepairs['kept'];
  /** Whether the line at a position of the logs was counted. */
  isCommitted: (position: LinePosition) => boolean;
}

/**
 * Finds what is damaged in a store and what can be recovered. Changes nothing. Throws InputOutputError if it cannot
 * be repaired: no log positions, a damaged price book. `stateFile`: where the user says that the state is.
 */
export function planRepair(files: Files, store: Store, stateFile?: string): RepairPlan {
  const { dir } = store;
  const basis = findBasis(files, store, stateFile);
  const closed = closedLogs(basis);
  const isCommitted = committedPositions(basis, closed);
  const { book, state: priceState } = findPrices(files, dir, basis);
  const pruned = basis.state ? basis.state.pruned : surveyPruned(files, dir, basis.commit);
  const lost = basis.state ? basis.state.lost : surveyLost(files, dir, basis.commit);
  const removed = readPruned(files, dir, pruned ? { pruned } : {});
  const { nextLog: next_log, logs } = basis;
  const coverage = coverageOf({ coverage: basis.coverage, next_log, logs });
  const counting = { book, rules: new CountingRules(coverage) };
  const sessions = basis.index
    ? checkSessions(files, dir, basis.index.sessions, counting, removed)
    : rebuildSessions(files, dir, knownSessions(basis), isCommitted, counting, removed);
  refuseLaterState(files, store, basis, sessions.sessions);
  const rejected = rejectedLength(files, dir, basis.state, isCommitted);
  const generation = Math.max(0, ...basis.survey.generations, basis.state?.index.generation ?? 0) + 1;
  const state: State = {
    ...newState(store.id),
    commit: basis.commit + 1,
    index: { generation, base: 0, length: 0 },
    prices: priceState,
    rejected: { length: rejected },
    ...(pruned && { pruned }),
    ...(lost && { lost }),
    coverage,
    next_log,
    logs,
  };
  const problems = [...storeProblems(store, basis, closed), ...sessions.problems];
  if (basis.state && rejected < basis.state.rejected.length) problems.push(cutRejected(dir));
  const damaged = basis.indexProblem === undefined ? [] : basis.survey.generations;
  const damagedFiles = damaged.flatMap((number) => [basePath(dir, number), tailPath(dir, number)]);
  const isThere = (path: string): boolean => files.stat(path) !== undefined;
  const setAside: string[] = [
    ...damagedFiles.filter(isThere).map((path) => basename(path)),
    ...sessions.setAside,
  ];
  const stale = damaged.length > 0 ? [] : basis.survey.generations;
  const allClosed = basis.index ? closed : withLostImports(files, dir, sessions, closed);
  const index = { sessions: sessions.sessions, closed: allClosed };
  return {
    problems,
    renewal: {
      rewrites: sessions.rewrites,
      index,
      state,
      setAside,
      stale,
      prices: [],
      written: [],
      lost: [],
    },
    counting,
    removed,
    isIndexed: basis.index !== undefined,
    losses: sessions.losses,
    kept: sessions.kept,
    isCommitted,
  };
}

/**
 * A store that was restored without its state has the index and rounds of an earlier commit. By the state, what came
 * since is already read, so using the state would lose it for good.
 */
function refuseLaterState(
  files: Files,
  { dir, statePath }: Store,
  { state, indexProblem, survey }: Basis,
  found: ReadonlyMap<string, SessionEntry>,
): void {
  const latest = survey.commits.find(({ isSound }) => isSound);
  if (!state || !indexProblem || !latest || latest.commit >= state.commit) return;
  const known = new Map(latest.logs.map(({ id, offset }) => [id, offset]));
  if (!state.logs.some(({ id, offset }) => offset > (known.get(id) ?? 0))) return;
  const { sessions } = new StoredIndex(files, dir, { index: latest, coverage: latest.coverage });
  if (roundsOf(found.values()) > roundsOf(sessions.values())) return;
  throw new InputOutputError(
    `the state ${statePath} is from commit ${state.commit}, but the index and the rounds in ${dir} are from commit ${latest.commit}. ` +
      'Nothing was changed. Restore both from one backup. Or move the state away and run monitor repair again: ' +
      `it continues from commit ${latest.commit}, and later rounds are read from the logs again`,
  );
}

function roundsOf(entries: Iterable<SessionEntry>): number {
  return [...entries].reduce((sum, { rounds }) => sum + rounds, 0);
}

/** Closed logs as the index has them or, if a log's line is lost, as they were when last open. */
function closedLogs({ index, survey, commit, logs, nextLog }: Basis): ReadonlyMap<number, ClosedLog> {
  if (index) return index.closed;
  const live = new Set(logs.map(({ id }) => id));
  const closed = new Map<number, ClosedLog>();
  for (const one of survey.commits.toReversed()) {
    if (one.commit > commit) continue;
    for (const log of one.logs) {
      if (!live.has(log.id) && log.id < nextLog) closed.set(log.id, { ...log, seen: [] });
    }
  }
  for (const log of survey.closed.values()) {
    const known = closed.get(log.id);
    if (!known || known.offset <= log.offset) closed.set(log.id, log);
  }
  return closed;
}

/**
 * Whether the line at a position of the logs was counted. A closed log whose line is lost counts as read to its end. Ids
 * not assigned yet belong to a killed run.
 */
function committedPositions(
  { index, survey, logs, nextLog }: Basis,
  closed: ReadonlyMap<number, ClosedLog>,
): (position: LinePosition) => boolean {
  const offsets = new Map<number, number>();
  const isCertain = (id: number): boolean => index !== undefined || survey.closed.has(id);
  for (const { id, offset } of closed.values()) if (isCertain(id)) offsets.set(id, offset);
  for (const { id, offset } of logs) offsets.set(id, offset);
  // Open lines of a container's log were not counted, wherever their first parts are.
  const open = new Set(
    logs.flatMap(({ open: lines = [] }) => lines.map((line) => positionOf(line).join(':'))),
  );
  return ([logId, offset]) =>
    logId < nextLog && offset < (offsets.get(logId) ?? Infinity) && !open.has(`${logId}:${offset}`);
}

/** The sessions in a damaged index, each from its latest readable line. */
function knownSessions({ survey, commit }: Basis): Map<string, KnownEntry> {
  const known = new Map<string, KnownEntry>();
  for (const one of survey.commits.toReversed()) {
    if (one.commit > commit) continue;
    for (const entry of one.sessions) known.set(entry.id, entry);
  }
  return known;
}

/** Without a state the whole book is used: entries that no round refers to do no harm. */
function findPrices(files: Files, dir: string, basis: Basis): { book: PriceBook; state: State['prices'] } {
  const state = basis.state?.prices ?? surveyPrices(files, dir, basis.commit);
  const lines = readPriceLines(files, dir, { prices: state });
  return { book: parsePriceBook(lines, pricesPath(dir, state.generation)), state };
}

/** The last book up to this commit: a killed refresh may have left a later one. */
function surveyPrices(files: Files, dir: string, commit: number): State['prices'] {
  for (const generation of priceGenerations(files, dir).toReversed()) {
    const bytes = readWhole(files, pricesPath(dir, generation)) ?? Buffer.alloc(0);
    const length = bytes.lastIndexOf(0x0a) + 1;
    const made = generation === 1 ? 0 : madeAt(bytes.toString('utf8', 0, length));
    if (made !== undefined && made <= commit)
      return { generation, length, crc: crc32(bytes.subarray(0, length)) };
  }
  return { generation: 1, length: 0 };
}

/** The commit that made a price book, by its refreshes. Undefined: the book is incomplete. */
function madeAt(text: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith('{"refresh'));
  return line === undefined ? undefined : toRepricings(parseJson(line))?.at(-1)?.commit;
}

/** How much of the rejected lines' file is committed: whole lines with committed positions. */
function rejectedLength(
  files: Files,
  dir: string,
  state: State | undefined,
  isCommitted: (position: LinePosition) => boolean,
): number {
  const path = rejectedPath(dir);
  const size = files.stat(path)?.size ?? 0;
  if (state && size >= state.rejected.length) return state.rejected.length;
  const bytes = readWhole(files, path) ?? Buffer.alloc(0);
  let at = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
    const line = parseJson(bytes.toString('utf8', at, end));
    const position = typeof line === 'object' && line !== null && 'at' in line ? line.at : undefined;
    if (!isLinePosition(position) || !isCommitted(position)) break;
    at = end + 1;
  }
  return at;
}

function cutRejected(dir: string): Problem {
  return {
    file: rejectedPath(dir),
    problem: 'is missing or truncated',
    repair: 'the rejected lines that are left are kept; no count depends on them',
    lostRounds: 0,
  };
}

function storeProblems(store: Store, basis: Basis, closed: ReadonlyMap<number, ClosedLog>): Problem[] {
  const { stateProblem, indexProblem, commit, logs, nextLog } = basis;
  const problems: Problem[] = [];
  if (stateProblem !== undefined) {
    const repair = `a new one is made from the index, as of commit ${commit}`;
    problems.push({ file: store.statePath, problem: stateProblem, repair, lostRounds: 0 });
  }
  if (indexProblem !== undefined) {
    const unknown = Math.max(0, nextLog - 1 - new Set([...closed.keys(), ...logs.map(({ id }) => id)]).size);
    const repair =
      'a new one is made from the session files' +
      (stateProblem === undefined
        ? ''
        : `; what commit ${commit} had not counted is read from the logs again`) +
      (unknown === 0
        ? ''
        : `; ${unknown} of the logs that were gone can no longer be recognized: never parse an old copy of them`);
    problems.push({ ...indexProblem, repair, lostRounds: 0 });
  }
  return problems;
}
