import type { ExpandedRound } from '../session-format/stored-round.ts';
import { currencyView, type AskedCurrency } from '../query/currency.ts';
import { roundMoney, type ShownMoney } from '../query/round-money.ts';
import { localTimeIn, type LocalTime } from '../query/time-zone.ts';
import { modelColours, type ModelColours } from './model-colours.ts';

/** What all pages of one render have in common. All but `now` is part of what the manifest keeps for all pages. */
export interface SiteContext {
  /** Milliseconds since 1970 UTC; the pages written now say so. */
  now: number;
  local: LocalTime;
  /** The store keeps numbers only. */
  noContent: boolean;
  colours: ModelColours;
  /** What a round costs by the price book as it stands. */
  moneyOf: (round: Pick<ExpandedRound, 'stored'>) => ShownMoney;
}

/** What a context is made of, as one thread can tell it to another. */
export interface SiteFacts extends Pick<SiteContext, 'now' | 'noContent'> {
  /** The store. */
  dir: string;
  timeZone: string;
  slots: ReadonlyMap<string, number>;
  priceLines: readonly string[];
  /** Undefined: each cost is in its own. */
  currency: AskedCurrency | undefined;
}

export function siteContext(
  { now, noContent, dir, timeZone, slots, priceLines, currency }: SiteFacts,
  local = localTimeIn(timeZone),
): SiteContext {
  return {
    now,
    local,
    noContent,
    colours: modelColours(slots),
    moneyOf: roundMoney(priceLines, dir, currency && currencyView(currency)),
  };
}
