import type { StoredRound } from '../../session-format/stored-round.ts';

/** How long a round took, in milliseconds, as far as the log says; null: it does not. */
export interface RoundTime {
  /** To the first token; null also if the answer was not streamed. */
  firstToken: number | null;
  /** To the end of the answer. */
  duration: number | null;
  /** From the end of the round before it to its request; null also if that was an idle time. */
  before: number | null;
  /** Whether tools ran in that time: the request brings their results. */
  isTools: boolean;
}

/** Longer gaps between rounds are idle time. */
const IDLE_MS = 30 * 60_000;
/** The time of such a round is not that of its request. */
const UNTIMED = new Set(['time-missing', 'imported']);

/** Tells the time of a session's rounds. */
export class RoundClock {
  #busyUntil = -Infinity;
  /** The log says how long the round took that ended last, and when it began. */
  #isCertain = true;

  /** `bringsResults`: its request has results of tools. */
  next(stored: StoredRound, bringsResults: boolean): { idleMs: number; timing: RoundTime } {
    const time = Date.parse(stored.timestamp);
    const isTimed = !stored.flags?.some((flag) => UNTIMED.has(flag));
    const gap = time - this.#busyUntil;
    const isKnown = isTimed && this.#isCertain && Number.isFinite(gap);
    const duration = stored.duration_ms ?? null;
    const end = time + (duration ?? 0);
    if (end >= this.#busyUntil) {
      this.#busyUntil = end;
      this.#isCertain = isTimed && duration !== null;
    }
    return {
      idleMs: Number.isFinite(gap) && gap >= IDLE_MS ? gap : 0,
      timing: {
        firstToken: firstTokenOf(stored),
        duration,
        before: isKnown && gap < IDLE_MS ? Math.max(0, gap) : null,
        isTools: bringsResults,
      },
    };
  }
}

/** A plugin that saw no stream logs 0. */
function firstTokenOf({ first_token_ms: first, duration_ms: duration }: StoredRound): number | null {
  if (!first) return null;
  return duration === undefined ? first : Math.min(first, duration);
}
