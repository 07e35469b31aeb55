import { COUNTER, type CellCounters } from '../model/cell-counters.ts';

/** How requests failed, in rounds. Sums without failures share one object; every other sum has one of its own. */
export interface Failures {
  /** Rounds that were counted before the store counted failures: whether they failed is not known. */
  readonly uncounted: number;
  /** The client was gone before the response began. */
  readonly gone: number;
  /** Status 400 to 499. */
  readonly clientErrors: number;
  /** ⊂ clientErrors: status 429. */
  readonly rateLimited: number;
  /** Status 500 and above. */
  readonly serverErrors: number;
}

export const NO_FAILURES: Failures = Object.freeze({
  uncounted: 0,
  gone: 0,
  clientErrors: 0,
  rateLimited: 0,
  serverErrors: 0,
});

/**
 * Adds the failures of a cell to those of a sum, in place unless there were none. They have the lowest ids, so the rest of
 * the counters is not looked at.
 */
export function withCounters(failures: Failures, counters: CellCounters): Failures {
  let sum: Record<keyof Failures, number> = failures;
  for (let i = 0; i < counters.length; i += 2) {
    const id = counters[i] as number;
    if (id > COUNTER.status429) break;
    const name = NAMES[id];
    if (name === undefined) continue;
    if (sum === NO_FAILURES) sum = { ...NO_FAILURES };
    sum[name] += counters[i + 1] as number;
  }
  return sum;
}

/** By the id of their counter: a list, since every cell of a store is looked up. */
const NAMES: (keyof Failures | undefined)[] = Array.from({ length: COUNTER.status429 + 1 });
NAMES[COUNTER.uncounted] = 'uncounted';
NAMES[COUNTER.status0] = 'gone';
NAMES[COUNTER.status4xx] = 'clientErrors';
NAMES[COUNTER.status429] = 'rateLimited';
NAMES[COUNTER.status5xx] = 'serverErrors';

export function addFailures(a: Failures, b: Failures): Failures {
  if (b === NO_FAILURES) return a;
  if (a === NO_FAILURES) return { ...b };
  return {
    uncounted: a.uncounted + b.uncounted,
    gone: a.gone + b.gone,
    clientErrors: a.clientErrors + b.clientErrors,
    rateLimited: a.rateLimited + b.rateLimited,
    serverErrors: a.serverErrors + b.serverErrors,
  };
}

/** The same rounds as failedRoundsOf counts. */
export function failedRounds({ gone, clientErrors, serverErrors }: Failures): number {
  return gone + clientErrors + serverErrors;
}
