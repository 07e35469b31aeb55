import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { run } from '../cli/run.ts';
import type { Engine } from '../engines/engine.ts';
import { makeFolder } from '../platform/make.ts';

/** The lines of the sample log: 154 rounds of 26 sessions. */
export const LINES = ['access.log.1', 'access.log'].flatMap((name) =>
  readFileSync(join('fixtures', name), 'utf8').split(/(?<=\n)/),
);

/** A log and the store of its rounds. */
export interface Place {
  log: string;
  store: string;
}

export function newPlace(name = 'eu-1'): Place {
  const dir = makeFolder();
  writeFileSync(join(dir, 'access.log'), '');
  return { log: join(dir, 'access.log'), store: join(dir, name) };
}

/** Adds lines to the log, and parses it. */
export async function parse(
  { log, store }: Place,
  lines: readonly string[],
  ...rest: string[]
): Promise<void> {
  appendFileSync(log, lines.join(''));
  const { code, err } = await run(['parse', '--log-path', log, '--output-dir', store, ...rest]);
  expect(code, err).toBe(0);
}

/** The totals of stores, from their own report: rounds, sessions, tokens, cost in USD. */
export async function totalsOfStores(...stores: string[]): Promise<number[]> {
  const dirs = stores.flatMap((store) => ['--data-dir', store]);
  const { out, err } = await run(['stats-model', '--json', '--currency', 'none', ...dirs]);
  const { total } = JSON.parse(out) as { total: Record<string, number> };
  const names = ['rounds', 'sessions', 'input_tokens', 'output_tokens', 'cost_usd'];
  return names.map((name) => total[name] ?? expect.fail(`no ${name}: ${err}`));
}

/** The same of a table, as its documentation says that it is to be read. */
export async function totalsOfTable(engine: Engine): Promise<number[]> {
  const answer = await engine.query(
    `SELECT sum(rounds), uniqExact(session), sum(input_tokens), sum(output_tokens), toString(sumIf(cost, currency = 'USD'))
     FROM default.rounds FINAL WHERE rounds > 0 FORMAT TabSeparated`,
  );
  return answer.trim().split('\t').map(Number);
}
