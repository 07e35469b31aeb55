import { exactTime, shortTime } from '../../src/site/clock.ts';
import { currencyOrder } from '../../src/query/currency-order.ts';
import { percent, shortCount, shownCount } from '../../src/site/format.ts';
import type { SessionData, SessionDataRow } from '../../src/site/lists/session-data.ts';

/** A session, ready to be searched, sorted and drawn. */
export interface Session {
  row: SessionDataRow;
  /** Title and id in lower case. */
  text: string;
  models: string[];
  consumers: string[];
  /** By currency; null if unknown. */
  costs: ReadonlyMap<string, number> | null;
  /** Tooltip of the cost. */
  costExact: string;
  slot: number;
  /** Milliseconds since 1970. */
  updated: number;
  year: string;
}

export function sessionsOf(data: SessionData): Session[] {
  const { models, consumers, currencies, rows, year } = data;
  return rows.map((row) => {
    const [
      ,
      title,
      id,
      modelIndexes,
      ,
      consumerIndexes,
      ,
      ,
      ,
      ,
      ,
      ,
      costs,
      ,
      updated,
      costExact,
      ...reasons
    ] = row;
    const lines = reasons.map((index) => `  ${data.reasons[index] ?? ''}`);
    return {
      row,
      text: `${title}\n${id}`.toLowerCase(),
      models: modelIndexes.map((index) => models[index]?.[0] ?? ''),
      consumers: consumerIndexes.map((index) => consumers[index] ?? ''),
      costs: costs && new Map(costs.map((cost, index) => [currencies[index] ?? '', cost])),
      costExact: [costExact, ...lines].join('\n'),
      slot: models[modelIndexes[0] ?? 0]?.[1] ?? 0,
      updated: Date.parse(updated),
      year,
    };
  });
}

export const SORTS = {
  updated: { label: 'Last round', of: ({ updated }: Session) => updated },
  title: { label: 'Session', of: ({ row }: Session) => (row[1] || row[2]).toLowerCase() },
  consumer: { label: 'Consumer', of: ({ row }: Session) => row[6].toLowerCase() },
  model: { label: 'Model', of: ({ models }: Session) => models[0] ?? '' },
  rounds: { label: 'Rounds', of: ({ row }: Session) => row[7] },
  input: { label: 'Input', of: ({ row }: Session) => row[8] },
  cached: { label: 'Cached', of: ({ row }: Session) => (row[8] === 0 ? -1 : row[9] / row[8]) },
  output: { label: 'Output', of: ({ row }: Session) => row[10] },
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

/** Equal sessions are sorted by last round. */
export function sortSessions(sessions: readonly Session[], key: SortKey, isAscending: boolean): Session[] {
  const sign = isAscending ? 1 : -1;
  if (key === 'cost') return byCosts(sessions, sign);
  const { of } = SORTS[key];
  const keyed = sessions.map((session) => ({ session, value: of(session) as number | string }));
  keyed.sort(
    (a, b) =>
      (a.value < b.value ? -sign : a.value > b.value ? sign : 0) || b.session.updated - a.session.updated,
  );
  return keyed.map(({ session }) => session);
}

/**
 * Like compareCosts in src/query: currencies are never added, USD decides, then the others by code. Unknown costs rank
 * below zero.
 */
function byCosts(sessions: readonly Session[], sign: number): Session[] {
  const used = new Set(sessions.flatMap(({ costs }) => (costs ? [...costs.keys()] : [])));
  const currencies = [...used].toSorted(currencyOrder);
  const keyed = sessions.map((session) => {
    const { costs } = session;
    return { session, values: costs ? currencies.map((currency) => costs.get(currency) ?? 0) : [-1] };
  });
  keyed.sort((a, b) => sign * compareLists(a.values, b.values) || b.session.updated - a.session.updated);
  return keyed.map(({ session }) => session);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = (a[i] ?? 0) - (b[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** A row of the table, from the page's template. */
export function drawRow(template: HTMLTemplateElement, session: Session): DocumentFragment {
  const { row, models, costs, costExact, slot, year } = session;
  const [href, title, id, , isHatched, , consumer, rounds, input, cached, output, cost, , missing, updated] =
    row;
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
  (part('.title') as HTMLAnchorElement).href = href;
  fill('.title bdi', title || shortId);
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
  fill('.cost .sum', cost);
  part('.cost .sum').className = `sum${costs ? '' : cost === 'unpriced' ? ' caution' : ' faint'}`;
  fill('.cost .missing', missing);
  const time = part('time') as HTMLTimeElement;
  time.dateTime = updated;
  time.title = exactTime(updated);
  time.textContent = shortTime(updated, year);
  return copy;
}
