import { counterOf, type CounterName } from '../../model/cell-counters.ts';
import { COUNTED_DETAILS } from '../../model/round-counters.ts';
import type { RoundUsage, TokenDetails } from '../../model/token-usage.ts';
import { BUCKET_MS, type UsageCell } from '../../model/usage-cell.ts';
import { chargesOf } from '../../pricing/charges.ts';
import { noSplit, splitCharges, splitTotal, type CostSplit } from '../../pricing/cost-split.ts';
import { entryOf, type PriceBook } from '../../pricing/price-book.ts';
import { pricesFrom, type Prices, type PriceSchedule, type Tier } from '../../pricing/schedule.ts';
import { TIER } from '../group-keys.ts';
import { tagReader } from '../tags.ts';

/**
 * Tells what the rounds of a cell cost, by what it was for. Undefined if their sum cannot tell: a rate depends on each
 * round, or the price changed within the quarter of an hour.
 */
export function cellSplitter(book: PriceBook): (cell: UsageCell) => CostSplit | undefined {
  const tierOf = tagReader(TIER);
  return (cell) => splitOfCell(book, cell, tierOf(cell));
}

function splitOfCell(book: PriceBook, cell: UsageCell, serviceTier: string): CostSplit | undefined {
  if (typeof cell.price !== 'number') return noSplit();
  const schedule = entryOf(book, cell.price)?.schedule;
  const prices = schedule && steadyPrices(schedule, cell.bucket);
  if (!prices || (cell.rounds > 1 && !isLinear(prices, cell))) return undefined;
  const usage = usageOfCell(cell, serviceTier);
  const charges = chargesOf(schedule, usage, cell.bucket * BUCKET_MS).map((charge) =>
    charge.meter === 'request' ? { ...charge, quantity: cell.rounds } : charge,
  );
  const split = splitCharges(charges, usage);
  return splitTotal(split) === cell.cost ? split : undefined;
}

/** The prices that apply in the whole bucket. */
function steadyPrices(schedule: PriceSchedule, bucket: number): Prices | undefined {
  if (schedule.prices.some(({ daily }) => daily)) return undefined;
  const prices = pricesFrom(schedule, bucket * BUCKET_MS);
  return prices === pricesFrom(schedule, (bucket + 1) * BUCKET_MS - 1) ? prices : undefined;
}

/** Whether a sum of rounds costs what they cost one by one, in each of its parts. */
function isLinear(prices: Prices, { input, reasoning, counters }: UsageCell): boolean {
  const services = Object.values(prices.service_tiers ?? {});
  const tiers = [prices, ...services].flatMap((one): Tier[] => one.tiers ?? []);
  if (tiers.some(({ above }) => input > above)) return false;
  const isDearer = [prices, ...services, ...tiers].some((rates) => rates.output_reasoning !== undefined);
  if (isDearer && reasoning > 0) return false;
  return MIXED.every((name) => counterOf(counters, name) === 0);
}

/** With these, a charge is the smaller of two counts of a round. */
const MIXED = [
  'inputAudio',
  'inputImage',
  'cachedAudio',
  'cachedImage',
  'outputAudio',
  'outputImage',
] as const satisfies readonly CounterName[];

function usageOfCell(cell: UsageCell, serviceTier: string): RoundUsage {
  const { input, output, reasoning, cached, cacheWrite, counters } = cell;
  const details = Object.fromEntries(
    COUNTED_DETAILS.map((name) => [name, counterOf(counters, name)]).filter(([, count]) => count !== 0),
  ) as TokenDetails;
  return { input, output, reasoning, cached, cacheWrite, details, serviceTier };
}
