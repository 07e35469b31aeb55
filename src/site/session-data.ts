import { usdOf } from '../pricing/money.ts';
import { sessionTotals } from '../query/aggregate.ts';
import type { SessionEntry } from '../store/types.ts';
import { printableId } from '../platform/clean-text.ts';
import { nameText } from './model-view.ts';
import { sessionWords } from './session-row.ts';
import type { SiteContext } from './site-context.ts';

/** Sessions as the browser's list gets them, in the order of their first rounds. */
export interface SessionData {
  /** Name as it is shown, and the slot of its colour. */
  models: [name: string, slot: number][];
  consumers: string[];
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
  /** USD, to sort by; -1 where it is unknown. */
  cost: number,
  /** `+ 2 unpriced`, or nothing. */
  missing: string,
  /** `2026-11-20T16:21:14+08:00` */
  updated: string,
  /** For those who point at the cost. */
  costExact: string,
];

/** `from` is the page that will show them. */
export function sessionData(sessions: readonly SessionEntry[], from: string, site: SiteContext): SessionData {
  const models = new Places<string>();
  const consumers = new Places<string>();
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
      row.cost.isKnown ? Number(usdOf(sum.cost).toPrecision(8)) : -1,
      row.cost.missing,
      site.local.isoOf(session.updated),
      row.cost.exact,
    ];
  });
  return {
    models: models.all.map((model) => [nameText(model), site.colours.slotOf(model)]),
    consumers: consumers.all.map(nameText),
    rows,
    year: site.local.isoOf(site.now).slice(0, 4),
  };
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
