import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { expect } from 'vitest';
import { run, type Ran } from '../cli/run.ts';

let connection: DuckDBConnection | undefined;

/** The rows of a query, each value as DuckDB prints it in JSON: whole numbers and decimals are texts. */
export async function duck(sql: string): Promise<Record<string, unknown>[]> {
  connection ??= await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const result = await connection.runAndReadAll(sql);
  return result.getRowObjectsJson();
}

/** A dataset as engines name it. */
export function dataset(dir: string): string {
  return `read_parquet('${dir}/date=*/*.parquet', hive_partitioning = true)`;
}

export async function exportLake(dir: string, stores: readonly string[], ...rest: string[]): Promise<Ran> {
  return await run([
    'export',
    '--format',
    'parquet',
    dir,
    ...stores.flatMap((store) => ['--data-dir', store]),
    ...rest,
  ]);
}

/** The names of the dataset's files, with their days. */
export function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.startsWith('date=') && name.includes('/'))
    .toSorted();
}

const COUNTS = ['rounds', 'input_tokens', 'output_tokens', 'reasoning_tokens', 'cached_tokens'];
const KEYS = ['date', 'gateway', 'model', 'consumer'];

/** What the files add up to by day, gateway, model and consumer, as texts. */
export async function lakeSums(dir: string): Promise<string[]> {
  if (!existsSync(dir) || filesOf(dir).length === 0) return [];
  const sums = [...COUNTS, 'cache_write_tokens'].map((name) => `sum(${name})::BIGINT::VARCHAR`);
  const rows = await duck(`
    SELECT date::VARCHAR, gateway, model, coalesce(consumer, ''), ${sums.join(', ')},
      coalesce(sum(rounds) FILTER (price_state = 'unpriced'), 0)::BIGINT::VARCHAR,
      coalesce(sum(cost) FILTER (currency = 'USD'), 0)::DECIMAL(38, 18)::VARCHAR,
      coalesce(sum(saved) FILTER (currency = 'USD'), 0)::DECIMAL(38, 18)::VARCHAR
    FROM ${dataset(dir)} GROUP BY ALL`);
  return rows.map((row) => Object.values(row).join(' | ')).toSorted();
}

/** The same, as the stores' own report has it. */
export async function storeSums(stores: readonly string[]): Promise<string[]> {
  const { code, out, err } = await run([
    'export',
    '-',
    '--format',
    'ndjson',
    '--group-by',
    KEYS.join(','),
    '--timezone',
    'UTC',
    '--currency',
    'none',
    ...stores.flatMap((store) => ['--data-dir', store]),
  ]);
  expect(code, err).toBe(0);
  return out
    .trim()
    .split('\n')
    .map((line) => {
      // Amounts stay texts: as numbers they would not be exact.
      const row = JSON.parse(line.replaceAll(/("(?:cost|saved)_usd":)([^,}]+)/g, '$1"$2"')) as Row;
      const counts = [...COUNTS, 'cache_write_tokens', 'unpriced_rounds'];
      return [
        ...[...KEYS, ...counts].map((key) => row[key] ?? ''),
        ...['cost_usd', 'saved_usd'].map((key) => decimal(String(row[key]))),
      ].join(' | ');
    })
    .toSorted();
}

type Row = Record<string, string | number | null>;

/** With 18 decimals. */
function decimal(text: string): string {
  const [whole = '', part = ''] = (text === 'null' ? '0' : text).split('.');
  return `${whole}.${part.padEnd(18, '0')}`;
}

/** Compares the files with the stores' own report: counts, sums, what is unpriced, and costs to the last digit. */
export async function expectEqual(dir: string, stores: readonly string[]): Promise<void> {
  const sums = await storeSums(stores);
  expect(sums.length).toBeGreaterThan(0);
  expect(await lakeSums(dir)).toEqual(sums);
}

export function lakePath(folder: string): string {
  return join(folder, 'lake');
}
