import { exactTime, shortTime } from '../../src/site/clock.ts';
import { currencyOrder } from '../../src/query/currency-order.ts';
import { parseSessionKey } from '../../src/query/session-key.ts';
import { percent, shortCount, shownCount } from '../../src/site/format.ts';
import type { SessionDataRow } from '../../src/site/lists/session-data.ts';
import { costText } from './cost-text.ts';
import type { SessionPart } from '../../src/site/lists/session-parts.ts';
import { dayOf } from './days.ts';

/** A session, ready to be searched, sorted and drawn. */
export interface Session {
  row: SessionDataRow;
  /** Title and id in lower case. */
  text: string;
  models: readonly string[];
  /** The same, then those that are not shown: parts have their numbers. */
  names: readonly string[];
  consumers: readonly string[];
  /** Values of dimensions: parts have their numbers. */
  values: readonly (readonly (string | 0)[])[];
  /** Of its key; empty if it has none. */
  agent: string;
  channel: string;
  /** Its key names a session that it is a part of. */
  isBelow: boolean;
  /** By currency; null if unknown. */
  costs: ReadonlyMap<string, number> | null;
  /** Milliseconds since 1970. */
  updated: number;
  /** Its date in the site's time zone, as a number of days since 1970. */
  lastDay: number;
  /** What it used by day, model and consumer, once a filter has asked. */
  parts?: SessionPart[];
  /** The figures are those of a part of its rounds, and the texts of their cost are still to be written. */
  isPart?: true;
}

export function sessionOf(row: SessionDataRow): Session {
  const [
    ,
    title,
    id,
    models,
    ,
    ,
    consumers,
    ,
    ,
    ,
    ,
    ,
    ,
    costs,
    ,
    updated,
    ,
    ,
    ,
    ,
    unnamed = [],
    values = [],
  ] = row;
  const key = parseSessionKey(id);
  return {
    row,
    text: `${title}\n${id}`.toLowerCase(),
    models,
    names: unnamed.length > 0 ? [...models, ...unnamed] : models,
    consumers,
    values,
    agent: key?.agent ?? '',
    channel: key?.channel ?? '',
    isBelow: (key?.parent ?? null) !== null,
    costs: costs && new Map(costs),
    updated: Date.parse(updated),
    lastDay: dayOf(updated.slice(0, 10)) ?? 0,
  };
}

export const SORTS = {
  updated: { label: 'Last round', of: ({ updated }: Session) => updated },
  title: { label: 'Session', of: ({ row }: Session) => (row[1] || row[2]).toLowerCase() },
  consumer: { label: 'Consumer', of: ({ row }: Session) => row[7].toLowerCase() },
  model: { label: 'Model', of: ({ models }: Session) => models[0] ?? '' },
  rounds: { label: 'Rounds', of: ({ row }: Session) => row[8] },
  input: { label: 'Input', of: ({ row }: Session) => row[9] },
  cached: { label: 'Cached', of: ({ row }: Session) => (row[9] === 0 ? -1 : row[10] / row[9]) },
  output: { label: 'Output', of: ({ row }: Session) => row[11] },
  // Sorted by byCosts.
  cost: { label: 'Cost', of: () => 0 },
} as const;

export type SortKey = keyof typeof SORTS;

export function isSortKey(text: string): text is SortKey {
  return Object.hasOwn(SORTS, text);
}

/** Which way a column is sorted first: text from A to Z, numbers and times from the largest. */
export function startsAscending(key: SortKey): boolean {
  return key === 'title' || key === 'consumer' || key === 'model';
}

/** How two sessions compare by a column. Equal ones are ordered by last round. */
export function comparator(
  sessions: readonly Session[],
  key: SortKey,
  isAscending: boolean,
): (a: Session, b: Session) => number {
  const sign = isAscending ? 1 : -1;
  if (key === 'cost') return byCosts(sessions, sign);
  const values = new Map<Session, number | string>();
  const { of } = SORTS[key];
  const valueOf = (session: Session): number | string => {
    let value = values.get(session);
    if (value === undefined) values.set(session, (value = of(session)));
    return value;
  };
  return (a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    return (left < right ? -sign : left > right ? sign : 0) || byUpdated(a, b);
  };
}

