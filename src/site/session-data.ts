import { usdOf } from '../pricing/money.ts';
import { amountsOf, sessionTotals, type Row } from '../query/aggregate.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { printableId } from '../platform/clean-text.ts';
import type { CostView } from './cost-view.ts';
import { nameText } from './model-view.ts';
import { sessionWords } from './session-row.ts';
import type { SiteContext } from './site-context.ts';

/** Sessions as the browser's list gets them, in the order of their first rounds. */
export interface SessionData {
  /** Name as it is shown, and the slot of its colour. */
  models: [name: string, slot: number][];
  consumers: string[];
  currencies: string[];
  /** Lines of reasons why a cost may be wrong. */
  reasons: string[];
  rows: SessionDataRow[];
  /** The year that goes without saying. */
  year: string;
}

/** What is shown is text where it took more than a number to write it; the browser writes numbers as we do. */
export type SessionDataRow = [
  href: string,
  title: string,
  id: string,
  /** The shown one's place in `models`, then all others'. */
  models: number[],
  /** 1 where no round of the shown model has a price. */
  isHatched: 0 | 1,
  /** Places in `consumers`. */
  consumers: number[],
  consumerText: string,
  rounds: number,
  input: number,
  cached: number,
  output: number,
  costText: string,
  /** To sort by, each at the place of its currency in `currencies`; null where none is known. */
  costs: number[] | null,
  /** `+ 2 unpriced`, or nothing. */
  missing: string,
  /** `2026-11-20T16:21:14+08:00` */
  updated: string,
  /** For those who point at the cost; the reasons stand at these places in `reasons`. */
  costExact: string,
  ...reasons: number[],
];

/** `from` is the page that will show them. */
export function sessionData(sessions: readonly SessionEntry[], from: string, site: SiteContext): SessionData {
  const models = new Places<string>();
  const consumers = new Places<string>();
  const currencies = new Places<string>();
  const reasons = new Places<string>();
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

function costsOf(sum: Row, currencies: Places<string>): number[] {
  const costs: number[] = [];
  for (const [currency, { cost }] of amountsOf(sum))
    costs[currencies.of(currency)] = Number(usdOf(cost).toPrecision(8));
  return Array.from(costs, (cost = 0) => cost);
}

/** Many sessions have the same reasons: they are told once. */
function withoutReasons({ exact, bounds }: CostView): string {
  const lines = exact.split('\n');
  return lines.slice(0, lines.length - (bounds?.reasons.length ?? 0)).join('\n');
}

/** Values numbered as they come. */
class Places<T> {
  readonly #places = new Map<T, number>();

  of(value: T): number {
    let place = this.#places.get(value);
    if (place === undefined) this.#places.set(value, (place = this.#places.size));
    return place;
  }

  get all(): T[] {
    return [...this.#places.keys()];
  }
}
