import type { Decimal } from './money.ts';

/**
 * Rates per million tokens, in the currency of their price. An absent rate falls back: cache rates to the input rate of
 * their kind, audio and images to text, one-hour writes to other writes.
 */
export interface Rates {
  input?: Decimal;
  output?: Decimal;
  /** Replaces `output` for all output of a round that reasoned: some models cost more when they reason. */
  output_reasoning?: Decimal;
  cache_read?: Decimal;
  cache_write?: Decimal;
  /** Cache writes that are kept for an hour. Anthropic charges twice the input rate for them. */
  cache_write_1h?: Decimal;
  input_audio?: Decimal;
  output_audio?: Decimal;
  cache_read_audio?: Decimal;
  input_image?: Decimal;
  output_image?: Decimal;
  cache_read_image?: Decimal;
  /** Per thousand requests, in addition to the tokens (Perplexity's search models). */
  requests?: Decimal;
  /** Per thousand web searches, if the log counts them. */
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

/** Rates for all tokens of a round with more than `above` input tokens. Absent rates stay the same. */
export interface Tier extends Rates {
  above: number;
}

/** Hours of a day: `start` ≤ t < `end` (`09:00`, `09:00:00`). An end before the start is on the next day. */
export interface Hours {
  start: string;
  end: string;
  /** 1 is Monday, 7 is Sunday: the days on which the hours begin. Absent for every day. */
  weekdays?: number[];
  /** The time zone of hours and weekdays, such as `+08:00`. Absent for UTC. */
  utc_offset?: string;
}

/**
 * The rates of a service tier such as `priority`. Absent rates stay the same, but the price's own `tiers` do not apply.
 */
export interface ServiceTier extends Rates {
  tiers?: Tier[];
}

/** Why a price is not exact (see bounds.ts). */
export type Inexact = 'search-fee' | 'unverified' | 'upper' | 'lower';

/** Prices with conditions, all of which must hold: `from` a time on (ISO 8601), and within hours of the day. */
export interface Prices extends Rates {
  from?: string;
  daily?: Hours;
  /** Ascending by `above`. */
  tiers?: Tier[];
  /** By the name of the service tier in lower case. */
  service_tiers?: Record<string, ServiceTier>;
  /** ISO 4217 code; absent for USD. */
  currency?: string;
  inexact?: Inexact;
  free?: true;
}

/** All past, present and future prices of a model; never empty. The last one whose conditions hold applies. */
export interface PriceSchedule {
  prices: Prices[];
}

/** The prices at a time; undefined before the first ones, and if they have no rate for tokens. */
export function pricesAt(schedule: PriceSchedule, atMs: number): Prices | undefined {
  const prices = schedule.prices.findLast((candidate) => holds(candidate, atMs));
  return prices && hasRate(prices) ? prices : undefined;
}

/** The prices at a time. For a time before the first ones, those. */
export function pricesFrom(schedule: PriceSchedule, atMs: number): Prices | undefined {
  return pricesAt(schedule, atMs) ?? schedule.prices[0];
}

/** Whether tokens can be priced: it is free, or has a rate for input or output. */
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
  // After midnight, the day on which the hours began counts.
  const day = overMidnight && time < end ? local - DAY_MS : local;
  return weekdays.includes(new Date(day).getUTCDay() || 7);
}

/** `+08:00` in milliseconds. */
function offsetMs(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}
