import { HISTOGRAM_BUCKETS, type CellCounters } from './cell-counters.ts';

/*
 * Times in buckets, each of which ends 10 % higher than the one before. So histograms add up, and a time that is told
 * from them is at most 5 % off.
 */

const GROWTH = 1.1;
/** The largest whole millisecond of each bucket. Multiplied step by step: that gives the same everywhere, a power may not. */
const ENDS = endsOf();

function endsOf(): number[] {
  const ends: number[] = [];
  for (let end = 1; ends.length < HISTOGRAM_BUCKETS - 1; end *= GROWTH) ends.push(Math.floor(end));
  return [...ends, Infinity];
}

/** The number of the bucket of a time in milliseconds, 0 or more. */
export function histogramBucket(ms: number): number {
  let low = 0;
  let high = HISTOGRAM_BUCKETS - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ENDS[middle] ?? Infinity) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a bucket has no time that is shorter, in whole milliseconds. */
export function isFirstOfBucket(ms: number, bucket: number): boolean {
  return bucket === 0 ? ms <= 0 : ms <= (ENDS[bucket - 1] ?? 0) + 1;
}

/** The time that stands for a bucket, in milliseconds: the geometric mean of its ends, which is at most 5 % off. */
export function histogramTime(bucket: number): number {
  const end = ENDS[Math.min(bucket, HISTOGRAM_BUCKETS - 2)] ?? 0;
  const before = bucket === 0 ? 0 : (ENDS[bucket - 1] ?? 0);
  return end - before <= 1 ? end : Math.sqrt((before + 1) * end);
}

/** The largest whole millisecond of the bucket whose end is nearest to a time, and the bucket's number. */
export function nearestEnd(ms: number): { bucket: number; end: number } {
  const at = histogramBucket(ms);
  const [below = -Infinity, above = Infinity] = [ENDS[at - 1], ENDS[at]];
  return ms - below < above - ms ? { bucket: at - 1, end: below } : { bucket: at, end: above };
}

/** Counts by bucket. */
export interface Histogram {
  count: number;
  buckets: number[];
}

/** The histogram that counters hold from an id on (`HISTOGRAM`). */
export function histogramOf(counters: CellCounters, first: number): Histogram {
  const histogram: Histogram = { count: 0, buckets: [] };
  for (let i = 0; i < counters.length; i += 2) {
    const bucket = (counters[i] as number) - first;
    if (bucket < 0 || bucket >= HISTOGRAM_BUCKETS) continue;
    const count = counters[i + 1] as number;
    histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + count;
    histogram.count += count;
  }
  return histogram;
}

/** The time within which this part (0 to 1) of the requests were done, in milliseconds; null if there were none. */
export function quantileOf({ count, buckets }: Histogram, part: number): number | null {
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(part * count));
  let seen = 0;
  // Not an iterator: a render asks for hundreds of quantiles before any code is compiled.
  for (let bucket = 0; bucket < buckets.length; bucket++) {
    seen += buckets[bucket] ?? 0;
    if (seen >= rank) return histogramTime(bucket);
  }
  return null;
}
