import type { ConditionalPrice, ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import { doubtOf } from './library-doubt.ts';
import { isSameModel } from './same-model.ts';
import { hasRate, type Prices, type PriceSchedule, type Rates, type Tier } from './schedule.ts';

/** The version pinned in package.json; a test compares the two. */
export const LIBRARY_VERSION = '0.1.8';

/** When that version was published: its prices are at least that old. */
export const LIBRARY_DATE = '2026-09-23';

export interface LibraryPrice {
  schedule: PriceSchedule;
  /** `genai-prices 0.1.8 openai:gpt-5` */
  source: string;
}

/** The library's answer for a name: a price, or why it has none. */
type LibraryAnswer = { price: LibraryPrice } | { reason: string };

/**
 * A model's whole schedule from the library's bundled data (never the network), or why there is none: the name is
 * unknown, it matches only another model, or the model has no rate for tokens. `provider` is an id, or a name that the
 * library accepts as one (`vertex_ai`); without it, the library derives the provider from the name. The data takes
 * 830 KB, so it is loaded on the first call.
 */
export async function askLibrary(name: string, provider?: string): Promise<LibraryAnswer> {
  const { calcPrice } = await import('@pydantic/genai-prices');
  // We only want the model, so there is no usage. The time is fixed, since the default is now.
  const options = { timestamp: new Date(0), ...(provider === undefined ? {} : { providerId: provider }) };
  const found = calcPrice({}, name, options);
  if (!found) return { reason: 'not known' };
  const id = `${found.provider.id}:${found.model.id}`;
  if (!isSameModel(nameAtProvider(name, provider), found.model)) return { reason: `${id} is another model` };
  const { provider: host, model } = found;
  const doubt = doubtOf(host, model);
  const prices = translate(model.prices)
    .map((price) => (CLAUDE.test(model.id) ? withHourWrites(price) : price))
    .map((price) => (doubt === undefined || price.free ? price : { ...price, inexact: doubt }));
  const schedule = { prices: SEARCHING.test(name) ? prices.map(withSearchFee) : prices };
  if (!schedule.prices.some(hasRate)) return { reason: `${id} has no rate for tokens` };
  return { price: { schedule, source: `genai-prices ${LIBRARY_VERSION} ${id}` } };
}

/** Like askLibrary, but undefined if there is no price. */
export async function findInLibrary(name: string, provider?: string): Promise<LibraryPrice | undefined> {
  const answer = await askLibrary(name, provider);
  return 'price' in answer ? answer.price : undefined;
}

/** With the provider `litellm`, the library takes the provider from the prefix of the name. */
function nameAtProvider(name: string, provider: string | undefined): string {
  return provider?.toLowerCase() === 'litellm' ? name.slice(name.indexOf('/') + 1) : name;
}

function translate(prices: ConditionalPrice[] | ModelPrice): Prices[] {
  return Array.isArray(prices) ? prices.map(translateOne) : [ratesOf(prices)];
}

function translateOne({ constraint, prices }: ConditionalPrice): Prices {
  return { ...conditionOf(constraint), ...ratesOf(prices) };
}

function conditionOf(constraint: ConditionalPrice['constraint']): Pick<Prices, 'from' | 'daily'> {
  if (!constraint) return {};
  if (constraint.type === 'start_date') return { from: constraint.start_date };
  return { daily: { start: utcTime(constraint.start_time), end: utcTime(constraint.end_time) } };
}

/** `08:30:00+08:00` → `00:30:00` */
function utcTime(time: string): string {
  return new Date(`1970-01-02T${time}`).toISOString().slice(11, 19);
}

const RATE_KEYS = [
  ['input', 'input_mtok'],
  ['output', 'output_mtok'],
  ['cache_read', 'cache_read_mtok'],
  ['cache_write', 'cache_write_mtok'],
  ['cache_write_1h', 'cache_write_1h_mtok'],
  ['input_audio', 'input_audio_mtok'],
  ['output_audio', 'output_audio_mtok'],
  ['cache_read_audio', 'cache_audio_read_mtok'],
  ['input_image', 'input_image_mtok'],
  ['output_image', 'output_image_mtok'],
  ['cache_read_image', 'cache_image_read_mtok'],
  ['requests', 'requests_kcount'],
  ['searches', 'web_searches_kcount'],
] as const satisfies [keyof Rates, string][];

/** Rates for tokens that no log counts. If a price has them, a cost is only a lower bound. */
const UNCOUNTED_KEYS = ['output_citation_mtok', 'output_reasoning_mtok', 'output_video_mtok'] as const;

/** The library has tiers for each rate; a schedule has rates for each tier. */
function ratesOf(prices: ModelPrice): Omit<Prices, 'from' | 'daily'> {
  const rates: Omit<Prices, 'from' | 'daily'> = {};
  const tiers = new Map<number, Tier>();
  for (const [rate, key] of RATE_KEYS) {
    const price = prices[key];
    if (price === undefined) continue;
    rates[rate] = isTiered(price) ? price.base : price;
    for (const { start, price: above } of isTiered(price) ? price.tiers : []) {
      tiers.set(start, { ...(tiers.get(start) ?? { above: start }), [rate]: above });
    }
  }
  if (tiers.size > 0) rates.tiers = [...tiers.values()].toSorted((a, b) => a.above - b.above);
  if (UNCOUNTED_KEYS.some((key) => prices[key] !== undefined)) rates.inexact = 'lower';
  return rates;
}

const CLAUDE = /(?:^|[./])claude-/i;

/** One-hour writes cost twice the input at Anthropic and its resellers, but the library has no rate for resellers. */
function withHourWrites(prices: Prices): Prices {
  const added = withHourRate(prices);
  return prices.tiers ? { ...added, tiers: prices.tiers.map((tier) => withHourRate(tier)) } : added;
}

function withHourRate<T extends Rates>(rates: T): T {
  const { input, cache_write: write, cache_write_1h: hour } = rates;
  if (input === undefined || write === undefined || hour !== undefined) return rates;
  return { ...rates, cache_write_1h: Number((Number(input) * 2).toPrecision(12)) };
}

/** Models that search the web for every request. The fee for searches is extra, and no log counts them. */
const SEARCHING = /(?:^|[-/.])(?:search-preview|search-api|deep-research)(?:$|[-@])/i;

function withSearchFee(prices: Prices): Prices {
  return prices.inexact === undefined && !prices.free ? { ...prices, inexact: 'search-fee' } : prices;
}

function isTiered(price: number | TieredPrices): price is TieredPrices {
  return typeof price === 'object';
}
