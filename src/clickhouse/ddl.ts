import { ALL_COLUMNS, type Column } from '../rows/columns.ts';
import { quoted, tableOf, type Target } from './target.ts';
import { typeOf, type Dialect } from './types.ts';

/**
 * The statement that makes the table. Rows with one key replace each other, and the one with the highest version counts:
 * read the table with FINAL. A key never spans two partitions.
 */
export function createTable(target: Pick<Target, 'database' | 'table'>, dialect: Dialect): string {
  const columns = ALL_COLUMNS.map((column) => `  ${definitionOf(column, dialect)}`).join(',\n');
  return `CREATE TABLE IF NOT EXISTS ${tableOf(target)} (
${columns}
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(time)
ORDER BY (toDate(time), store, log, place)`;
}

/** For a table that an earlier version made. */
export function addColumn(
  target: Pick<Target, 'database' | 'table'>,
  column: Column,
  dialect: Dialect,
): string {
  return `ALTER TABLE ${tableOf(target)} ADD COLUMN ${definitionOf(column, dialect)}`;
}

function definitionOf({ name, kind }: Column, dialect: Dialect): string {
  return `${quoted(name)} ${typeOf(kind, dialect)}`;
}
