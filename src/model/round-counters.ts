import { COUNTER, HISTOGRAM, NO_COUNTERS, type CellCounters, type CounterName } from './cell-counters.ts';
import { histogramBucket } from './histogram.ts';
import { flagClassesOf } from './response-flags.ts';
import type { RoundUsage, TokenDetails } from './token-usage.ts';

/** What the counters of a cell are made from. */
export interface CountedRound {
  usage: Pick<RoundUsage, 'output' | 'details'>;
  responseCode: number | null;
  /** As logged; null if the response has none, undefined if the store does not know. */
  responseFlags: string | null | undefined;
  durationMs: number | null;
  firstTokenMs: number | null;
}

/** How much of a round's counters the index has. */
export type CountedPart = 'all' | 'no flags' | 'nothing';

const UNCOUNTED: CellCounters = [COUNTER.uncounted, 1];

/** One round's counters. */
export function countersOf(round: CountedRound, part: CountedPart): CellCounters {
  if (part === 'nothing') return UNCOUNTED;
  const { usage, responseCode: status, responseFlags, durationMs, firstTokenMs } = round;
  const counts: [id: number, count: number][] = [];
  const add = (id: number, count: number): void => {
    if (count > 0) counts.push([id, count]);
  };
  if (part === 'no flags' || responseFlags === undefined) add(COUNTER.unflagged, 1);
  const statusName = statusClass(status);
  if (statusName !== undefined) add(COUNTER[statusName], 1);
  if (status === 429) add(COUNTER.status429, 1);
  for (const name of flagClassesOf(responseFlags ?? '')) add(COUNTER[name], 1);
  for (const name of DETAILS) add(COUNTER[name], usage.details?.[name] ?? 0);
  const isFailed = status !== null && (status === 0 || status >= 400);
  if (durationMs === null) add(COUNTER.untimedOutput, usage.output);
  else {
    add(isFailed ? COUNTER.failedDurationMs : COUNTER.durationMs, durationMs);
    add((isFailed ? HISTOGRAM.failedDuration : HISTOGRAM.duration) + histogramBucket(durationMs), 1);
  }
  if (firstTokenMs !== null) {
    add(COUNTER.firstTokenMs, firstTokenMs);
    if (durationMs === null) add(COUNTER.untimedFirstTokenMs, firstTokenMs);
    add(HISTOGRAM.firstToken + histogramBucket(firstTokenMs), 1);
  }
  return counts.length === 0 ? NO_COUNTERS : counts.toSorted(([a], [b]) => a - b).flat();
}

const DETAILS = [
  'cacheWrite1h',
  'inputAudio',
  'inputImage',
  'cachedAudio',
  'cachedImage',
  'outputAudio',
  'outputImage',
  'searches',
] as const satisfies readonly (CounterName & keyof TokenDetails)[];

/** undefined for 2xx, which most are. */
function statusClass(status: number | null): CounterName | undefined {
  if (status === null) return 'noStatus';
  if (status === 0) return 'status0';
  if (status < 200) return 'status1xx';
  if (status < 300) return undefined;
  if (status < 400) return 'status3xx';
  return status < 500 ? 'status4xx' : 'status5xx';
}
