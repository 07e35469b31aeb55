import { expect, test } from 'vitest';
import {
  dateOf,
  dateOfPartition,
  fileName,
  partitionName,
  rangeOfName,
} from '../../src/parquet/file-name.ts';

test('a name of a file says which exports it covers, and no other name does', () => {
  expect(rangeOfName(fileName({ from: 3, to: 7 }))).toEqual({ from: 3, to: 7 });
  expect(rangeOfName('rounds-0-1.parquet')).toEqual({ from: 0, to: 1 });
  for (const name of [
    'rounds-3-3.parquet',
    'rounds-03-7.parquet',
    'rounds-3-7.parquet.tmp',
    'rounds-a-b.parquet',
  ])
    expect(rangeOfName(name), name).toBeUndefined();
});

test('a folder is named after a day in UTC', () => {
  expect(dateOfPartition(partitionName('2026-02-03'))).toBe('2026-02-03');
  for (const name of ['2026-02-03', 'date=2026-2-3', 'date=2026-02-03x'])
    expect(dateOfPartition(name)).toBeUndefined();
  expect(dateOf(Date.parse('2026-02-03T23:59:59.999Z'))).toBe('2026-02-03');
  expect(dateOf(Date.parse('2026-02-04T00:00:00Z'))).toBe('2026-02-04');
  expect(dateOf(-1)).toBe('1969-12-31');
});

test('days that not every engine reads are the first or the last that each does', () => {
  expect(dateOf(Date.parse('-000001-01-01T00:00:00Z'))).toBe('0001-01-01');
  expect(dateOf(Date.parse('+012345-01-01T00:00:00Z'))).toBe('9999-12-31');
});
