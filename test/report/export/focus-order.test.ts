import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { line, run } from '../../cli/run.ts';
import { makeFolder } from '../../platform/make.ts';
import { readRecords } from './make.ts';

// In which order the rows of a FOCUS export are, and which rounds share one. Each log is in the opposite order.

interface Part {
  day?: string;
  model?: string;
  input?: number;
  output?: number;
  consumer?: string;
  api?: string;
  /** The connection closed before the answer was complete: its cost is a lower bound. */
  isAborted?: true;
}

function logLine({
  day = '2026-02-02',
  model = 'm',
  input = 0,
  output = 0,
  consumer,
  api,
  isAborted,
}: Part): string {
  const round = { session_id: 's', model, input_token: input, output_token: output, consumer, api };
  const text = line(`${day}T12:00:00Z`, round);
  return isAborted ? text.replace('"response_code":"200"', '"response_code":"0"') : text;
}

/** The rows that rounds make, parsed one price file after the other, by these columns. */
async function rowsOf(
  parses: [models: object[], parts: Part[]][],
  ...columns: string[]
): Promise<(string | undefined)[][]> {
  const folder = makeFolder();
  const [log, prices, store] = ['access.log', 'prices.json', 'store'].map((name) => join(folder, name));
  let text = '';
  for (const [models, parts] of parses) {
    text += parts.map(logLine).join('');
    writeFileSync(log ?? '', text);
    writeFileSync(prices ?? '', JSON.stringify({ models }));
    const argv = ['--log-path', log, '--data-dir', store, '--prices', prices] as string[];
    expect((await run(['parse', ...argv, '--quiet'])).code).toBe(0);
  }
  const argv = ['export', '-', '--format', 'focus', '--billing-account-id', 'a', '--data-dir', store ?? ''];
  return readRecords((await run(argv)).out).map((row) => columns.map((column) => row[column]));
}

const price = (match: string, more: object = {}): object => ({ match, input: 1, output: 2, ...more });

test('by day, then provider, then model, then meter', async () => {
  const rows = await rowsOf(
    [
      [
        [price('qwen-b'), price('qwen-a'), price('claude-a')],
        [
          { day: '2026-02-02', model: 'qwen-a', output: 1 },
          { day: '2026-02-01', model: 'claude-a', output: 1, input: 1 },
          { day: '2026-02-01', model: 'qwen-b', output: 1, input: 1 },
          { day: '2026-02-01', model: 'qwen-a', output: 1 },
        ],
      ],
    ],
    'ChargePeriodStart',
    'InvoiceIssuerName',
    'SkuId',
  );
  expect(rows).toEqual([
    ['2026-02-01T00:00:00Z', 'Alibaba Cloud', 'qwen-a-output'],
    ['2026-02-01T00:00:00Z', 'Alibaba Cloud', 'qwen-b-input'],
    ['2026-02-01T00:00:00Z', 'Alibaba Cloud', 'qwen-b-output'],
    ['2026-02-01T00:00:00Z', 'Anthropic', 'claude-a-input'],
    ['2026-02-01T00:00:00Z', 'Anthropic', 'claude-a-output'],
    ['2026-02-02T00:00:00Z', 'Alibaba Cloud', 'qwen-a-output'],
  ]);
});

test('then by consumer, then route; rounds without one come first, and each has a row of its own', async () => {
  const rows = await rowsOf(
    [
      [
        [price('m')],
        [
          { output: 1, consumer: 'b', api: 'x' },
          { output: 2, consumer: 'a', api: 'y' },
          { output: 3, consumer: 'a', api: 'x' },
          { input: 4, consumer: 'b', api: 'y' },
          { output: 5, api: 'y' },
          { output: 6 },
          { output: 7, consumer: 'a', api: 'y' },
        ],
      ],
    ],
    'x_TokenType',
    'x_Consumer',
    'x_Route',
    'x_ConsumedTokens',
    'x_RoundCount',
  );
  expect(rows).toEqual([
    ['Input', 'b', 'y', '4.0', '1'],
    ['Output', '', '', '6.0', '1'],
    ['Output', '', 'y', '5.0', '1'],
    ['Output', 'a', 'x', '3.0', '1'],
    ['Output', 'a', 'y', '9.0', '2'],
    ['Output', 'b', 'x', '1.0', '1'],
  ]);
});

test('then by currency, bound and unit price; what nobody knows a price of comes before all prices', async () => {
  const tiered = price('m', { tiers: [{ above: 1000, input: 3 }] });
  const rows = await rowsOf(
    [
      [[tiered], [{ input: 1001 }, { input: 10, isAborted: true }, { input: 20 }]],
      [[], [{ input: 40 }]],
      [[price('m', { currency: 'CNY' })], [{ input: 80 }]],
    ],
    'BillingCurrency',
    'x_CostBound',
    'ListUnitPrice',
    'x_Unpriced',
    'x_ConsumedTokens',
    'BilledCost',
  );
  expect(rows).toEqual([
    ['CNY', '', '1.0', 'false', '80.0', '0.00008'],
    ['USD', '', '', 'true', '40.0', '0.0'],
    ['USD', '', '1.0', 'false', '20.0', '0.00002'],
    ['USD', '', '3.0', 'false', '1001.0', '0.003003'],
    ['USD', 'lower', '1.0', 'false', '10.0', '0.00001'],
  ]);
});

test('a month ends where the next begins, in December and in February of a leap year too', async () => {
  const rows = await rowsOf(
    [[[price('m')], ['2026-12-31', '2024-02-29', '2026-01-01'].map((day) => ({ day, output: 1 }))]],
    'BillingPeriodStart',
    'BillingPeriodEnd',
    'ChargePeriodStart',
    'ChargePeriodEnd',
  );
  const midnight = (days: string[]): string[] => days.map((day) => `${day}T00:00:00Z`);
  expect(rows).toEqual([
    midnight(['2024-02-01', '2024-03-01', '2024-02-29', '2024-03-01']),
    midnight(['2026-01-01', '2026-02-01', '2026-01-01', '2026-01-02']),
    midnight(['2026-12-01', '2027-01-01', '2026-12-31', '2027-01-01']),
  ]);
});
