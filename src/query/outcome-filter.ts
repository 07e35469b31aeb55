import {
  counterOf,
  failedRoundsOf,
  HISTOGRAM,
  type CellCounters,
  type CounterName,
} from '../model/cell-counters.ts';
import { histogramBucket, histogramOf, isFirstOfBucket } from '../model/histogram.ts';
import { isFailedStatus, statusClass } from '../model/round-counters.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import type { Answer } from './usage-filter.ts';

/** What became of a request: all of this must hold for one and the same round. */
export interface OutcomeFilter {
  failed?: boolean | undefined;
  /** Any of these. */
  statuses?: readonly WantedStatus[] | undefined;
  /** The duration, at least. */
  slowerThanMs?: number | undefined;
}

/** A code, a class of codes as its first digit, or that none was logged. */
export type WantedStatus = { code: number } | { class: 1 | 2 | 3 | 4 | 5 } | 'none';

/** What the outcome of a round is told from. */
export interface Outcome {
  status: number | null;
  durationMs: number | null;
}

export function asksOutcome({ failed, statuses, slowerThanMs }: OutcomeFilter): boolean {
  return failed === true || statuses !== undefined || slowerThanMs !== undefined;
}

/** Whether a round is meant. */
export function outcomeFilter({
  failed,
  statuses,
  slowerThanMs,
}: OutcomeFilter): (outcome: Outcome) => boolean {
  return ({ status, durationMs }) =>
    (!failed || isFailedStatus(status)) &&
    (!statuses || statuses.some((wanted) => isStatus(status, wanted))) &&
    (slowerThanMs === undefined || (durationMs !== null && durationMs >= slowerThanMs));
}

function isStatus(status: number | null, wanted: WantedStatus): boolean {
  if (wanted === 'none') return status === null;
  if ('code' in wanted) return status === wanted.code;
  return status !== null && status !== 0 && (statusClass(status) ?? OK) === CLASSES[wanted.class];
}

const OK = 'status2xx';
const CLASSES = {
  1: 'status1xx',
  2: OK,
  3: 'status3xx',
  4: 'status4xx',
  5: 'status5xx',
} as const;

/** Rounds of a cell: of some it is certain that they are meant, of others only their file tells. */
interface Found {
  certain: boolean;
  possible: boolean;
}

/**
 * Whether a cell has a round that is meant. Undefined: only the rounds themselves tell, because a status is counted by
 * its class, a duration by its bucket, and each by itself.
 */
export function cellOutcome(filter: OutcomeFilter): (cell: Pick<UsageCell, 'counters' | 'rounds'>) => Answer {
  const { failed, slowerThanMs } = filter;
  const statuses = failed ? filter.statuses?.filter(isFailing) : filter.statuses;
  const onlyFailed = failed === true || (statuses?.every(isFailing) ?? false);
  return ({ counters, rounds }) => {
    const uncounted = counterOf(counters, 'uncounted');
    const tests = [
      ...(statuses ? [statusesFound(counters, rounds - uncounted, statuses)] : []),
      // That they failed is part of what the others find.
      ...(failed && !statuses && slowerThanMs === undefined ? [sure(failedRoundsOf(counters) > 0)] : []),
      ...(slowerThanMs === undefined ? [] : [slowFound(counters, slowerThanMs, onlyFailed)]),
    ];
    const isPossible = tests.every(({ possible }) => possible);
    const isOne = tests.length === 1 || rounds === 1;
    if (isOne && tests.every(({ certain }) => certain)) return true;
    return isPossible || uncounted > 0 ? undefined : false;
  };
}

function isFailing(wanted: WantedStatus): boolean {
  if (wanted === 'none') return false;
  return 'code' in wanted ? isFailedStatus(wanted.code) : wanted.class >= 4;
}

function sure(isFound: boolean): Found {
  return { certain: isFound, possible: isFound };
}

function statusesFound(counters: CellCounters, rounds: number, statuses: readonly WantedStatus[]): Found {
  const found = statuses.map((wanted) => statusFound(counters, rounds, wanted));
  return { certain: found.some(({ certain }) => certain), possible: found.some(({ possible }) => possible) };
}

function statusFound(counters: CellCounters, rounds: number, wanted: WantedStatus): Found {
  const of = (name: CounterName): number => counterOf(counters, name);
  const ofClass = (name: CounterName | typeof OK): number =>
    name === OK ? rounds - OTHERS.reduce((sum, other) => sum + of(other), 0) : of(name);
  if (wanted === 'none') return sure(of('noStatus') > 0);
  if (!('code' in wanted)) return sure(ofClass(CLASSES[wanted.class]) > 0);
  if (wanted.code === 0) return sure(of('status0') > 0);
  if (wanted.code === 429) return sure(of('status429') > 0);
  const name = statusClass(wanted.code) ?? OK;
  const others = name === 'status4xx' ? of('status429') : 0;
  return { certain: false, possible: ofClass(name) > others };
}

/** All but 2xx, which is not counted by itself. */
const OTHERS: readonly CounterName[] = [
  'noStatus',
  'status0',
  'status1xx',
  'status3xx',
  'status4xx',
  'status5xx',
];

function slowFound(counters: CellCounters, ms: number, onlyFailed: boolean): Found {
  const histograms = onlyFailed ? [HISTOGRAM.failedDuration] : [HISTOGRAM.duration, HISTOGRAM.failedDuration];
  const first = histogramBucket(ms);
  const certainFrom = isFirstOfBucket(ms, first) ? first : first + 1;
  let found: Found = { certain: false, possible: false };
  for (const id of histograms) {
    for (const [bucket, count = 0] of histogramOf(counters, id).buckets.entries()) {
      if (count === 0 || bucket < first) continue;
      found = { certain: found.certain || bucket >= certainFrom, possible: true };
    }
  }
  return found;
}
