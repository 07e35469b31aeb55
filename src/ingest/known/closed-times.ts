import type { SessionHead } from '../../model/session-entry.ts';
import type { State } from '../../store/state.ts';
import type { TimeRange } from '../../model/log-position.ts';

/** Requests end after they begin, and older stores know only when they began. */
const LONGEST_REQUEST_MS = 3_600_000;

/** The latest time in closed logs: a line of a later request is in none of them. */
export class ClosedTimes {
  readonly #sessions: () => { heads(): Iterable<SessionHead> };
  #until: number | undefined;

  constructor({ closed_until, commit }: State, sessions: () => { heads(): Iterable<SessionHead> }) {
    this.#sessions = sessions;
    // In an older store any round may be from a closed log.
    if (closed_until !== undefined || commit === 0) this.#until = closed_until ?? -Infinity;
  }

  /** Milliseconds since 1970 UTC; -Infinity if no log was closed. */
  get until(): number {
    return (this.#until ??= latestOf(this.#sessions().heads()) + LONGEST_REQUEST_MS);
  }

  /** Adds closed logs; returns the value for the state. */
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
