import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { run, type Ran } from '../cli/run.ts';
import type { Engine } from '../engines/engine.ts';
import { makeFolder } from '../platform/make.ts';

/** A store of a gateway that has read these lines. */
export async function storeOf(
  gateway: string,
  lines: readonly string[],
  ...options: string[]
): Promise<string> {
  const dir = join(makeFolder(), gateway);
  mkdirSync(dir, { recursive: true });
  const log = join(dir, 'access.log');
  const store = join(dir, 'store');
  writeFileSync(log, lines.join(''));
  await done('parse', '--log-path', log, '--output-dir', store, '--gateway', gateway, ...options);
  return store;
}

/** Runs a command that must succeed. */
export async function done(...argv: string[]): Promise<Ran> {
  const ran = await run(argv);
  expect(ran.code, `${argv.join(' ')}: ${ran.err}`).toBe(0);
  return ran;
}

/** The address of a table, as `--source` takes it. */
export function addressOf({ url }: Pick<Engine, 'url'>, table = 'rounds'): string {
  return `${url.replace('http:', 'clickhouse:')}/default/${table}`;
}

export async function pushTo(engine: Engine, stores: readonly string[], ...options: string[]): Promise<void> {
  for (const store of stores)
    await done(
      'push',
      'clickhouse',
      '--url',
      engine.url,
      '--data-dir',
      store,
      '--create',
      '--retries',
      '0',
      ...options,
    );
}

/** Expects that a table answers as the stores that were pushed to it, to the last character. */
export async function expectSame(
  engine: Engine,
  stores: readonly string[],
  reports: readonly (readonly string[])[],
): Promise<void> {
  for (const report of reports) {
    const local = await run([...report, ...stores.flatMap((dir) => ['--data-dir', dir])]);
    const pushed = await run([...report, '--source', addressOf(engine)]);
    expect(written(pushed), report.join(' ')).toEqual(written(local));
  }
}

function written({ code, out, err }: Ran): Ran {
  return { code, out: out.replace(/"generated_at":"[^"]*"/, ''), err };
}

/** Reports that an engine has all numbers for. */
export const REPORTS: readonly (readonly string[])[] = [
  ['stats-model'],
  ['stats-model', '--json', '--health'],
  ['stats-date', '--days', '30'],
  ['stats-date', '--json', '--since', '2026-02-02T10:07', '--until', '2026-02-04', '--timezone', 'UTC'],
  ['stats-date', '--json', '--days', '3', '--timezone', 'Asia/Kathmandu'],
  ['stats-gateway', '--json'],
  ['stats-consumer', '--json', '--where', 'model=*GPT*', '--where', 'model!=*2024*'],
  ['stats-model', '--json', '--group-by', 'date,consumer,gateway'],
  ['stats-model', '--json', '--group-by', 'department,week,month'],
  ['stats-model', '--json', '--group-by', 'service_tier,api,hour'],
  ['stats-model', '--json', '--group-by', 'agent,channel'],
  ['stats-gateway', '--json', '--group-by', 'session,hour', '--since', '2026-02-03'],
  ['stats-model', '--json', '--session', 'AGENT:*', '--group-by', 'date'],
  ['stats-model', '--where', 'department=SE*'],
  ['stats-model', '--json', '--where', 'department!=search', '--consumer', 'OFFICE'],
  ['stats-model', '--model', 'gpt-4x'],
  ['stats-model', '--json', '--where', 'department=nobody'],
  ['stats-model', '--agent', 'mian'],
  ['stats-date', '--since', '2030-01-01'],
  ['stats-model', '--group-by', 'nothing'],
  ['stats-model', '--gateway', 'B', '--json'],
  ['stats-model', '--gateway', 'nope'],
  ['stats-health', '--group-by', 'hour'],
  ['stats-health', '--json', '--group-by', 'model,date', '--days', '2'],
  ['stats-model', '--strict'],
  ['check', '--json', '--budget-usd', '0.1', '--per', 'total'],
  ['check', '--budget-tokens', '10', '--per', 'day'],
  ['check', '--budget-usd', '0.1', '--consumer', 'nobody'],
  ['export', '-', '--format', 'csv', '--group-by', 'date,model'],
  ['export', '-', '--format', 'ndjson', '--group-by', 'department,gateway'],
  ['export', '-', '--format', 'md', '--where', 'department=search'],
  ['export', '-', '--format', 'json', '--group-by', 'session'],
  ['list', '--limit', '5'],
  ['list', '--json', '--limit', '3', '--sort-by', 'created', '--days', '2'],
  ['list', '--json', '--limit', '4', '--sort-by', 'rounds'],
  ['list', '--json', '--limit', '7', '--sort-by', 'tokens'],
  ['list', '--json', '--limit', '0', '--sort-by', 'cost'],
  ['list', '--json', '--limit', '0', '--rollup'],
  ['list', '--json', '--model', 'GPT-4O-2024-08-06'],
  ['list', '--json', '--where', 'department=search', '--agent', 'main'],
  ['list', '--json', '--failed'],
  ['list', '--json', '--status', '5xx'],
  ['list', '--json', '--search', 'sess_'],
  ['list', '--agent', 'nobody'],
  ['list', '--pruned'],
];
