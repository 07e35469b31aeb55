import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../cli/run.ts';
import { sessionLines, Talk, type Said } from './session/make.ts';

const PRICES = {
  models: [
    { match: 'test-usd', input: 1, output: 10 },
    { match: 'test-cny', currency: 'CNY', input: 4, output: 12 },
    { match: 'lower-cny', currency: 'CNY', input: 4, output: 12, inexact: 'search-fee' },
    { match: 'upper-usd', input: 1, output: 10, inexact: 'upper' },
    { match: 'claude-free', free: true },
    { match: 'claude-test', input: 1, output: 10, cache_read: 0.1, cache_write: 1.25 },
  ],
};

const FROM = Date.parse('2026-02-01T09:00:00Z');
const HOUR = 3_600_000;

/** Rounds of these models, each with a million input tokens and 100,000 output tokens: $2.00, or ¥5.20. */
export function talkOf(...models: string[]): Said[] {
  const talk = new Talk('be brief');
  return models.map((model, i) =>
    talk.ask(`question ${i + 1}`).answer(`answer ${i + 1}`, [], {
      model,
      input_token: 1_000_000,
      output_token: 100_000,
      total_token: 1_100_000,
    }),
  );
}

/** A store in `dir` with sessions by id, each an hour after the previous one, made by the real `monitor parse`. */
export async function moneyStore(dir: string, sessions: Record<string, Said[]>): Promise<string> {
  const [log, prices, store] = ['access.log', 'prices.json', 'store'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  const lines = Object.entries(sessions).flatMap(([id, said], i) => sessionLines(id, said, FROM + i * HOUR));
  writeFileSync(log, lines.join(''));
  writeFileSync(prices, JSON.stringify(PRICES));
  const ran = await run(['parse', '--log-path', log, '--output-dir', store, '--prices', prices]);
  if (ran.code !== 0) throw new Error(ran.err);
  return store;
}

/** Costs in two currencies, inexact in both directions. */
export const MIXED = {
  'usd-dear': talkOf('test-usd', 'test-usd', 'test-usd'),
  'cny-dear': talkOf(...Array.from({ length: 4 }, () => 'test-cny')),
  'usd-cheap': talkOf('test-usd'),
  'cny-cheap': talkOf('lower-cny'),
  mixed: talkOf('test-usd', 'lower-cny', 'upper-usd', 'no-price'),
  unpriced: talkOf('no-price'),
  'cache-unknown': talkOf('claude-test'),
};
