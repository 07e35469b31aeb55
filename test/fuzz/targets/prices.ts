import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Finding, type Case, type Random, type Target } from '../case.ts';
import { monitor, monitorJson } from '../monitor.ts';
import { mutateJson } from '../mutate-json.ts';
import { mutateText } from '../mutate-text.ts';
import { prepareStore } from '../store-cases.ts';

const PRICES = {
  models: [
    { match: 'qwen-max*', input: 1.6, output: '6.4', source: 'our contract, 2026-01', currency: 'CNY' },
    {
      match: 'gpt-4o*',
      aliases: ['coder'],
      effective_from: '2026-01-01',
      input: 1,
      output: 5,
      cache_read: 0.1,
      cache_write: 1.25,
      cache_write_1h: 2,
      requests: 3,
      tiers: [{ above: 2000, input: 1.8, output: 9 }],
      service_tiers: { priority: { input: 2.5, output: 20 } },
      hours: [{ start: '16:30', end: '00:30', input: 0.5, weekdays: [1, 2, 3], utc_offset: '+08:00' }],
    },
    { match: 'claude*', input: 3, output: 15, inexact: 'upper' },
    { match: 'claude*', effective_from: '2026-02-04', input: 2, output: 10, output_reasoning: 20 },
    { match: 'deepseek*', free: true },
    { match: '*', input: 1, output: 1 },
  ],
  rates: { CNY: [{ from: '2026-01-01', per_usd: 7.1 }] },
  currencies: { CNY: { usd_per_unit: '0.14', date: '2026-01-10', source: 'our bank' } },
};

/** Rates that a price file may have. */
const RATES: readonly unknown[] = [
  0,
  1e-18,
  '0.000000000000000001',
  1e-30,
  0.1,
  '1.1',
  1e6,
  1e12,
  '99999999',
  1e21,
];

/** A price file with members, numbers, dates and names changed. */
export const target: Target = { mostSteps: 4, prepare: prepareStore, run: runPrices };

async function runPrices({ folder, prepared, random, steps, note }: Case): Promise<void> {
  const [prices, log, dir] = [join(folder, 'prices.json'), join(folder, 'access.log'), join(folder, 'store')];
  let text = JSON.stringify(PRICES);
  for (const step of steps) text = changed(text, step);
  writeFileSync(prices, text);
  note(text.slice(0, 3000));
  copyFileSync(join(prepared, 'access.log'), log);
  const options = random.pick([[], [], ['--price-list', 'cn'], ['--currency', 'CNY'], ['--currency', 'USD']]);
  const argv = ['parse', '--log-path', log, '--output-dir', dir, '--prices', prices, ...options];
  const { code } = await monitor(argv);
  await monitor(['doctor', '--log-path', log, '--data-dir', dir, '--prices', prices]);
  if (code !== 0) return;
  const reports = [
    ['list', '--limit', '0'],
    ['stats-model'],
    ['stats-date', '--since', '2026-01-01'],
    ['prices'],
    ['prices', 'gpt-4o'],
    ['check', '--budget-usd', '1', '--per', 'total'],
  ];
  for (const report of reports) {
    expectCosts(await monitorJson([...report, '--data-dir', dir]), report[0] ?? '');
    await monitor([...report, '--data-dir', dir]);
  }
  await monitor(['export', '-', '--format', random.pick(['csv', 'focus', 'md']), '--data-dir', dir]);
  await monitor(['prices', '--refresh', '--dry-run', '--data-dir', dir]);
}

/** With another rate, mostly: nothing is stored with a price file that has an error. */
function changed(text: string, random: Random): string {
  const rates = [
    ...text.matchAll(/"(?:(?:in|out)put|cache_\w+|requests|per_usd|usd_per_unit)":("?[\d.]+"?)/g),
  ];
  if (random.chance(0.3) || rates.length === 0)
    return random.chance(0.9) ? mutateJson(text, random) : mutateText(text, random);
  const match = random.pick(rates);
  const [whole, rate = ''] = match;
  const [start, end] = [match.index + whole.length - rate.length, match.index + whole.length];
  return text.slice(0, start) + JSON.stringify(random.pick(RATES)) + text.slice(end);
}

/** A cost is a number that is not negative, or null. */
function expectCosts(value: unknown, path: string): void {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) expectCosts(item, `${path}[${i}]`);
  if (typeof value !== 'object' || value === null) {
    if (/cost/.test(path) && typeof value === 'number' && !(value >= 0 && Number.isFinite(value)))
      throw new Finding(`${path} is ${value}`);
    if (/cost/.test(path) && typeof value === 'string' && /NaN|Infinity|^-/.test(value))
      throw new Finding(`${path} is ${value}`);
    return;
  }
  for (const [key, member] of Object.entries(value)) expectCosts(member, `${path}.${key}`);
}
