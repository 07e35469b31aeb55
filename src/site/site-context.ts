import type { ExpandedRound } from '../session-format/stored-round.ts';
import { currencyView, type AskedCurrency } from '../query/currency.ts';
import type { ShownMoney } from '../query/round-money.ts';
import { RoundPrices } from '../query/why/round-prices.ts';
import type { Language } from '../texts/languages.ts';
import type { Texts } from '../texts/texts.ts';
import { localTimeIn, type LocalTime } from '../query/time-zone.ts';
import { modelColours, type ModelColours } from './model-colours.ts';

/** What all pages of a render have in common. A change rewrites them, except of `now`. */
export interface SiteContext {
  /** Milliseconds since 1970 UTC: when pages are written. */
  now: number;
  local: LocalTime;
  language: Language;
  /** In that language. */
  texts: Texts;
  /** The store keeps numbers only. */
  noContent: boolean;
  colours: ModelColours;
  /** The site's filter, in words; absent or empty: it shows all sessions. */
  filter?: readonly string[];
  /** The gateways of several stores; undefined: the site is of one store. */
  gateways?: readonly string[] | undefined;
  /** The dimensions by which the store counts. */
  dimensions?: readonly string[];
  /** What rounds cost, by what it was for; undefined: pages do not say. */
  prices?: RoundPrices;
  /** What a round costs by the current price book. */
  moneyOf: (round: Pick<ExpandedRound, 'stored'>) => ShownMoney;
}

/** What a context is made from, in a form that can be sent to workers. */
export interface SiteFacts extends Pick<SiteContext, 'now' | 'noContent' | 'gateways' | 'language'> {
  /** The store, or the stores: for messages, and for workers. */
  dir: string;
  dirs: readonly string[];
  /** The number of each store's commit. */
  commits: readonly number[];
  timeZone: string;
  slots: ReadonlyMap<string, number>;
  priceLines: readonly string[];
  /** Undefined: each cost is in its own currency. */
  currency: AskedCurrency | undefined;
  filter: readonly string[];
  dimensions: readonly string[];
}

export function siteContext(
  {
    now,
    noContent,
    gateways,
    language,
    dir,
    timeZone,
    slots,
    priceLines,
    currency,
    filter,
    dimensions,
  }: SiteFacts,
  texts: Texts,
  local = localTimeIn(timeZone),
): SiteContext {
  const prices = new RoundPrices(priceLines, dir, currency && currencyView(currency));
  return {
    now,
    local,
    language,
    texts,
    noContent,
    gateways,
    filter,
    dimensions,
    colours: modelColours(slots),
    prices,
    moneyOf: remembered(prices.moneyOf),
  };
}

/** A session's pages and its JSON ask for the same rounds. */
function remembered(moneyOf: SiteContext['moneyOf']): SiteContext['moneyOf'] {
  const known = new WeakMap<object, ShownMoney>();
  return (round) => {
    let money = known.get(round.stored);
    if (!money) known.set(round.stored, (money = moneyOf(round)));
    return money;
  };
}
