import type { Decimal } from './money.ts';

/**
 * Rates per million tokens, in the currency of their price. A rate that is absent falls back: a cache rate to the input
 * rate of its kind, audio and images to text, writes for an hour to other writes.
 */
export interface Rates {
  input?: Decimal;
  output?: Decimal;
  /** In place of `output` for a round that reasoned, all of its output: some models cost more when they think. */
  output_reasoning?: Decimal;
  cache_read?: Decimal;
  cache_write?: Decimal;
  /** Cache writes that are kept for an hour; Anthropic charges twice the input rate for them. */
  cache_write_1h?: Decimal;
  input_audio?: Decimal;
  output_audio?: Decimal;
  cache_read_audio?: Decimal;
  input_image?: Decimal;
  output_image?: Decimal;
  cache_read_image?: Decimal;
  /** For a thousand requests, beside the tokens (Perplexity's search models). */
  requests?: Decimal;
  /** For a thousand web searches, where the log counts them. */
  searches?: Decimal;
}

export const RATE_NAMES = [
  'input',
  'output',
  'output_reasoning',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'output_audio',
  'cache_read_audio',
  'input_image',
  'output_image',
  'cache_read_image',
  'requests',
  'searches',
] as const satisfies (keyof Rates)[];

/** The rates of a round whose input is larger than `above` tokens, all of its tokens; what it leaves out stays. */
export interface Tier extends Rates {
  above: number;
}

/** Hours of a day (`09:00`, `09:00:00`): `start` ≤ t < `end`, on these weekdays. An end before the start is on the next day. */
export interface Hours {
  start: string;
  end: string;
  /** 1 is Monday, 7 Sunday: of the day on which the hours begin. Absent: every day. */
  weekdays?: number[];
  /** `+08:00`: the zone of times and weekdays. Absent: UTC. */
  utc_offset?: string;
}

/** The rates of a service tier such as `priority`; what it leaves out stays, but for the price's own tiers. */
export interface ServiceTier extends Rates {
  tiers?: Tier[];
}

/** Why a price is not exact: see bounds.ts. */
export type Inexact = 'search-fee' | 'unverified' | 'upper' | 'lower';

/** Prices under conditions that must all hold: from an instant on (ISO 8601), and within hours of the day. */
export interface Prices extends Rates {
  from?: string;
  daily?: Hours;
  /** Ascending by `above`. */
  tiers?: Tier[];
  /** By the tier's name in lower case. */
  service_tiers?: Record<string, ServiceTier>;
  /** ISO 4217; absent: USD. */
  currency?: string;
  inexact?: Inexact;
  free?: true;
}

/** Every price a model had and will have, never empty. The last one whose conditions hold is in force. */
export interface PriceSchedule {
  prices: Prices[];
}

/** The prices in force; undefined before the first of them, and while there is a price but for no token. */
export function pricesAt(schedule: PriceSchedule, atMs: number): Prices | undefined {
  const prices = schedule.prices.findLast((candidate) => holds(candidate, atMs));
  return prices && hasRate(prices) ? prices : undefined;
}

/** The prices in force; of a time before the first of them, those. */
export function pricesFrom(schedule: PriceSchedule, atMs: number): Prices | undefined {
  return pricesAt(schedule, atMs) ?? schedule.prices[0];
}

/** Something to price tokens by: free, or a rate for input or output. */
export function hasRate(prices: Prices): boolean {
  return prices.free === true || prices.input !== undefined || prices.output !== undefined;
}

function holds({ from, daily }: Prices, atMs: number): boolean {
  return (from === undefined || atMs >= Date.parse(from)) && (!daily || isWithin(daily, atMs));
}

const DAY_MS = 86_400_000;

function isWithin({ start, end, weekdays, utc_offset: offset }: Hours, atMs: number): boolean {
  const local = offset === undefined ? atMs : atMs + offsetMs(offset);
  const time = new Date(local).toISOString().slice(11, 23);
  const overMidnight = start > end;
  const isOpen = overMidnight ? start <= time || time < end : start <= time && time < end;
  if (!isOpen || !weekdays) return isOpen;
  // After midnight it is still the day on which the hours began.
  const day = overMidnight && time < end ? local - DAY_MS : local;
  return weekdays.includes(new Date(day).getUTCDay() || 7);
}

/** `+08:00` in milliseconds. */
function offsetMs(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}
