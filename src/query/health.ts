import { counterOf, HISTOGRAM, type CellCounters, type CounterName } from '../model/cell-counters.ts';
import { histogramOf, quantileOf } from '../model/histogram.ts';
import type { Row } from './aggregate.ts';
import { failedRounds } from './failures.ts';
import { HealthSum } from './health-sum.ts';

/** How far a percentile may be off: they are told from buckets that grow by 10 %. */
export const PERCENTILE_ERROR = 0.05;

/** Milliseconds; null if there are no rounds with such a time. */
export interface Times {
  rounds: number;
  mean: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
}

/** The part of a row that health is told from. */
export type Answers = Pick<Row, 'rounds' | 'failures' | 'health'>;

/** How requests were answered. `uncounted` ones are in `rounds` only. */
export interface Health {
  rounds: number;
  uncounted: number;
  failed: number;
  statuses: Readonly<Record<StatusName, number>>;
  /** Rounds by class of response flag: one can be in several. */
  flags: Readonly<Record<FlagName, number>>;
  /** Rounds of which the store has no response flags. */
  unflagged: number;
  /** Of answered requests, and of failed ones. */
  duration: Times;
  failedDuration: Times;
  firstToken: Times;
  /** Output tokens by second, after the first token. */
  speed: { rounds: number; tokensPerSecond: number | null };
}

/** As JSON names them. `429` is part of `4xx`. */
type StatusName = 'none' | '0' | '1xx' | '2xx' | '3xx' | '4xx' | '429' | '5xx';

const STATUSES: Readonly<Record<Exclude<StatusName, '2xx'>, CounterName>> = {
  none: 'noStatus',
  '0': 'status0',
  '1xx': 'status1xx',
  '3xx': 'status3xx',
  '4xx': 'status4xx',
  '429': 'status429',
  '5xx': 'status5xx',
};

/** Classes of response flags, as JSON names them. */
export const FLAGS = {
  client_gone: 'clientGone',
  upstream_reset: 'upstreamReset',
  upstream_failed: 'upstreamFailed',
  timeout: 'timeout',
  rate_limited: 'rateLimited',
  no_route: 'noRoute',
  unauthorized: 'unauthorized',
  overload: 'overload',
  other: 'otherFlag',
} as const satisfies Record<string, CounterName>;

export type FlagName = keyof typeof FLAGS;

/** Of a row whose health was summed. */
export function healthOf({ rounds, failures, health = new HealthSum() }: Answers): Health {
  const { counters, speed } = health;
  const of = (name: CounterName): number => counterOf(counters, name);
  const { uncounted } = failures;
  const statuses = countsOf(STATUSES, of);
  // 429 is part of 4xx.
  const others = Object.values(statuses).reduce((sum, count) => sum + count, -statuses['429']);
  return {
    rounds,
    uncounted,
    failed: failedRounds(failures),
    statuses: { ...statuses, '2xx': rounds - uncounted - others },
    flags: countsOf(FLAGS, of),
    unflagged: uncounted + of('unflagged'),
    duration: timesOf(counters, HISTOGRAM.duration, of('durationMs')),
    failedDuration: timesOf(counters, HISTOGRAM.failedDuration, of('failedDurationMs')),
    firstToken: timesOf(counters, HISTOGRAM.firstToken, of('firstTokenMs')),
    speed: {
      rounds: speed.rounds,
      tokensPerSecond: speed.ms > 0 ? fourDigits((speed.output * 1000) / speed.ms) : null,
    },
  };
}

function countsOf<K extends string>(
  names: Readonly<Record<K, CounterName>>,
  of: (name: CounterName) => number,
): Record<K, number> {
  const counts = Object.entries<CounterName>(names).map(([name, counter]) => [name, of(counter)]);
  return Object.fromEntries(counts) as Record<K, number>;
}

function timesOf(counters: CellCounters, first: number, sum: number): Times {
  const histogram = histogramOf(counters, first);
  const { count } = histogram;
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => {
    const time = quantileOf(histogram, part);
    return time === null ? null : fourDigits(time);
  });
  const mean = count === 0 ? null : fourDigits(sum / count);
  return { rounds: count, mean, p50: p50 ?? null, p90: p90 ?? null, p99: p99 ?? null };
}

/** More would say more than is known, and fewer would add to the error. */
function fourDigits(value: number): number {
  return Number(value.toPrecision(4));
}
