import { isFailedStatus } from '../model/round-counters.ts';
import { isNoModel } from '../pricing/no-model.ts';
import { providerOf } from './provider.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { FirstFew } from '../platform/first-few.ts';
import { readFields } from '../session-format/read-round.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import { failureOfResult, roundsWithResults, type FailedResult, type ToolFailure } from './tool-failures.ts';

/** A request that failed. */
interface FailedRequest {
  round: number;
  /** In milliseconds since 1970 UTC. */
  time: number;
  status: number;
  model: string;
  /** The provider that the line names; empty unless it names no model. */
  sentTo: string;
}

/** What failed in the stored rounds of a session, the latest first. */
export interface SessionFailures {
  requests: FailedRequest[];
  /** By the name that the session counts the tool under. */
  calls: Map<string, ToolFailure[]>;
  /** How many requests that name no model failed, by provider. */
  sentTo: Map<string, number>;
}

/** At most so many failed requests, and so many failed calls of each tool. */
interface Most {
  requests: number;
  calls: number;
}

/** The latest failures of a session. `lines`: its stored rounds. */
export function sessionFailures(
  lines: Iterable<string>,
  entry: Pick<SessionEntry, 'id' | 'tools'>,
  most: Most,
): SessionFailures {
  const requests = new FirstFew<FailedRequest>(most.requests, latestFirst);
  const calls = new Map<string, FirstFew<ToolFailure>>();
  const sentTo = new Map<string, number>();
  const hasCalls = entry.tools?.some(([, , failed]) => failed > 0) === true;
  for (const { round, results, line } of hasCalls ? roundsWithResults(lines) : roundsOf(lines)) {
    const { round: number, timestamp, model, response_code: status = null } = round.stored;
    if (status !== null && isFailedStatus(status)) {
      const provider = isNoModel(model) ? providerOf(line) : '';
      if (isNoModel(model)) sentTo.set(provider, (sentTo.get(provider) ?? 0) + 1);
      requests.add({ round: number, time: Date.parse(timestamp), status, model, sentTo: provider });
    }
    for (const result of results) {
      let latest = calls.get(result.counted);
      if (!latest) calls.set(result.counted, (latest = new FirstFew<ToolFailure>(most.calls, latestFirst)));
      latest.add(failureOfResult(entry.id, round, result));
    }
  }
  return {
    sentTo,
    requests: requests.rows(),
    calls: new Map(Array.from(calls, ([name, latest]) => [name, latest.rows()])),
  };
}

function* roundsOf(
  lines: Iterable<string>,
): Generator<{ round: { stored: StoredRound }; results: FailedResult[]; line: string }> {
  for (const line of lines) yield { round: { stored: readFields(line) }, results: [], line };
}

/** By time; of equal times, the higher round first. */
function latestFirst(a: Placed, b: Placed): number {
  return b.time - a.time || b.round - a.round;
}

type Placed = Pick<FailedRequest, 'time' | 'round'>;
