import { usdOf } from '../pricing/money.ts';
import type { PriceAge } from '../pricing/price-age.ts';
import { pricesAt, RATE_NAMES, type Prices, type Rates, type Tier } from '../pricing/schedule.ts';
import type { EntryUse, ModelUse, PriceUse } from '../query/price-use.ts';
import { priceAgeJson } from './price-age-text.ts';
import { priceFileJson, type PriceFileReport } from './price-file-text.ts';

// docs/commands.md describes these documents. They have a version: keys are added, never renamed.

/** `prices --json`. `knownNow`: the source of the price that an unpriced model has by now. */
export function pricesJson(
  file: PriceFileReport | null,
  use: PriceUse,
  knownNow: ReadonlyMap<string, string>,
  now: number,
  builtIn: readonly PriceAge[],
): string {
  const document = {
    version: 1,
    price_file: priceFileJson(file),
    unpriced: use.unpriced.map((one) => ({
      ...useJson(one),
      known_now: knownNow.get(one.model) ?? null,
    })),
    prices: use.entries.map((one) => entryJson(one, now)),
    built_in: builtIn.map((age) => priceAgeJson(age)),
  };
  return `${JSON.stringify(document)}\n`;
}

function useJson({ model, rounds, input, output }: ModelUse): Record<string, unknown> {
  return { model, rounds, input_tokens: input, output_tokens: output };
}

function entryJson(use: EntryUse, now: number): Record<string, unknown> {
  const { entry, isLatest, cost, others } = use;
  const inForce = pricesAt(entry.schedule, now);
  return {
    ...useJson(use),
    entry: entry.entry,
    latest: isLatest,
    cost_usd: usdOf(cost),
    costs: Object.fromEntries(
      [...(cost === 0n ? [] : [['USD', cost] as const]), ...others].map(([code, sum]) => [code, usdOf(sum)]),
    ),
    in_force: inForce ? priceJson(inForce) : null,
    since: inForce?.from ?? null,
    schedule: entry.schedule.prices.map((prices) => scheduledJson(prices)),
    source: entry.source,
  };
}

/** Rates as numbers per million tokens, in their currency; null if there is none. */
export function priceJson(prices: Prices): Record<string, unknown> {
  return {
    free: prices.free ?? false,
    ...ratesJson(prices),
    tiers: tiersJson(prices.tiers),
    service_tiers: Object.fromEntries(
      Object.entries(prices.service_tiers ?? {}).map(([name, tier]) => [
        name,
        { ...ratesJson(tier), tiers: tiersJson(tier.tiers) },
      ]),
    ),
    currency: prices.currency ?? 'USD',
    inexact: prices.inexact ?? null,
  };
}

export function scheduledJson(prices: Prices): Record<string, unknown> {
  return { from: prices.from ?? null, daily: prices.daily ?? null, ...priceJson(prices) };
}

function ratesJson(rates: Rates): Record<string, number | null> {
  return Object.fromEntries(
    RATE_NAMES.map((key) => [key, rates[key] === undefined ? null : Number(rates[key])]),
  );
}

function tiersJson(tiers: readonly Tier[] | undefined): Record<string, unknown>[] {
  return (tiers ?? []).map((tier) => ({ above: tier.above, ...ratesJson(tier) }));
}
