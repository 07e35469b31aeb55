import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parquetColumns } from '../../src/parquet/columns.ts';
import { run } from '../cli/run.ts';
import { makeFolder } from '../platform/make.ts';
import { duck, exportLake } from './make.ts';

const text = readFileSync('docs/scale.md', 'utf8');
const queries = [...text.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql);
const lines = ['access.log.1', 'access.log'].flatMap((name) =>
  readFileSync(join('fixtures', name), 'utf8').split(/(?<=\n)/),
);

async function storeOf(name: string, own: readonly string[]): Promise<string> {
  const dir = makeFolder();
  const log = join(dir, 'access.log');
  writeFileSync(log, '');
  appendFileSync(log, own.join(''));
  const store = join(dir, name);
  const { code, err } = await run(['parse', '--log-path', log, '--output-dir', store]);
  expect(code, err).toBe(0);
  return store;
}

test("DuckDB's queries in docs/scale.md give the stores' totals", async () => {
  const [byDay = '', onceOnly = ''] = queries;
  expect(queries).toHaveLength(2);
  const lake = join(makeFolder(), 'lake');
  await exportLake(lake, [await storeOf('eu-1', lines)]);
  const days = await duck(byDay.replaceAll('/srv/lake', lake));
  const sumOf = (rows: readonly Record<string, unknown>[], name: string): number =>
    rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0);
  expect([sumOf(days, 'rounds'), sumOf(days, 'unpriced')]).toEqual([154, 5]);
  expect(sumOf(days, 'cost')).toBeCloseTo(0.467, 4);
  // Two folders, of gateways that have half of their lines in common.
  const both = makeFolder();
  for (const [name, own] of [
    ['eu-1', lines.slice(0, 220)],
    ['us-1', lines.slice(80)],
  ] as const) {
    const one = join(makeFolder(), name);
    expect((await exportLake(one, [await storeOf(name, own)])).code).toBe(0);
    renameSync(one, join(both, name));
  }
  const once = await duck(onceOnly.replaceAll('/srv/lake', both));
  expect(sumOf(once, 'cost')).toBeCloseTo(0.467, 4);
});

test("Trino's table in docs/scale.md has the columns of a file, in their order", () => {
  const [, body = ''] = /CREATE TABLE hive\.usage\.rounds \(([^]*?)\n {4}\) WITH/.exec(text) ?? [];
  const types = new Map([
    ['text', 'varchar'],
    ['name', 'varchar'],
    ['time', 'timestamp(3)'],
    ['money', 'decimal(38, 18)'],
    ['money?', 'decimal(38, 18)'],
  ]);
  const columns = parquetColumns(false).map(({ name, kind }) => `${name} ${types.get(kind) ?? 'bigint'}`);
  expect(body.trim().split(/,\s+(?=[a-z_]+ )/)).toEqual([...columns, 'date date']);
});
