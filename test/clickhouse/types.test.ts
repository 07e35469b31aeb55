import { expect, test } from 'vitest';
import { COLUMNS } from '../../src/rows/columns.ts';
import type { Row } from '../../src/rows/row.ts';
import { lineWriter } from '../../src/clickhouse/tsv.ts';
import { createTable } from '../../src/clickhouse/ddl.ts';
import { literal, quoted } from '../../src/clickhouse/target.ts';
import { dialectOf, fits } from '../../src/clickhouse/types.ts';

test('the version of a server decides about the types', () => {
  const versions = [
    '18.16.1',
    '19.17.10.1',
    '20.2.9',
    '20.3',
    '20.3.1.1',
    '26.7.2.1',
    '100.1',
    '20',
    '1.1.54388',
  ];
  expect(versions.map(dialectOf).join(' ')).toBe('old old old current current current current old old');
  for (const none of ['', 'nginx', 'v26', '<html>']) expect(dialectOf(none)).toBeUndefined();
});

test('a table that somebody made may have other types of texts and times, and no other numbers', () => {
  expect(fits('name', 'String')).toBe(true);
  expect(fits('text', 'LowCardinality(String)')).toBe(true);
  expect(fits('name', 'Nullable(String)')).toBe(false);
  for (const type of ["DateTime64(3, 'UTC')", "DateTime('UTC')"]) expect(fits('time', type)).toBe(true);
  // In the zone of the server, the rows' text would be another time.
  for (const type of ['DateTime', 'DateTime64(3)', "DateTime('Asia/Shanghai')", 'DateTime64(6)', 'Date'])
    expect(fits('time', type)).toBe(false);
  expect(fits('money?', 'Nullable(Decimal(38,18))')).toBe(true);
  expect(fits('money?', 'Nullable(Decimal(18, 9))')).toBe(false);
  expect(fits('count', 'UInt64')).toBe(true);
  expect(fits('count', 'Int32')).toBe(false);
});

test('the statement has the types of the server, and names that end nothing', () => {
  const target = { database: 'a`b', table: 'c\\' };
  expect(createTable(target, 'current')).toContain("  `time` DateTime64(3, 'UTC'),\n");
  expect(createTable(target, 'old')).toContain("  `time` DateTime('UTC'),\n");
  expect(createTable(target, 'old')).not.toMatch(/LowCardinality|DateTime64/);
  expect(createTable(target, 'old')).toMatch(/^CREATE TABLE IF NOT EXISTS `a\\`b`\.`c\\\\` \(\n/);
  expect(quoted('x')).toBe('`x`');
  expect(literal("it's \\")).toBe(String.raw`'it\'s \\'`);
});

test('a time that the type does not have is at the end of its range; time_ms has it as it is', () => {
  const columns = COLUMNS.filter(({ name }) => name === 'time' || name === 'time_ms');
  const line = (dialect: 'old' | 'current', iso: string): string =>
    lineWriter(columns, dialect)({ time: Date.parse(iso) } as Row, 1);
  expect(line('current', '2026-02-01T00:00:00.001Z')).toBe('2026-02-01 00:00:00.001\t1769904000001\n');
  expect(line('old', '2026-02-01T00:00:00.999Z')).toBe('2026-02-01 00:00:00\t1769904000999\n');
  expect(line('current', '1815-06-18T12:00:00Z')).toBe('1900-01-01 00:00:00.000\t-4876804800000\n');
  expect(line('old', '1969-12-31T23:59:59Z')).toBe('1970-01-01 00:00:00\t-1000\n');
  expect(line('current', '2500-01-01T00:00:00Z')).toMatch(/^2299-12-31 00:00:00\.000\t/);
  expect(line('old', '2500-01-01T00:00:00Z')).toMatch(/^2105-12-31 00:00:00\t/);
});
