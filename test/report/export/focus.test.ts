import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, run } from '../../cli/run.ts';
import { readCsv, readRecords } from './make.ts';

const dir = mkdtempSync(join(tmpdir(), 'focus-'));
const store = join(dir, 'store');
afterAll(() => rmSync(dir, { recursive: true }));

const PRICES = {
  models: [
    {
      match: 'tiered',
      input: 1,
      output: 2,
      cache_read: '0.1',
      cache_write: '1.25',
      tiers: [{ above: 1000, input: 3 }],
    },
    { match: 'free', free: true },
  ],
};

beforeAll(async () => {
  const log = join(dir, 'access.log');
  const prices = join(dir, 'prices.json');
  writeFileSync(prices, JSON.stringify(PRICES));
  const round = (time: string, aiLog: Record<string, unknown>): string =>
    line(time, { session_id: 's', ...aiLog });
  const caches = { cached_tokens: 300, cache_creation_input_tokens: 100 };
  writeFileSync(
    log,
    [
      round('2026-02-28T23:59:59.999Z', {
        model: 'tiered',
        input_token: 1000,
        output_token: 5,
        input_token_details: caches,
        consumer: 'bot',
        api: 'chat',
      }),
      round('2026-02-28T00:00:00.000Z', {
        model: 'tiered',
        input_token: 7,
        output_token: 1,
        consumer: 'bot',
        api: 'chat',
      }),
      round('2026-02-28T10:00:00.000Z', {
        model: 'tiered',
        input_token: 1001,
        output_token: 1,
        consumer: 'bot',
        api: 'chat',
      }),
      round('2026-03-01T00:00:00.000Z', { model: 'free', input_token: 9 }),
      round('2026-03-01T00:00:00.000Z', {
        model: '=no\u202e"x',
        input_token: 4,
        output_token: 6,
        consumer: '-ann',
      }),
      round('2026-03-01T00:00:00.000Z', {
        model: 'perplexity/sonar',
        input_token: 2_000_000,
        output_token: 1,
      }),
      round('2026-03-01T00:00:00.000Z', { model: 'tiered' }),
    ].join(''),
  );
  const ran = await run(['parse', '--log-path', log, '--output-dir', store, '--prices', prices]);
  expect(ran.err).toBe('');
});

async function focus(...argv: string[]): Promise<string> {
  const ran = await run([
    'export',
    '-',
    '--format',
    'focus',
    '--data-dir',
    store,
    '--billing-account-id',
    'acme',
    ...argv,
  ]);
  expect(ran).toMatchObject({ code: 0, err: '' });
  return ran.out;
}

const pick = (row: Record<string, string>, ...names: string[]): (string | undefined)[] =>
  names.map((name) => row[name]);

test('every column of a priced row', async () => {
  const argv = ['--billing-account-name', 'Acme', '--billing-account-type', 'Team'];
  const row = readRecords(await focus(...argv)).find(
    ({ x_Model, SkuMeter }) => x_Model === 'tiered' && SkuMeter === 'Cache Read Input Tokens',
  );
  expect(row).toEqual({
    BilledCost: '0.00003',
    BillingAccountId: 'acme',
    BillingAccountName: 'Acme',
    BillingAccountType: 'Team',
    BillingCurrency: 'USD',
    BillingPeriodEnd: '2026-03-01T00:00:00Z',
    BillingPeriodStart: '2026-02-01T00:00:00Z',
    ChargeCategory: 'Usage',
    ChargeClass: '',
    ChargeDescription: 'Cache Read Input Tokens for tiered',
    ChargeFrequency: 'Usage-Based',
    ChargePeriodEnd: '2026-03-01T00:00:00Z',
    ChargePeriodStart: '2026-02-28T00:00:00Z',
    CommitmentDiscountStatus: '',
    ConsumedQuantity: '300.0',
    ConsumedUnit: 'Tokens',
    ContractedCost: '0.00003',
    ContractedUnitPrice: '0.1',
    EffectiveCost: '0.00003',
    HostProviderName: 'unknown',
    InvoiceId: '',
    InvoiceIssuerName: 'unknown',
    ListCost: '0.00003',
    ListUnitPrice: '0.1',
    PricingCategory: 'Standard',
    PricingCurrency: 'USD',
    PricingCurrencyContractedUnitPrice: '0.1',
    PricingCurrencyEffectiveCost: '0.00003',
    PricingCurrencyListUnitPrice: '0.1',
    PricingQuantity: '0.0003',
    PricingUnit: '1000000 Tokens',
    ProviderName: 'unknown',
    PublisherName: 'unknown',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: 'unknown LLM API',
    ServiceProviderName: 'unknown',
    ServiceSubcategory: 'Generative AI',
    SkuId: 'tiered-cache-read',
    SkuMeter: 'Cache Read Input Tokens',
    SkuPriceDetails: '{"x_ModelId":"tiered","x_TokenType":"Cache Read Input"}',
    SkuPriceId: 'tiered-cache-read-standard',
    SubAccountId: 'bot',
    SubAccountName: 'bot',
    SubAccountType: 'Consumer',
    Tags: '{"consumer":"bot","route":"chat"}',
    x_ConsumedTokens: '300.0',
    x_Consumer: 'bot',
    x_CostBound: '',
    x_Model: 'tiered',
    x_RoundCount: '1',
    x_Route: 'chat',
    x_TokenType: 'Cache Read Input',
    x_Unpriced: 'false',
  });
});

