import type { SchemaElement } from 'hyparquet';
import { InputOutputError } from '../platform/errors.ts';
import { COLUMNS, CONTENT_COLUMNS, type Column, type ColumnKind } from '../rows/columns.ts';
import type { Row } from '../rows/row.ts';

/** Amounts are bigints, in 10⁻¹⁸. */
export type ParquetValue = string | number | bigint | null;

export interface ParquetColumn {
  name: string;
  kind: ColumnKind;
  isNullable: boolean;
  value: (row: Row) => ParquetValue;
}

/**
 * Not in a dataset: a file is replaced as a whole, so rows have no versions; a time is exact; and a reader of Parquet has
 * the columns that the counters are made of.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(['version', 'time_ms', 'counter_ids', 'counter_values']);

/** Texts that are unknown if they are empty. In the others, an empty text says that there is nothing. */
const UNKNOWN_IF_EMPTY: ReadonlySet<string> = new Set([
  'identity',
  'consumer',
  'api',
  'request_id',
  'chat_id',
  'response_type',
  ...CONTENT_COLUMNS.map(({ name }) => name),
]);

/** The columns of a dataset's files. The day is not among them: it is in the name of the folder. */
export function parquetColumns(withContent: boolean): ParquetColumn[] {
  const columns = withContent ? [...COLUMNS, ...CONTENT_COLUMNS] : COLUMNS;
  return columns.filter(({ name }) => !LEFT_OUT.has(name)).map(toParquet);
}

function toParquet({ name, kind, value }: Column): ParquetColumn {
  const isUnknownIfEmpty = UNKNOWN_IF_EMPTY.has(name);
  const isNullable = isUnknownIfEmpty || kind.endsWith('?');
  return { name, kind, isNullable, value: valueOf };

  function valueOf(row: Row): ParquetValue {
    if (kind === 'money' || kind === 'money?') return moneyOf(name, row, kind);
    const found = value(row, 0);
    if (typeof found === 'object' || (isUnknownIfEmpty && found === '')) return null;
    return found;
  }
}

/** The highest amount that fits, in 10⁻¹⁸. */
const MOST = 10n ** 38n;

/** As stored: the text of the shared column would have to be read back. */
function moneyOf(name: string, { cell, session }: Row, kind: 'money' | 'money?'): bigint | null {
  if (kind === 'money?' && (cell.price === 'unpriced' || cell.price === 'no-usage')) return null;
  const amount = name === 'saved' ? cell.saved : cell.cost;
  if (amount < MOST && amount > -MOST) return amount;
  throw new InputOutputError(
    `a round of the session ${JSON.stringify(session)} costs more than a Parquet DECIMAL(38,18) holds. ` +
      'Correct its price: see monitor prices --refresh',
  );
}

/** The schema of the columns, with both the names of types that old readers know and those that new ones do. */
export function parquetSchema(columns: readonly ParquetColumn[]): SchemaElement[] {
  return [{ name: 'round', num_children: columns.length }, ...columns.map(elementOf)];
}

function elementOf({ name, kind, isNullable }: ParquetColumn): SchemaElement {
  const repetition_type = isNullable ? 'OPTIONAL' : 'REQUIRED';
  if (kind === 'text' || kind === 'name')
    return {
      name,
      type: 'BYTE_ARRAY',
      converted_type: 'UTF8',
      logical_type: { type: 'STRING' },
      repetition_type,
    };
  if (kind === 'time')
    return {
      name,
      type: 'INT64',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      repetition_type,
    };
  if (kind === 'money' || kind === 'money?') {
    const digits = { precision: 38, scale: 18 };
    return {
      name,
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 16,
      converted_type: 'DECIMAL',
      logical_type: { type: 'DECIMAL', ...digits },
      ...digits,
      repetition_type,
    };
  }
  return { name, type: 'INT64', repetition_type };
}
