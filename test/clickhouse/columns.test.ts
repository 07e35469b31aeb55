import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COLUMNS, CONTENT_COLUMNS, type Column } from '../../src/rows/columns.ts';
import { typeOf } from '../../src/clickhouse/types.ts';

const text = readFileSync('docs/clickhouse.md', 'utf8');

/** The rows of the table behind a line, without the padding. */
function rowsBehind(line: string): string[] {
  const [, rest = ''] = text.split(line);
  const [, table = ''] = /\n(\|[^]*?)\n\n/.exec(rest) ?? [];
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.replaceAll(/ +\| */g, ' | ').trim());
}

function rowOf({ name, kind, meaning }: Column): string {
  return `| \`${name}\` | \`${typeOf(kind, 'current')}\` | ${meaning} |`;
}

test('docs/clickhouse.md has every column, its type and its meaning, in the order of the table', () => {
  expect(rowsBehind('The columns:')).toEqual(COLUMNS.map(rowOf));
  expect(rowsBehind('With `--with-content` there are also:')).toEqual(CONTENT_COLUMNS.map(rowOf));
});
