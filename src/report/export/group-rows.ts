import { exactUsd } from '../../pricing/money.ts';
import { isCostKnown, type Row } from '../../query/aggregate.ts';
import { KEY_FIELDS } from '../group-keys.ts';
import type { Stats } from '../grouping.ts';
import { csvText, textCell, type Cell } from './csv.ts';

/** What a group used, by the names of the statistics' JSON. Costs are exact; null where none is known. */
const SUMS: readonly (readonly [field: string, of: (row: Row) => number | string | null])[] = [
  ['sessions', (row) => row.sessions],
  ['rounds', (row) => row.rounds],
  ['input_tokens', (row) => row.input],
  ['output_tokens', (row) => row.output],
  ['reasoning_tokens', (row) => row.reasoning],
  ['cached_tokens', (row) => row.cached],
  ['cache_write_tokens', (row) => row.cacheWrite],
  ['cost_usd', (row) => (isCostKnown(row) ? exactUsd(row.cost) : null)],
  ['unpriced_rounds', (row) => row.unpricedRounds],
  ['saved_usd', (row) => (isCostKnown(row) ? exactUsd(row.saved) : null)],
];

/** One row for each group; the total is no row, so that a sum over a column is one. */
export function groupsCsv({ keys, rows }: Stats): Generator<string> {
  const header = [...keys.map((key) => KEY_FIELDS[key]), ...SUMS.map(([field]) => field)];
  const cells = rows.map(({ names, row }) => [
    ...names.map(textCell),
    ...SUMS.map(([, of]) => decimalCell(of(row))),
  ]);
  return csvText(header, cells);
}

function decimalCell(value: number | string | null): Cell {
  return typeof value === 'string' ? { decimal: value } : value;
}

/** Each group as a JSON object on a line of its own. */
export function* groupsNdjson(stats: Stats): Generator<string> {
  for (const object of groupObjects(stats)) yield `${object}\n`;
}

/** The JSON of each group, its names first; null where the log named none. */
export function* groupObjects({ keys, rows }: Stats): Generator<string> {
  for (const { names, row } of rows) {
    const named = keys.map((key, i): [string, string] => [KEY_FIELDS[key], JSON.stringify(names[i] || null)]);
    yield objectJson([...named, ...SUMS.map(([field, of]): [string, string] => [field, String(of(row))])]);
  }
}

/** An object from the JSON of its values, in this order: a Map's keys may be anything, `__proto__` too. */
export function objectJson(entries: Iterable<readonly [key: string, json: string]>): string {
  return `{${Array.from(entries, ([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}
