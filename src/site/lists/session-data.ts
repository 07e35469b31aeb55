import { usdOf } from '../../pricing/money.ts';
import { amountsOf, type Row } from '../../query/aggregate.ts';
import { printableId } from '../../platform/clean-text.ts';
import { nameText } from '../model-view.ts';
import type { SiteContext } from '../site-context.ts';
import type { SiteSession } from '../shown-session.ts';
import { sessionWords } from './session-row.ts';

/** A session as data for the list in the browser. Numbers are formatted there, everything else here. */
export type SessionDataRow = [
  /** The page, as a link from the folder `sessions`; empty if there is none. */
  href: string,
  title: string,
  id: string,
  /** As they are shown, the main one first. */
  models: string[],
  /** The colour of the main one. */
  slot: number,
  /** 1 if no round of the main model has a price. */
  isHatched: 0 | 1,
  consumers: string[],
  consumerText: string,
  rounds: number,
  input: number,
  cached: number,
  output: number,
  costText: string,
  /** To sort by, by currency; null if unknown. */
  costs: [currency: string, cost: number][] | null,
  /** `+ 2 unpriced`; can be empty. */
  missing: string,
  /** `2026-11-20T16:21:14+08:00` */
  updated: string,
  /** Tooltip of the cost. */
  costExact: string,
];

/** `sum` is what the session used. */
export function sessionData(session: SiteSession, sum: Row, from: string, site: SiteContext): SessionDataRow {
  const { entry } = session;
  const row = sessionWords(session, sum, from);
  const named = new Set(entry.usage.map(({ consumer }) => consumer).filter((name) => name !== ''));
  return [
    row.href,
    row.title,
    printableId(entry.id),
    row.models.map(nameText),
    site.colours.slotOf(row.models[0]),
    row.isHatched ? 1 : 0,
    Array.from(named, nameText),
    row.consumer,
    entry.rounds,
    sum.input,
    sum.cached,
    sum.output,
    row.cost.text,
    row.cost.isKnown ? costsOf(sum) : null,
    row.cost.missing,
    site.local.isoOf(entry.updated),
    row.cost.exact,
  ];
}

function costsOf(sum: Row): [string, number][] {
  return amountsOf(sum).map(([currency, { cost }]) => [currency, Number(usdOf(cost).toPrecision(8))]);
}