/** The latest first; equal times by id. */
function byUpdated(a: Session, b: Session): number {
  return b.updated - a.updated || (a.row[2] < b.row[2] ? -1 : 1);
}

/**
 * Like compareCosts in src/query: currencies are never added, USD decides, then the others by code. Unknown costs rank
 * below zero.
 */
function byCosts(sessions: readonly Session[], sign: number): (a: Session, b: Session) => number {
  const used = new Set(sessions.flatMap(({ costs }) => (costs ? [...costs.keys()] : [])));
  const currencies = [...used].toSorted(currencyOrder);
  return (a, b) => sign * compareCosts(a, b, currencies) || byUpdated(a, b);
}

function compareCosts({ costs: a }: Session, { costs: b }: Session, currencies: readonly string[]): number {
  if (!a || !b) return Number(a !== null) - Number(b !== null);
  for (const currency of currencies) {
    const order = (a.get(currency) ?? 0) - (b.get(currency) ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** A row of the table, from the page's template. */
export function drawRow(
  template: HTMLTemplateElement,
  { row, models, isPart }: Session,
  { base, year }: { base: string; year: string },
): DocumentFragment {
  const [
    href,
    title,
    id,
    ,
    slot,
    isHatched,
    ,
    consumer,
    rounds,
    input,
    cached,
    output,
    cost,
    costs,
    ...rest
  ] = row;
  const updated = rest[1];
  const text = isPart ? costText({ costs, flags: rest[3], unpriced: rest[4] }) : undefined;
  const { text: sum, missing, exact: costExact } = text ?? { text: cost, missing: rest[0], exact: rest[2] };
  const copy = template.content.cloneNode(true) as DocumentFragment;
  const part = (selector: string): HTMLElement => copy.querySelector(selector) as HTMLElement;
  const fill = (selector: string, text: string): void => void (part(selector).textContent = text);
  const count = (selector: string, value: number): void => {
    const shown = shownCount(value);
    fill(selector, shown.text);
    part(selector).title = shown.exact;
  };
  const shortId = id.length > 200 ? `${id.slice(0, 199)}…` : id;
  const others = models.slice(1);
  fill('.title bdi', title || shortId);
  const link = part('.title');
  if (href === '') link.replaceWith(withoutLink(link));
  else (link as HTMLAnchorElement).href = `${base}${href}`;
  fill('.id bdi', title === '' ? '' : shortId);
  fill('.consumer bdi', consumer);
  part('.square').className = `square m${slot}${isHatched ? ' hatched' : ''}`;
  fill('.model-name', models[0] ?? '');
  fill('.others-short', others.length === 0 ? '' : `+ ${others.length}`);
  fill('.rounds-text', `${shortCount(rounds)} ${rounds === 1 ? 'round' : 'rounds'}`);
  fill('.others bdi', others.length === 0 ? '' : `+ ${others.join(', ')}`);
  count('.rounds', rounds);
  count('.input', input);
  fill('.cached', percent(cached, input));
  count('.output', output);
  part('.cost').title = costExact;
  fill('.cost .sum', sum);
  part('.cost .sum').className = `sum${costs ? '' : sum === 'unpriced' ? ' caution' : ' faint'}`;
  fill('.cost .missing', missing);
  const time = part('time') as HTMLTimeElement;
  time.dateTime = updated;
  time.title = exactTime(updated);
  time.textContent = shortTime(updated, year);
  return copy;
}

/** A session without a page. */
function withoutLink(link: HTMLElement): HTMLElement {
  const text = document.createElement('span');
  text.className = link.className;
  text.append(...link.childNodes);
  return text;
}
