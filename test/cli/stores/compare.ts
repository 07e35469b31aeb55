import { expect } from 'vitest';
import { atto, readCsv } from '../../report/export/make.ts';
import { run } from '../run.ts';

type Json = Record<string, unknown>;

/** What a report says, whatever the order of equals: a text that is the same for the same answer. */
export type Answer = string;

/** Every report that can be asked of several stores, by its arguments. `sessions`: to be shown one by one. */
export function reportsOf(sessions: readonly string[]): string[][] {
  const period = ['--since', '2026-02-02', '--until', '2026-02-03', '--timezone', 'UTC'];
  return [
    ['list', '--json', '--limit', '0'],
    ['list', '--json', '--limit', '7', '--sort-by', 'tokens'],
    ['list', '--json', '--limit', '0', '--rollup'],
    ['list', '--json', '--limit', '0', '--failed', ...period],
    ['list', '--json', '--limit', '0', '--slower-than', '5s'],
    ['stats-model', '--json', '--health'],
    ['stats-model', '--json', '--group-by', 'date,consumer', ...period],
    ['stats-model', '--json', '--group-by', 'session'],
    ['stats-date', '--json', '--timezone', 'UTC'],
    ['stats-consumer', '--json', '--where', 'model=*gpt*'],
    ['stats-health', '--json', '--group-by', 'hour', '--timezone', 'UTC'],
    ['stats-tool', '--json'],
    ['stats-tool', '--json', ...period],
    ['check', '--json', '--budget-usd', '0.1', '--per', 'total'],
    ['prices', '--json'],
    ['why', '--json', ...period],
    ['compare', '--json', '--period', '2026-02-02', '2026-02-03', '--timezone', 'UTC'],
    ['search', '--json', '--limit', '0', 'the'],
    ['search', '--json', '--limit', '0', 'search', '--tool', '*'],
    ['export', '-', '--format', 'csv'],
    ['export', '-', '--format', 'csv', '--group-by', 'date,model', '--timezone', 'UTC'],
    ['export', '-', '--format', 'ndjson', ...period],
    ['export', '-', '--format', 'ndjson', '--with-messages'],
    ['export', '-', '--format', 'json', '--timezone', 'UTC'],
    ['export', '-', '--format', 'md'],
    ['export', '-', '--format', 'focus'],
    ...sessions.flatMap((id) => [
      ['show', id, '--json'],
      ['show', id, '--rounds', '--json'],
      ['show', id, '--full'],
      ['why', id, '--json'],
      ['export', '-', '--conversation', id, '--format', 'ndjson'],
    ]),
  ];
}

/** The answer of these stores. */
export async function answerOf(report: readonly string[], stores: readonly string[]): Promise<Answer> {
  const { code, out, err } = await run([...report, ...stores.flatMap((dir) => ['--data-dir', dir])]);
  expect([code, 1, 0], `${report.join(' ')}: ${err}`).toContain(code);
  expect(code, err).toBeLessThan(2);
  const warnings = err.split('\n').filter((line) => !line.includes('BillingAccountId'));
  return `${code}\n${warnings.toSorted().join('\n')}\n${comparable(report, out)}`;
}

function comparable(report: readonly string[], out: string): string {
  const [command] = report;
  if (report.includes('focus')) return withoutGateway(out);
  const isRows = command === 'export' && report.includes('csv');
  if (isRows) {
    const isRounds = report.includes('csv') && !report.includes('--group-by');
    // The gateway is the last column.
    const lines = out.split(/\r?\n/).map((line) => (isRounds ? line.replace(/,[^,]*$/, '') : line));
    return lines.toSorted().join('\n');
  }
  const isNdjson = report.includes('ndjson') && !report.includes('--conversation');
  if (isNdjson)
    return out
      .trim()
      .split('\n')
      .map((line) => canonical(JSON.parse(line) as Json))
      .toSorted()
      .join('\n');
  if (report.includes('--json') || report.includes('json')) return canonical(JSON.parse(out) as Json);
  return out
    .split('\n')
    .filter((line) => !/^ *(?:🚪 )?Gateway: /u.test(line))
    .join('\n');
}

/** The columns of a FOCUS export that add up. */
const SUMS =
  /^(?:(?:Billed|Contracted|Effective|List|PricingCurrencyEffective)Cost|(?:Consumed|Pricing)Quantity|x_ConsumedTokens|x_RoundCount)$/;

/** A FOCUS export, summed over its gateways. */
function withoutGateway(out: string): string {
  const [header = [], ...rows] = readCsv(out);
  const sums = new Map<string, bigint[]>();
  for (const row of rows) {
    const places = [...header.keys()];
    const rest = places.filter((i) => !SUMS.test(header[i] ?? '') && header[i] !== 'x_Gateway');
    const key = JSON.stringify(rest.map((i) => row[i]));
    const numbers = places.filter((i) => SUMS.test(header[i] ?? '')).map((i) => atto(row[i] || '0'));
    sums.set(
      key,
      numbers.map((number, i) => number + (sums.get(key)?.[i] ?? 0n)),
    );
  }
  return Array.from(sums, ([key, numbers]) => `${key} ${numbers.join(' ')}`)
    .toSorted()
    .join('\n');
}

/** JSON without what tells the stores apart, with lists of things that have no order of their own sorted. */
function canonical(value: Json): string {
  return JSON.stringify(value, (key, one: unknown) => {
    if (LEFT_OUT.has(key)) return undefined;
    if (SETS.has(key) && Array.isArray(one))
      return one.map((element) => canonical(element as Json)).toSorted();
    if (typeof one === 'object' && one !== null && !Array.isArray(one))
      return Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return one;
  });
}

/** The bytes of a search are those of files. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'gateway',
  'gateways',
  'entry',
  'generated_at',
  'searched_bytes',
]);

const SETS: ReadonlySet<string> = new Set(['rows', 'prices', 'models', 'unpriced', 'hits']);

/** Where two answers begin to differ; empty if they are equal. */
export function difference(a: Answer, b: Answer): string {
  if (a === b) return '';
  let at = 0;
  while (a[at] === b[at]) at++;
  const from = Math.max(0, at - 200);
  return `${a.slice(from, at + 200)}\n--- but as one store ---\n${b.slice(from, at + 200)}`;
}
