import type { SessionHead } from '../../model/session-entry.ts';
import type { State } from '../../store/state.ts';
import type { TimeRange } from '../../model/log-position.ts';

/** A request can end later than it began, and older stores say only when rounds began. */
const LONGEST_REQUEST_MS = 3_600_000;

/** Until when the rounds of closed logs were: a line of a later request is in none of them. */
export class ClosedTimes {
  readonly #sessions: () => { heads(): Iterable<SessionHead> };
  #until: number | undefined;

  constructor({ closed_until, commit }: State, sessions: () => { heads(): Iterable<SessionHead> }) {
    this.#sessions = sessions;
    // In an older store any round may be from a closed log.
    if (closed_until !== undefined || commit === 0) this.#until = closed_until ?? -Infinity;
  }

  /** Milliseconds since 1970 UTC; -Infinity where no log was closed. */
  get until(): number {
    return (this.#until ??= latestOf(this.#sessions().heads()) + LONGEST_REQUEST_MS);
  }

  /** Takes in logs that are closed; returns what the state is to say. */
  pass(closed: readonly { times?: TimeRange }[]): number | null {
    let { until } = this;
    for (const { times } of closed) if (times) until = Math.max(until, times[1]);
    this.#until = until;
    return until === -Infinity ? null : until;
  }
}

function latestOf(sessions: Iterable<SessionHead>): number {
  let latest = -Infinity;
  for (const { updated } of sessions) latest = Math.max(latest, updated);
  return latest;
}
