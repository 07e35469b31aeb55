import { exactUsd } from '../../pricing/money.ts';
import { amountsOf, emptyRow, isUsdKnown, type Row } from '../../query/aggregate.ts';
import { boundReasonCounts, sumBound } from '../../query/costs.ts';
import { failedRounds } from '../../query/failures.ts';
import { DIMENSION_PREFIX, KEY_FIELDS, NOT_RECORDED, type GroupKey } from '../../query/group-keys.ts';
import { MEASURES } from '../../query/measures.ts';
import { namesJson } from '../../query/names-json.ts';
import type { Stats } from '../../query/grouping.ts';
import { csvText, NOT_RECORDED_CELL, textCell, type Cell } from './csv.ts';

/** The sums of a group, by the keys of the statistics' JSON. Costs are exact; null if none is known. */
const SUMS: readonly (readonly [field: string, of: (row: Row) => number | string | null])[] = [
  ['sessions', (row) => row.sessions],
  ...MEASURES.map(({ name, field }) => [field, (row: Row) => row[name]] as const),
  ['cost_usd', (row) => (isUsdKnown(row) ? exactUsd(row.cost) : null)],
  ['unpriced_rounds', (row) => row.unpricedRounds],
  ['saved_usd', (row) => (isUsdKnown(row) ? exactUsd(row.saved) : null)],
];

const FAILURES: readonly (readonly [field: string, of: (row: Row) => number])[] = [
  ['failed_rounds', ({ failures }) => failedRounds(failures)],
  ['uncounted_rounds', ({ failures }) => failures.uncounted],
];

/** The costs of a sum besides its cost in USD, as JSON. Amounts are exact. */
export function costFields(row: Row): [field: string, json: string][] {
  const { bound, lowerRounds, upperRounds } = sumBound(row);
  const { converted } = row;
  const own = amountsOf({ ...row, converted: null });
  const isWhole = converted && [...converted.amounts.keys()].every((currency) => currency === converted.to);
  return [
    ['costs', objectJson(own.map(([currency, { cost }]) => [currency, exactUsd(cost)] as const))],
    ['cost_bound', JSON.stringify(bound)],
    ['lower_bound_rounds', String(lowerRounds)],
    ['upper_bound_rounds', String(upperRounds)],
    ['bound_reasons', JSON.stringify(Object.fromEntries(boundReasonCounts(row)))],
    ['currency', JSON.stringify(converted?.to ?? null)],
    ['cost', isWhole ? exactUsd(converted.amounts.get(converted.to)?.cost ?? 0n) : 'null'],
  ];
}

/** One row for each group. There is no total row, so the sum of a column is right. */
export function groupsCsv({ keys, rows }: Stats): Generator<string> {
  const fields = [...SUMS, ...costFields(emptyRow()), ...FAILURES].map(([field]) => field);
  const cells = rows.map(({ names, row }) => [
    ...names.map((name) => textCell(name === NOT_RECORDED ? NOT_RECORDED_CELL : name)),
    ...SUMS.map(([, of]) => decimalCell(of(row))),
    ...costFields(row).map(([, json]) => jsonCell(json)),
    ...FAILURES.map(([, of]) => of(row)),
  ]);
  return csvText([...keys.map((key) => columnOf(key, fields)), ...fields], cells);
}

/** A dimension's column has its name, unless another column has. */
function columnOf(key: GroupKey, fields: readonly string[]): string {
  if (typeof key === 'string') return KEY_FIELDS[key];
  const isTaken = fields.includes(key.tag) || Object.values(KEY_FIELDS).includes(key.tag);
  return textCell(isTaken ? DIMENSION_PREFIX + key.tag : key.tag) ?? '';
}

/** Objects stay JSON; a string loses its quotes, and null is empty. */
function jsonCell(json: string): Cell {
  if (json === 'null') return null;
  if (json.startsWith('"')) return textCell(JSON.parse(json) as string);
  return json.startsWith('{') ? textCell(json) : { decimal: json };
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
    const named = Object.entries(namesJson(keys, names)).map(jsonField);
    const sums = SUMS.map(([field, of]): [string, string] => [field, String(of(row))]);
    const failures = FAILURES.map(([field, of]) => jsonField([field, of(row)]));
    yield objectJson([...named, ...sums, ...costFields(row), ...failures]);
  }
}

function jsonField([field, value]: [field: string, value: unknown]): [field: string, json: string] {
  return [field, JSON.stringify(value)];
}

/** An object from the JSON of its values, in this order: a Map's keys may be anything, `__proto__` too. */
export function objectJson(entries: Iterable<readonly [key: string, json: string]>): string {
  return `{${Array.from(entries, ([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}
