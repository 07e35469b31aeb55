import type { Row } from '../../query/aggregate.ts';
import { printableId } from '../../platform/clean-text.ts';
import { NOT_RECORDED } from '../../query/group-keys.ts';
import { tagReader } from '../../query/tags.ts';
import { nameText } from '../model-view.ts';
import type { SiteContext } from '../site-context.ts';
import type { SiteSession } from '../shown-session.ts';
import { costsOf, flagsOf, sessionParts, toolFlags, type SessionPart } from './session-parts.ts';
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
  /** What it can be filtered by: see FLAG. */
  flags: number,
  unpricedRounds: number,
  /** 0 if there is only one: then all was on the day of the last round, with its model, for its consumer. */
  parts?: SessionPart[] | 0,
  /** Models of the parts that are not shown: what the log has if it names none. */
  unnamed?: string[],
  /** The values that parts have, in the order of the store's dimensions; 0: the store did not record it. */
  values?: DimensionValues[],
];

type DimensionValues = (string | 0)[];

/** `sum` is what the session used. */
export function sessionData(session: SiteSession, sum: Row, from: string, site: SiteContext): SessionDataRow {
  const { entry } = session;
  const row = sessionWords(session, sum, from, site);
  const models = new Names(row.models);
  const consumers = new Names(entry.usage.map(({ consumer }) => consumer).filter((name) => name !== ''));
  const values = new Values(site.dimensions ?? []);
  const parts = sessionParts(entry, site.local, {
    values: (tags) => values.numberOf(tags),
    model: (name) => models.numberOf(name),
    consumer: (name) => (name === '' ? NOBODY : consumers.numberOf(name)),
  });
  const unnamed = models.names.slice(row.models.length);
  const isPlain = parts.length === 1 && unnamed.length === 0;
  const data: SessionDataRow = [
    row.href,
    row.title,
    printableId(entry.id),
    row.models.map(nameText),
    site.colours.slotOf(row.models[0]),
    row.isHatched ? 1 : 0,
    consumers.names.map(nameText),
    row.consumer,
    entry.rounds,
    sum.input,
    sum.cached,
    sum.output,
    row.cost.text,
    costsOf(sum),
    row.cost.missing,
    site.local.isoOf(entry.updated),
    row.cost.exact,
    flagsOf(entry.usage, sum) | toolFlags(entry),
    sum.unpricedRounds,
  ];
  const more = [isPlain ? 0 : parts, unnamed.map(nameText), values.all] as const;
  const needed = values.all.length > 0 ? 3 : unnamed.length > 0 ? 2 : isPlain ? 0 : 1;
  return [...data, ...more.slice(0, needed)] as unknown as SessionDataRow;
}

/** The distinct values of all dimensions that cells have, by their number. */
class Values {
  readonly #readers: ((cell: { tags: string }) => string)[];
  readonly #numbers = new Map<string, number>();
  readonly all: DimensionValues[] = [];

  constructor(dimensions: readonly string[]) {
    this.#readers = dimensions.map((tag) => tagReader({ tag, absent: NOT_RECORDED }));
  }

  numberOf(tags: string): number {
    if (this.#readers.length === 0) return 0;
    const values = this.#readers.map((valueOf) => {
      const value = valueOf({ tags });
      return value === NOT_RECORDED ? 0 : nameText(value);
    });
    const key = JSON.stringify(values);
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.all.push(values) - 1));
    return number;
  }
}

/** The number of no consumer. */
const NOBODY = -1;

/** Names by their number. New ones are added. */
class Names {
  readonly names: string[];
  readonly #numbers: Map<string, number>;

  constructor(names: readonly string[]) {
    this.names = [...new Set(names)];
    this.#numbers = new Map(this.names.map((name, i) => [name, i]));
  }

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
