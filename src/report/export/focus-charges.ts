import { entryOf, parsePriceBook, type PriceBook } from '../../pricing/price-book.ts';
import { boundOf, type Bound } from '../../pricing/bounds.ts';
import { chargesOf, METERS, type Charge, type Meter } from '../../pricing/charges.ts';
import { usageOf } from '../../session-format/stored-usage.ts';
import type { CurrencyView } from '../../query/currency.ts';
import { compareBig, compareText } from '../../query/aggregate.ts';
import type { Snapshot } from '../../store/read.ts';
import { providerOf } from './provider.ts';
import { pricedRounds, type PricedRound, type RoundQuery } from './rounds.ts';

/** One row of a FOCUS export: what one price was paid for, within one UTC day. */
export interface FocusCharge {
  /** `2026-02-01`, in UTC. */
  day: string;
  provider: string;
  model: string;
  /** `''`: the log named none. */
  consumer: string;
  api: string;
  meter: Meter;
  /** 10⁻¹⁸ of the currency for each token, request or search; null: nobody knows a price. */
  each: bigint | null;
  /** What its price is in, and `each`. */
  currency: string;
  /** What it is billed in, where that is another currency, and 10⁻¹⁸ of that for all of it. */
  billed?: { currency: string; cost: bigint } | undefined;
  /** How the cost of its rounds may be wrong. */
  bound: Bound | null;
  /** Tokens, or requests. */
  quantity: bigint;
  rounds: number;
}

/** How many rounds are read between two places at which the export can be interrupted. */
const BREATH = 2_000;

/**
 * Sums what rounds cost by day, provider, model, meter, consumer, route and unit price: tiers, discounts by the hour
 * and new prices give a day several prices. In their order. What is yielded before the end is undefined.
 */
export function* focusCharges(snapshot: Snapshot, query: RoundQuery): Generator<undefined, FocusCharge[]> {
  const book = parsePriceBook(snapshot.priceLines, `of ${snapshot.dir}`);
  const sums = new Map<string, FocusCharge>();
  const providers = new Map<string, string>();
  let read = 0;
  for (const round of pricedRounds(snapshot, query)) {
    if (++read % BREATH === 0) yield undefined;
    const { stored, money } = round;
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

/** By the rate of the day. */
function billedOf(
  { each, quantity, currency, day }: FocusCharge,
  view: CurrencyView | undefined,
): FocusCharge['billed'] {
  const cost = view?.convert((each ?? 0n) * quantity, currency, Date.parse(day));
  return view && cost !== undefined && view.to !== currency ? { currency: view.to, cost } : undefined;
}

/** The tokens of a round by what they are priced as, each with its price; of a round that costs nothing, at 0. */
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
    compareText(a.currency, b.currency) ||
    compareText(a.bound ?? '', b.bound ?? '') ||
    compareBig(a.each ?? -1n, b.each ?? -1n)
  );
}
