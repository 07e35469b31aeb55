import { usdOf } from '../pricing/money.ts';
import { amountsOf, sessionTotals, type Row } from '../query/aggregate.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { printableId } from '../platform/clean-text.ts';
import type { CostView } from './cost-view.ts';
import { nameText } from './model-view.ts';
import { sessionWords } from './session-row.ts';
import type { SiteContext } from './site-context.ts';

/** Sessions as data for the list in the browser, ordered by first round. */
export interface SessionData {
  /** Shown name, and slot of the colour. */
  models: [name: string, slot: number][];
  consumers: string[];
  currencies: string[];
  /** Reasons why costs may be wrong, as lines of text. */
  reasons: string[];
  rows: SessionDataRow[];
  /** Times of this year are shown without it. */
  year: string;
}

/** Numbers are formatted in the browser, everything else here. */
export type SessionDataRow = [
  href: string,
  title: string,
  id: string,
  /** Indexes in `models`, the main one first. */
  models: number[],
  /** 1 if no round of the main model has a price. */
  isHatched: 0 | 1,
  /** Indexes in `consumers`. */
  consumers: number[],
  consumerText: string,
  rounds: number,
  input: number,
  cached: number,
  output: number,
  costText: string,
  /** To sort by, at the index of each currency in `currencies`; null if unknown. */
  costs: number[] | null,
  /** `+ 2 unpriced`; can be empty. */
  missing: string,
  /** `2026-11-20T16:21:14+08:00` */
  updated: string,
  /** Tooltip of the cost, followed by the lines at these indexes in `reasons`. */
  costExact: string,
  ...reasons: number[],
];

/** `from` is the page that shows them. */
export function sessionData(sessions: readonly SessionEntry[], from: string, site: SiteContext): SessionData {
  const models = new Indexes<string>();
  const consumers = new Indexes<string>();
  const currencies = new Indexes<string>();
  const reasons = new Indexes<string>();
  const rows = sessions.map((session): SessionDataRow => {
    const sum = sessionTotals(session);
    const row = sessionWords(session, sum, from);
    const named = new Set(session.usage.map(({ consumer }) => consumer).filter((name) => name !== ''));
    return [
      row.href,
      row.title,
      printableId(session.id),
      row.models.map((model) => models.of(model)),
      row.isHatched ? 1 : 0,
      [...named].map((consumer) => consumers.of(consumer)),
      row.consumer,
      session.rounds,
      sum.input,
      sum.cached,
      sum.output,
      row.cost.text,
      row.cost.isKnown ? costsOf(sum, currencies) : null,
      row.cost.missing,
      site.local.isoOf(session.updated),
      withoutReasons(row.cost),
      ...(row.cost.bounds?.reasons ?? []).map((reason) => reasons.of(reason)),
    ];
  });
  return {
    models: models.all.map((model) => [nameText(model), site.colours.slotOf(model)]),
    consumers: consumers.all.map(nameText),
    currencies: currencies.all,
    reasons: reasons.all,
    rows,
    year: site.local.isoOf(site.now).slice(0, 4),
  };
}

function costsOf(sum: Row, currencies: Indexes<string>): number[] {
  const costs: number[] = [];
  for (const [currency, { cost }] of amountsOf(sum))
    costs[currencies.of(currency)] = Number(usdOf(cost).toPrecision(8));
  return Array.from(costs, (cost = 0) => cost);
}

/** Reasons repeat in many sessions, so they are in `reasons` once. */
function withoutReasons({ exact, bounds }: CostView): string {
  const lines = exact.split('\n');
  return lines.slice(0, lines.length - (bounds?.reasons.length ?? 0)).join('\n');
}

/** Gives each distinct value an index. */
class Indexes<T> {
  readonly #indexes = new Map<T, number>();

  of(value: T): number {
    let index = this.#indexes.get(value);
    if (index === undefined) this.#indexes.set(value, (index = this.#indexes.size));
    return index;
  }

  get all(): T[] {
    return [...this.#indexes.keys()];
  }
}
