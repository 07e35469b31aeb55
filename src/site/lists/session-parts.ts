import { HISTOGRAM, failedRoundsOf, counterOf, type CellCounters } from '../../model/cell-counters.ts';
import { histogramBucket, histogramOf } from '../../model/histogram.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { bucketOf, type UsageCell } from '../../model/usage-cell.ts';
import { usdOf } from '../../pricing/money.ts';
import { amountsOf, isCostKnown, sumOfCells, type Row } from '../../query/aggregate.ts';
import { sumBound } from '../../query/costs.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { FLAG, SLOW_MS } from './part-flags.ts';

/** What a session used on one day with one model and for one consumer. */
export type SessionPart = [
  /** Days before the session's last round. */
  day: number,
  /** Numbers of the session's names: models and consumers as they are shown, then further ones. */
  model: number,
  consumer: number,
  rounds: number,
  input: number,
  cached: number,
  output: number,
  flags: number,
  unpriced: number,
  costs: PartCosts,
  /** The number of the session's values of dimensions; absent: 0. */
  values?: number,
];

/** The amount if it is in USD; by currency; or null if it is unknown. */
type PartCosts = number | [currency: string, cost: number][] | null;

/** The parts of a session by day, model and consumer, the last day first. */
export function sessionParts(
  { usage, updated }: Pick<SessionEntry, 'usage' | 'updated'>,
  local: LocalTime,
  numberOf: {
    model: (name: string) => number;
    consumer: (name: string) => number;
    /** Of the values that a cell has. */
    values: (tags: string) => number;
  },
): SessionPart[] {
  const last = dayNumber(updated, local);
  const parts = new Map<string, { place: [number, number, number]; values: number; cells: UsageCell[] }>();
  for (const cell of usage) {
    const day = last - dayOfDate(local.dateOf(cell.bucket));
    const place: [number, number, number] = [
      day,
      numberOf.model(cell.model),
      numberOf.consumer(cell.consumer),
    ];
    const values = numberOf.values(cell.tags);
    const key = `${place.join(' ')} ${values}`;
    const known = parts.get(key);
    if (known) known.cells.push(cell);
    else parts.set(key, { place, values, cells: [cell] });
  }
  return Array.from(parts.values(), ({ place, values, cells }): SessionPart => {
    const sum = sumOfCells(cells);
    const { rounds, input, cached, output, unpricedRounds } = sum;
    const used = [
      rounds,
      input,
      cached,
      output,
      flagsOf(cells, sum),
      unpricedRounds,
      partCosts(sum),
    ] as const;
    return values === 0 ? [...place, ...used] : [...place, ...used, values];
  }).toSorted(
    ([dayA, modelA, consumerA, ...a], [dayB, modelB, consumerB, ...b]) =>
      dayA - dayB || modelA - modelB || consumerA - consumerB || (a[7] ?? 0) - (b[7] ?? 0),
  );
}

/** What can be said of every part: all flags but those of tools. */
export function flagsOf(cells: readonly UsageCell[], sum: Row): number {
  let flags = sum.unpricedRounds > 0 ? FLAG.unpriced : 0;
  const { lowerRounds, upperRounds } = sumBound(sum);
  if (lowerRounds > 0) flags |= FLAG.higher;
  if (upperRounds > 0) flags |= FLAG.lower;
  for (const { counters } of cells) {
    if (counters.length === 0) continue;
    if (failedRoundsOf(counters) > 0) flags |= FLAG.failed;
    if (counterOf(counters, 'uncounted') > 0) flags |= FLAG.uncounted;
    if ((flags & FLAG.slow) === 0 && isSlow(counters)) flags |= FLAG.slow;
  }
  return flags;
}

/** Of tools, only the whole session's counts are known. */
export function toolFlags({ tools, tools_from: from }: SessionEntry): number {
  const failed = tools?.some(([, , count]) => count > 0) ? FLAG.failedTool : 0;
  return tools === undefined || from !== undefined ? failed | FLAG.untold : failed;
}

function isSlow(counters: CellCounters): boolean {
  const first = histogramBucket(SLOW_MS);
  return [HISTOGRAM.duration, HISTOGRAM.failedDuration].some((id) =>
    histogramOf(counters, id).buckets.some((count, bucket) => bucket >= first && count > 0),
  );
}

export function costsOf(sum: Row): [string, number][] | null {
  if (!isCostKnown(sum)) return null;
  return amountsOf(sum).map(([currency, { cost }]) => [currency, Number(usdOf(cost).toPrecision(8))]);
}

function partCosts(sum: Row): PartCosts {
  const costs = costsOf(sum);
  const [[currency, cost] = ['', 0]] = costs ?? [];
  return costs?.length === 1 && currency === 'USD' ? cost : costs;
}

/** The local date of a time as a number of days since 1970. */
export function dayNumber(ms: number, local: LocalTime): number {
  return dayOfDate(local.dateOf(bucketOf(ms)));
}

function dayOfDate(date: string): number {
  return Math.floor(Date.parse(date) / 86_400_000);
}