test('a tier is a price of its own, so a day has a row for each; rounds of one price are added', async () => {
  const rows = readRecords(await focus('--model', 'tiered'));
  const facts = ['SkuMeter', 'ListUnitPrice', 'ConsumedQuantity', 'BilledCost', 'x_RoundCount'];
  expect(rows.map((row) => pick(row, ...facts))).toEqual([
    ['Input Tokens', '1.0', '607.0', '0.000607', '2'],
    ['Input Tokens', '3.0', '1001.0', '0.003003', '1'],
    ['Cache Read Input Tokens', '0.1', '300.0', '0.00003', '1'],
    ['Cache Write Input Tokens', '1.25', '100.0', '0.000125', '1'],
    ['Output Tokens', '2.0', '7.0', '0.000014', '3'],
  ]);
});

test('an unpriced row has costs of 0, its tokens, and no SKU, quantity, unit or price', async () => {
  const rows = readRecords(await focus()).filter(({ x_Unpriced }) => x_Unpriced === 'true');
  expect(rows.map((row) => pick(row, 'x_TokenType', 'x_ConsumedTokens'))).toEqual([
    ['Input', '4.0'],
    ['Output', '6.0'],
  ]);
  for (const row of rows) {
    const filled = Object.entries(row).filter(([, value]) => value === '');
    expect(filled.map(([name]) => name)).toEqual([
      'BillingAccountName',
      'ChargeClass',
      'CommitmentDiscountStatus',
      'ConsumedQuantity',
      'ConsumedUnit',
      'ContractedUnitPrice',
      'InvoiceId',
      'ListUnitPrice',
      'PricingCurrencyContractedUnitPrice',
      'PricingCurrencyListUnitPrice',
      'PricingQuantity',
      'PricingUnit',
      'SkuId',
      'SkuMeter',
      'SkuPriceDetails',
      'SkuPriceId',
      'x_CostBound',
      'x_Route',
    ]);
    for (const name of ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost'])
      expect(row[name]).toBe('0.0');
    expect(pick(row, 'x_Model', 'SubAccountId', 'BillingAccountType')).toEqual([
      `'=no\\u{202e}"x`,
      "'-ann",
      'Billing Account',
    ]);
    expect(row['Tags']).toBe('{"consumer":"-ann"}');
  }
});

test('free is a price of 0; a price for each request has a row of its own, in thousands', async () => {
  const rows = readRecords(await focus('--since', '2026-03-01'));
  const of = (model: string) => rows.filter(({ x_Model }) => x_Model === model);
  expect(
    of('free').map((row) => pick(row, 'ListUnitPrice', 'BilledCost', 'x_Unpriced', 'SubAccountType', 'Tags')),
  ).toEqual([['0.0', '0.0', 'false', '', '{}']]);
  const request = of('perplexity/sonar').at(-1) ?? {};
  const names = [
    'SkuMeter',
    'ConsumedQuantity',
    'ConsumedUnit',
    'PricingQuantity',
    'PricingUnit',
    'x_TokenType',
    'x_ConsumedTokens',
  ];
  expect(pick(request, ...names)).toEqual(['Requests', '1.0', 'Requests', '0.001', '1000 Requests', '', '']);
  expect(request['SkuPriceDetails']).toBe('{"x_ModelId":"perplexity/sonar"}');
  expect(request['ProviderName']).toBe('Perplexity');
  // A round without token counts has no row.
  expect(of('tiered')).toEqual([]);
});

test('hostile names stay JSON in JSON', async () => {
  const rows = readRecords(await focus());
  for (const row of rows) if (row['SkuPriceDetails'] !== '') JSON.parse(row['SkuPriceDetails'] ?? '');
  expect((await focus()).includes('\u202e')).toBe(false);
});

test.each([
  ['1.2', ['ProviderName', 'PublisherName'], ['HostProviderName', 'ServiceProviderName']],
  ['1.3', ['ProviderName', 'PublisherName', 'HostProviderName', 'ServiceProviderName'], []],
  ['1.4', ['HostProviderName', 'ServiceProviderName'], ['ProviderName', 'PublisherName']],
] as const)(
  'FOCUS %s has its columns in the order of their names, and those of ours last',
  async (version, there, gone) => {
    const [header = []] = readCsv(await focus('--focus-version', version));
    for (const name of there) expect(header).toContain(name);
    for (const name of gone) expect(header).not.toContain(name);
    const own = header.filter((name) => name.startsWith('x_'));
    const theirs = header.filter((name) => !name.startsWith('x_'));
    expect(header).toEqual([...theirs.toSorted(), ...own.toSorted()]);
    expect([theirs.length + gone.length, own.length]).toEqual([45, 8]);
    if (version === '1.3') expect(readCsv(await focus())[0]).toEqual(header);
  },
);

test('without a billing account there is a row all the same, and a warning', async () => {
  const ran = await run(['export', '-', '--format', 'focus', '--data-dir', store]);
  expect(ran).toMatchObject({
    code: 0,
    err: "monitor: BillingAccountId is 'unknown': set it with --billing-account-id\n",
  });
  expect(readRecords(ran.out)[0]).toMatchObject({ BillingAccountId: 'unknown', BillingAccountName: '' });
});
