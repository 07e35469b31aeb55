import { isFailedStatus } from '../model/round-counters.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { nodeFiles, type Files } from '../platform/files.ts';
import { readFields } from '../session-format/read-round.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import { readRoundLines } from '../store/read.ts';
import { failureOfResult, roundsWithResults, type FailedResult, type ToolFailure } from './tool-failures.ts';

/** A request that failed. */
interface FailedRequest {
  round: number;
  /** In milliseconds since 1970 UTC. */
  time: number;
  status: number;
  model: string;
}

/** What failed in the stored rounds of a session, the latest first. */
export interface SessionFailures {
  requests: FailedRequest[];
  /** By the name that the session counts the tool under. */
  calls: Map<string, ToolFailure[]>;
}

/** At most so many failed requests, and so many failed calls of each tool. */
interface Most {
  requests: number;
  calls: number;
}

/** The latest failures of a session. */
export function sessionFailures(
  dir: string,
  entry: SessionEntry,
  most: Most,
  files: Files = nodeFiles,
): SessionFailures {
  const requests = new Latest<FailedRequest>(most.requests);
  const calls = new Map<string, Latest<ToolFailure>>();
  const lines = readRoundLines(dir, entry, files);
  const hasCalls = entry.tools?.some(([, , failed]) => failed > 0) === true;
  for (const { round, results } of hasCalls ? roundsWithResults(lines) : roundsOf(lines)) {
    const { round: number, timestamp, model, response_code: status = null } = round.stored;
    if (status !== null && isFailedStatus(status))
      requests.add({ round: number, time: Date.parse(timestamp), status, model });
    for (const result of results) {
      let latest = calls.get(result.counted);
      if (!latest) calls.set(result.counted, (latest = new Latest(most.calls)));
      latest.add(failureOfResult(entry.id, round, result));
    }
  }
  return {
    requests: requests.rows(),
    calls: new Map(Array.from(calls, ([name, latest]) => [name, latest.rows()])),
  };
}

function* roundsOf(
  lines: Iterable<string>,
): Generator<{ round: { stored: StoredRound }; results: FailedResult[] }> {
  for (const line of lines) yield { round: { stored: readFields(line) }, results: [] };
}

/** The latest of things that come one by one, by time; of equal times, the higher round first. */
class Latest<T extends { time: number; round: number }> {
  readonly #most: number;
  #rows: T[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(row: T): void {
    this.#rows.push(row);
    if (this.#rows.length >= 4 * this.#most) this.#rows = this.rows();
  }

  rows(): T[] {
    return this.#rows.toSorted((a, b) => b.time - a.time || b.round - a.round).slice(0, this.#most);
  }
}
