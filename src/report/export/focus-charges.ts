import { entryOf, parsePriceBook, type PriceBook } from '../../pricing/price-book.ts';
import { boundOf, type Bound } from '../../pricing/bounds.ts';
import { chargesOf, METERS, type Charge, type Meter } from '../../pricing/charges.ts';
import { usageOf } from '../../session-format/stored-usage.ts';
import type { CurrencyView } from '../../query/currency.ts';
import { compareBig, compareText } from '../../query/aggregate.ts';
import type { Snapshot } from '../../store/read.ts';
import { providerOf } from '../../query/model-provider.ts';
import { pricedRounds, type PricedRound, type RoundQuery } from './rounds.ts';

/** One row of a FOCUS export: what was charged at one price on one UTC day. */
export interface FocusCharge {
  /** `2026-02-01`, in UTC. */
  day: string;
  provider: string;
  model: string;
  /** `''`: the log names none. */
  consumer: string;
  api: string;
  gateway: string;
  meter: Meter;
  /** 10⁻¹⁸ of the currency for each token, request or search; null: no known price. */
  each: bigint | null;
  /** Of the price and of `each`. */
  currency: string;
  /** The currency of the bill if it is another one, and the whole amount in 10⁻¹⁸ of it. */
  billed?: { currency: string; cost: bigint } | undefined;
  /** How the cost of its rounds may be wrong. */
  bound: Bound | null;
  /** Tokens, or requests. */
  quantity: bigint;
  rounds: number;
}

/** How many rounds are read before the export can be interrupted again. */
const BREATH = 2_000;

/**
 * Sums what rounds cost by day, provider, model, meter, consumer, route, gateway and unit price, in this order: tiers, hourly
 * discounts and new prices give a day several prices. Yields undefined until the end.
 */
export function* focusCharges(snapshot: Snapshot, query: RoundQuery): Generator<undefined, FocusCharge[]> {
  const book = parsePriceBook(snapshot.priceLines, `of ${snapshot.dir}`);
  const sums = new Map<string, FocusCharge>();
  const providers = new Map<string, string>();
  let read = 0;
  for (const round of pricedRounds(snapshot, query)) {
    if (++read % BREATH === 0) yield undefined;
    const { stored, money, gateway } = round;
    const source = typeof money.price === 'number' ? entryOf(book, money.price)?.source : undefined;
    const known = `${money.price} ${stored.model}`;
    let provider = providers.get(known);
    if (provider === undefined) providers.set(known, (provider = providerOf(stored.model, source)));
    for (const { meter, quantity, each } of partsOf(book, round)) {
      if (quantity === 0) continue;
      const charge = {
        day: stored.timestamp.slice(0, 10),
        provider,
        model: stored.model,
        consumer: stored.consumer ?? '',
        api: stored.api ?? '',
        gateway,
        meter,
        each,
        currency: money.currency,
        bound: boundOf(money.inexact),
      };
      const id = JSON.stringify(Object.values({ ...charge, each: String(each) }));
      let sum = sums.get(id);
      if (sum === undefined) sums.set(id, (sum = { ...charge, quantity: 0n, rounds: 0 }));
      sum.quantity += BigInt(quantity);
      sum.rounds++;
    }
  }
  for (const sum of sums.values()) sum.billed = billedOf(sum, query.view);
  return [...sums.values()].toSorted(inOrder);
}

/** At the exchange rate of the day. */
function billedOf(
  { each, quantity, currency, day }: FocusCharge,
  view: CurrencyView | undefined,
): FocusCharge['billed'] {
  const cost = view?.convert((each ?? 0n) * quantity, currency, Date.parse(day));
  return view && cost !== undefined && view.to !== currency ? { currency: view.to, cost } : undefined;
}

/** The tokens of a round by meter, each with its price: 0 if the round is free. */
function partsOf(
  book: PriceBook,
  { stored, money, time }: PricedRound,
): (Omit<Charge, 'each'> & { each: bigint | null })[] {
  const usage = usageOf(stored);
  const entry = typeof money.price === 'number' ? entryOf(book, money.price) : undefined;
  if (entry) return chargesOf(entry.schedule, usage, time);
  const each = money.cost === null ? null : 0n;
  return [
    { meter: 'input', quantity: usage.input - usage.cached - usage.cacheWrite, each },
    { meter: 'cache-read', quantity: usage.cached, each },
    { meter: 'cache-write', quantity: usage.cacheWrite, each },
    { meter: 'output', quantity: usage.output, each },
  ];
}

function inOrder(a: FocusCharge, b: FocusCharge): number {
  return (
    compareText(a.day, b.day) ||
    compareText(a.provider, b.provider) ||
    compareText(a.model, b.model) ||
    METERS.indexOf(a.meter) - METERS.indexOf(b.meter) ||
    compareText(a.consumer, b.consumer) ||
    compareText(a.api, b.api) ||
    compareText(a.gateway, b.gateway) ||
    compareText(a.currency, b.currency) ||
    compareText(a.bound ?? '', b.bound ?? '') ||
    compareBig(a.each ?? -1n, b.each ?? -1n)
  );
}
