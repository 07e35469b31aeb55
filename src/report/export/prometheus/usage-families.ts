import { counterOf, HISTOGRAM } from '../../../model/cell-counters.ts';
import { histogramOf, nearestEnd } from '../../../model/histogram.ts';
import { boundOf, type Bound } from '../../../pricing/bounds.ts';
import { exactUsd } from '../../../pricing/money.ts';
import { amountsOf, type Row } from '../../../query/aggregate.ts';
import { healthOf } from '../../../query/health.ts';
import { HealthSum } from '../../../query/health-sum.ts';
import type { Family, Label, Sample } from './families.ts';
import type { Series } from './series.ts';

/** A family whose samples are told from the row of each series. */
interface UsageFamily extends Family {
  of: (row: Row) => readonly Sample[];
}

const NO_LABELS: readonly Label[] = [];

/** What rounds used and how they were answered. Kinds of a label exclude each other, so every sum over it is right. */
export const USAGE_FAMILIES: readonly UsageFamily[] = [
  {
    name: 'agent_session_requests_total',
    help: 'AI requests by status class; 429 is not in 4xx. none: no status was logged; 0: the client was gone before an answer; uncounted: stored by an early version, status not known.',
    type: 'counter',
    of: statuses,
  },
  {
    name: 'agent_session_tokens_total',
    help: 'Tokens by kind. The kinds exclude each other: their sum is all tokens.',
    type: 'counter',
    of: tokens,
  },
  {
    name: 'agent_session_cost_total',
    help: 'Known cost in units of the currency. Requests without a known price are not in it: see agent_session_unpriced_requests_total.',
    type: 'counter',
    of: (row) =>
      amountsOf({ ...row, converted: null }).map(([currency, { cost }]) => ({
        labels: [['currency', currency]],
        value: exactUsd(cost),
      })),
  },
  {
    name: 'agent_session_unpriced_requests_total',
    help: 'Requests whose tokens are known and whose price is not.',
    type: 'counter',
    of: (row) => [{ labels: NO_LABELS, value: row.unpricedRounds }],
  },
  {
    name: 'agent_session_bounded_requests_total',
    help: 'Requests whose stated cost may be wrong. lower: it may be more; upper: it may be less; either: both.',
    type: 'counter',
    of: bounds,
  },
  {
    name: 'agent_session_response_flags_total',
    help: 'Requests by class of Envoy response flag. A request can have several.',
    type: 'counter',
    of: flags,
  },
  {
    name: 'agent_session_request_duration_seconds',
    help: 'Durations of answered requests.',
    type: 'histogram',
    of: (row) => histogram(row, HISTOGRAM.duration, 'durationMs'),
  },
  {
    name: 'agent_session_failed_request_duration_seconds',
    help: 'Durations of failed requests: status 0, or 400 and above.',
    type: 'histogram',
    of: (row) => histogram(row, HISTOGRAM.failedDuration, 'failedDurationMs'),
  },
  {
    name: 'agent_session_first_token_seconds',
    help: 'Times from the start of the request to the first token of the answer.',
    type: 'histogram',
    of: (row) => histogram(row, HISTOGRAM.firstToken, 'firstTokenMs'),
  },
];

/** The samples of a family, series by series. */
export function* usageSamples({ of }: UsageFamily, series: readonly Series[]): Generator<Sample> {
  for (const { labels, row } of series)
    for (const sample of of(row)) yield { ...sample, labels: [...labels, ...sample.labels] };
}

function tokens({ input, cached, cacheWrite, output, reasoning }: Row): Sample[] {
  return labelled('kind', {
    input: input - cached - cacheWrite,
    cached_input: cached,
    cache_write: cacheWrite,
    output: output - reasoning,
    reasoning,
  });
}

/** Those that are always there: so the first failure is an increase, not a new series. */
const STATUSES = ['2xx', '4xx', '429', '5xx'] as const;
const RARE_STATUSES = ['1xx', '3xx', '0', 'none', 'uncounted'] as const;

function statuses(row: Row): Sample[] {
  const { statuses: all, uncounted } = healthOf(row);
  const counts = { ...all, '4xx': all['4xx'] - all['429'], uncounted };
  const names = [...STATUSES, ...RARE_STATUSES.filter((name) => counts[name] !== 0)];
  return names.map((name) => ({ labels: [['status', name]], value: counts[name] }));
}

function flags(row: Row): Sample[] {
  return labelled('flag', healthOf(row).flags);
}

function bounds(row: Row): Sample[] {
  const counts: Record<Bound, number> = { lower: 0, upper: 0, either: 0 };
  for (const [reasons, { rounds }] of row.bounds) {
    const bound = boundOf(reasons.split(' '));
    if (bound) counts[bound] += rounds;
  }
  return labelled('bound', counts);
}

function labelled(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ labels: [[label, name]], value }));
}

/** Seconds. The store counts in buckets that grow by 10 %; each of these is the end of the nearest of them, so counts are exact. */
const BOUNDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600].map((s) => nearestEnd(s * 1000));

function histogram(
  { health = new HealthSum() }: Row,
  first: number,
  ms: 'durationMs' | 'failedDurationMs' | 'firstTokenMs',
): Sample[] {
  const { counters } = health;
  const { count, buckets } = histogramOf(counters, first);
  if (count === 0) return [];
  let seen = 0;
  let next = 0;
  const cumulative = BOUNDS.map(({ bucket, end }): Sample => {
    for (; next <= bucket; next++) seen += buckets[next] ?? 0;
    return { suffix: '_bucket', labels: [['le', String(end / 1000)]], value: seen };
  });
  return [
    ...cumulative,
    { suffix: '_bucket', labels: [['le', '+Inf']], value: count },
    { suffix: '_sum', labels: NO_LABELS, value: counterOf(counters, ms) / 1000 },
    { suffix: '_count', labels: NO_LABELS, value: count },
  ];
}
