import { isPruned, type SessionHead } from '../model/session-entry.ts';
import { failureOf, resultText } from '../ai-log/tool-outcome.ts';
import { readRound, type ReadRound } from '../session-format/read-round.ts';
import { OTHER_TOOLS, toolNameOf, ToolTally, type CountedResult } from '../session-format/tool-tally.ts';
import type { Snapshot } from '../store/read.ts';
import type { RoundSelection } from './round-filter.ts';
import { readOrLeaveOut, type UnreadableSessions } from './unreadable-sessions.ts';
import { ToolSelection, type SelectedSession } from './tool-selection.ts';

/** A result that failed. */
export interface ToolFailure {
  session: string;
  round: number;
  /** Of the round whose request brought it, in milliseconds since 1970 UTC. */
  time: number;
  model: string;
  /** `exit code 1`, `error` */
  reason: string;
  /** The start of the result. */
  text: string;
}

/** A result can have megabytes. */
const LONGEST_TEXT = 2000;

/**
 * The failed results of a tool in the rounds of a selection, the latest first: `limit` of them, or all (0). Only sessions
 * in which the index counts such failures are read, and none that ended before the last one that is returned. One that
 * cannot be read is left out, and in `unreadable`.
 */
export function toolFailures(
  snapshot: Snapshot,
  query: RoundSelection,
  { name, limit }: { name: string; limit: number },
  unreadable: UnreadableSessions,
): ToolFailure[] {
  const candidates = candidatesOf(snapshot, query, name).toSorted(
    (a, b) => b.entry.updated - a.entry.updated,
  );
  let found: ToolFailure[] = [];
  for (const selected of candidates) {
    const last = limit > 0 ? found[limit - 1] : undefined;
    if (last && last.time > selected.entry.updated) break;
    const read = (): ToolFailure[] => [...failuresOf(snapshot, selected, name)];
    const more = readOrLeaveOut(unreadable, selected.entry.id, read) ?? [];
    found = [...found, ...more].toSorted((a, b) => b.time - a.time);
    if (limit > 0) found.length = Math.min(found.length, limit);
  }
  return found;
}

/** A store can have more sessions than fit in memory: only those that may have such a failure are kept. */
function candidatesOf(snapshot: Snapshot, query: RoundSelection, name: string): SelectedSession[] {
  const candidates: SelectedSession[] = [];
  for (const selected of new ToolSelection(snapshot, query)) {
    const { kind, entry } = selected;
    if (kind !== 'pruned' && !isPruned(entry) && mayHave(entry, name)) candidates.push(selected);
  }
  return candidates;
}

function mayHave({ tools = [] }: SessionHead, name: string): boolean {
  return tools.some(([known, , failed]) => failed > 0 && (known === name || known === OTHER_TOOLS));
}

function* failuresOf(snapshot: Snapshot, selected: SelectedSession, name: string): Generator<ToolFailure> {
  const entry = selected.kind === 'whole' ? snapshot.sessions.get(selected.entry.id) : selected.entry;
  if (!entry) return;
  for (const { round, results } of roundsWithResults(snapshot.rounds(entry))) {
    if (selected.kind === 'part' && !selected.isMeant(round)) continue;
    for (const result of results) if (isOf(result, name)) yield failureOfResult(entry.id, round, result);
  }
}

export type FailedResult = CountedResult & { failed: NonNullable<CountedResult['failed']> };

function hasFailed(result: CountedResult): result is FailedResult {
  return result.failed !== null;
}

/** The stored rounds of a session, from their lines, and the failed results in the request of each. */
export function* roundsWithResults(
  lines: Iterable<string>,
): Generator<{ round: ReadRound; results: FailedResult[]; line: string }> {
  const tally = new ToolTally();
  for (const line of lines) {
    const round = readRound(line);
    const results = tally.addStored(round.stored, line, round.texts);
    yield { round, results: results.filter(hasFailed), line };
  }
}

export function failureOfResult(
  session: string,
  { stored }: Pick<ReadRound, 'stored'>,
  { failed }: FailedResult,
): ToolFailure {
  return {
    session,
    round: stored.round,
    time: Date.parse(stored.timestamp),
    model: stored.model,
    reason: failureOf(failed) ?? 'error',
    text: resultText(failed.parts).slice(0, LONGEST_TEXT).toWellFormed(),
  };
}

/** Also of a tool for whose name a session had no room. */
function isOf({ name: given, counted }: CountedResult, name: string): boolean {
  return counted === name || (counted === OTHER_TOOLS && toolNameOf(given) === name);
}
