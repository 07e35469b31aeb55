import { COUNTER, HISTOGRAM, type CellCounters, type CounterName } from './cell-counters.ts';
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

/** One round's counters. A run asks for every round: counts are added in the order of their ids. */
export function countersOf(round: CountedRound, part: CountedPart): CellCounters {
  if (part === 'nothing') return UNCOUNTED;
  const { usage, responseCode: status, responseFlags, durationMs, firstTokenMs } = round;
  const counters: number[] = [];
  if (part === 'no flags' || responseFlags === undefined) counters.push(COUNTER.unflagged, 1);
  const statusName = statusClass(status);
  if (statusName !== undefined) counters.push(COUNTER[statusName], 1);
  if (status === 429) counters.push(COUNTER.status429, 1);
  if (responseFlags) for (const id of flagIds(responseFlags)) counters.push(id, 1);
  if (usage.details) {
    for (const name of COUNTED_DETAILS) {
      const count = usage.details[name] ?? 0;
      if (count > 0) counters.push(COUNTER[name], count);
    }
  }
  const isFailed = isFailedStatus(status);
  if (durationMs) counters.push(isFailed ? COUNTER.failedDurationMs : COUNTER.durationMs, durationMs);
  if (firstTokenMs) counters.push(COUNTER.firstTokenMs, firstTokenMs);
  if (durationMs === null) {
    if (usage.output > 0) counters.push(COUNTER.untimedOutput, usage.output);
    if (firstTokenMs) counters.push(COUNTER.untimedFirstTokenMs, firstTokenMs);
  } else {
    if (isFailed && usage.output > 0) counters.push(COUNTER.failedOutput, usage.output);
    if (isFailed && firstTokenMs) counters.push(COUNTER.failedFirstTokenMs, firstTokenMs);
    const first = isFailed ? HISTOGRAM.failedDuration : HISTOGRAM.duration;
    counters.push(first + histogramBucket(durationMs), 1);
  }
  if (firstTokenMs !== null) counters.push(HISTOGRAM.firstToken + histogramBucket(firstTokenMs), 1);
  return counters;
}

function flagIds(flags: string): number[] {
  return flagClassesOf(flags)
    .map((name): number => COUNTER[name])
    .toSorted((a, b) => a - b);
}

/** The parts of the tokens that cells count. */
export const COUNTED_DETAILS = [
  'cacheWrite1h',
  'inputAudio',
  'inputImage',
  'cachedAudio',
  'cachedImage',
  'outputAudio',
  'outputImage',
  'searches',
] as const satisfies readonly (CounterName & keyof TokenDetails)[];

/** The client was gone before the response began, or it is an error. */
export function isFailedStatus(status: number | null): boolean {
  return status !== null && (status === 0 || status >= 400);
}

/** undefined for 2xx, which most are. */
export function statusClass(status: number | null): CounterName | undefined {
  if (status === null) return 'noStatus';
  if (status === 0) return 'status0';
  if (status < 200) return 'status1xx';
  if (status < 300) return undefined;
  if (status < 400) return 'status3xx';
  return status < 500 ? 'status4xx' : 'status5xx';
}
