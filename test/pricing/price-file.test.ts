import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { growthOf, LINEAR } from '../growth.ts';
import { InputOutputError, UsageError } from '../../src/platform/errors.ts';
import { findInPriceFile, matchesGlob, parsePriceFile, readPriceFile } from '../../src/pricing/price-file.ts';

const parse = (models: unknown) => parsePriceFile(JSON.stringify({ models }), '/etc/prices.json');
const sourceOf = async (models: unknown, model: string) =>
  findInPriceFile(await parse(models), model)?.source;

describe('an entry', () => {
  test('with everything it can say', async () => {
    const entry = {
      match: 'Qwen-Max*',
      aliases: ['QM'],
      effective_from: '2026-01-01',
      input: 1.6,
      output: '6.4',
      cache_read: 0.16,
      cache_write: 2,
      tiers: [
        { above: 256000, input: 4 },
        { above: 128000, output: 12, cache_read: '0.2', cache_write: 3 },
      ],
      source: 'Alibaba, 2026-01-01',
    };
    expect(findInPriceFile(await parse([entry]), 'qwen-MAX-latest')).toMatchObject({
      source: 'prices.json qwen-max* (Alibaba, 2026-01-01)',
      schedule: {
        prices: [
          {
            from: '2026-01-01',
            input: 1.6,
            output: '6.4',
            cache_read: 0.16,
            cache_write: 2,
            tiers: [
              { above: 128000, output: 12, cache_read: '0.2', cache_write: 3 },
              { above: 256000, input: 4 },
            ],
          },
        ],
      },
    });
  });
  test('can be free', async () => {
    const found = findInPriceFile(await parse([{ match: 'local', free: true }]), 'local');
    expect(found?.schedule).toEqual({ prices: [{ free: true }] });
  });
  test('can be in another currency, which becomes USD exactly', async () => {
    const document = {
      $schema: 'https://example.com/prices.schema.json',
      currencies: { CNY: { usd_per_unit: '0.1484', date: '2026-08-26', source: 'the bank' } },
      models: [
        {
          match: 'm',
          currency: 'CNY',
          input: 0.8,
          output: '16',
          output_reasoning: 20,
          tiers: [{ above: 32000, input: 1e-7 }],
          source: 'our contract',
          seen: '2026-09-01',
        },
        { match: 'n', currency: 'USD', input: 0.8, seen: '2026-09-02' },
      ],
    };
    const file = await parsePriceFile(JSON.stringify(document), 'p.json');
    expect(findInPriceFile(file, 'm')).toMatchObject({
      source: 'p.json m (our contract, seen 2026-09-01, 1 CNY = 0.1484 USD of 2026-08-26)',
      schedule: {
        prices: [
          {
            input: '0.11872',
            output: '2.3744',
            output_reasoning: '2.968',
            tiers: [{ above: 32000, input: '0.00000001484' }],
          },
        ],
      },
    });
    expect(findInPriceFile(file, 'n')).toMatchObject({
      source: 'p.json n (seen 2026-09-02)',
      schedule: { prices: [{ input: 0.8 }] },
    });
  });
  test('entries of one match are one schedule, oldest first', async () => {
    const file = await parse([
      { match: 'm', effective_from: '2026-03-01T00:00:00+08:00', input: 3 },
      { match: 'M', input: 1 },
      { match: 'm', effective_from: '2026-01-01', free: true, aliases: ['other'] },
    ]);
    const prices = [
      { input: 1 },
      { from: '2026-01-01', free: true },
      { from: '2026-03-01T00:00:00+08:00', input: 3 },
    ];
    expect(findInPriceFile(file, 'm')?.schedule).toEqual({ prices });
    expect(findInPriceFile(file, 'other')?.schedule).toEqual({ prices });
  });
});

describe('a model is found', () => {
  const models = [
    { match: 'a*', input: 1 },
    { match: 'ab*', input: 2 },
    { match: 'abc', input: 3, aliases: ['abd'] },
    { match: 'a*c', input: 4 },
  ];
  test.each([
    ['abc', 'abc'],
    ['ABC', 'abc'],
    ['abd', 'abc'],
    ['abx', 'ab*'],
    ['abxc', 'ab*'],
    ['axc', 'a*c'],
    ['ax', 'a*'],
  ])('%s by %s: exactly, as an alias, by the longest glob', async (model, match) => {
    expect(await sourceOf(models, model)).toBe(`prices.json ${match}`);
  });
  test('or not', async () => {
    expect(await sourceOf(models, 'xabc')).toBeUndefined();
    expect(await sourceOf([{ match: 'abc', input: 1 }], 'abcd')).toBeUndefined();
  });
});

describe('a glob', () => {
  test.each([
    ['*', '', true],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a--b--c', true],
    ['a*b*c', 'a--c--b', false],
    ['a*b*b', 'ab', false],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['[a]', 'a', false],
  ])('%s on "%s": %s', (glob, name, expected) => expect(matchesGlob(glob, name)).toBe(expected));

  test('does not backtrack', () => {
    const hostile = (size: number): [string, string] => [`${'a*'.repeat(size / 20)}b`, 'a'.repeat(size)];
    const match = (given: [string, string]): void => expect(matchesGlob(...given)).toBe(false);
    expect(growthOf(50_000, hostile, match)).toBeLessThan(LINEAR);
  });
});

describe('an error names file, entry, field and what was expected', () => {
  const rate = 'expected a rate per 1M tokens: 0 or a positive number, or a decimal text such as "0.28"';
  test.each([
    [{ match: 'm', input: -1 }, `models[0] (m) input: ${rate}`],
    [{ match: 'm', input: '1,5' }, `models[0] (m) input: ${rate}`],
    [{ match: 'm', output: null }, `models[0] (m) output: ${rate}`],
    [{ match: 'm', input: 1, cache_reed: 2 }, 'models[0] (m): unknown field "cache_reed"'],
    [{ input: 1 }, 'models[0] match: expected a model name, with * for any text'],
    [{ match: ' ', input: 1 }, 'models[0] ( ) match: expected a model name, with * for any text'],
    [{ match: 'm' }, 'models[0] (m): expected input or output (USD per 1M tokens), or "free": true'],
    [
      { match: 'm', cache_read: 1 },
      'models[0] (m): expected input or output (USD per 1M tokens), or "free": true',
    ],
    [{ match: 'm', free: true, input: 1 }, 'models[0] (m): expected "free": true or rates, not both'],
    [{ match: 'm', free: false, input: 1 }, 'models[0] (m) free: expected true, or leave the field out'],
    [{ match: 'm', input: 1, aliases: 'x' }, 'models[0] (m) aliases: expected a list of model names'],
    [
      { match: 'm', input: 1, aliases: ['x', 'y*'] },
      'models[0] (m) aliases[1]: expected a model name without *',
    ],
    [
      { match: 'm', input: 1, effective_from: '2026-1-1' },
      'models[0] (m) effective_from: expected an ISO date such as',
    ],
    [
      { match: 'm', input: 1, effective_from: '2026-02-30' },
      'models[0] (m) effective_from: expected an ISO date such as',
    ],
    [
      { match: 'm', input: 1, tiers: [{ above: 1.5, input: 1 }] },
      'models[0] (m) tiers[0].above: expected a whole number',
    ],
    [
      { match: 'm', input: 1, tiers: [{ above: 5 }] },
      'models[0] (m) tiers[0]: expected a rate next to above',
    ],
    [
      { match: 'm', input: 1, tiers: [{ above: 5, inpt: 1 }] },
      'models[0] (m) tiers[0]: unknown field "inpt"',
    ],
    [
      {
        match: 'm',
        input: 1,
        tiers: [
          { above: 5, input: 1 },
          { above: 5, input: 2 },
        ],
      },
      'models[0] (m) tiers: expected no two tiers above the same number',
    ],
    ['m', 'models[0]: expected an entry: {"match": "qwen-max*", "input": 1.6, "output": 6.4}'],
  ])('%j', async (entry, message) => {
    const failure = await parse([entry]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toContain(`/etc/prices.json is not a price file:\n  ${message}`);
  });

  const cny = { usd_per_unit: '0.14', date: '2026-01-10', source: 'the bank' };
  test.each([
    [
      { models: [{ match: 'm', input: 1, hours: [{ start: '9:00', end: '12:00', input: 2 }] }] },
      'models[0] (m) hours[0].start: expected a time of day such as "09:00"',
    ],
    [
      { models: [{ match: 'm', input: 1, hours: [{ start: '09:00', end: '12:00' }] }] },
      'models[0] (m) hours[0]: expected a rate next to start and end',
    ],
    [
      {
        models: [
          { match: 'm', input: 1, hours: [{ start: '09:00', end: '12:00', weekdays: [0], input: 2 }] },
        ],
      },
      'models[0] (m) hours[0].weekdays[0]: expected weekdays from 1 (Monday) to 7 (Sunday), each once',
    ],
    [
      { models: [{ match: 'm', input: 1, service_tiers: { flex: { tiers: [] } } }] },
      'models[0] (m) service_tiers.flex: expected a rate',
    ],
    [
      { models: [{ match: 'm', free: true, searches: 10 }] },
      'models[0] (m): expected "free": true or rates, not both',
    ],
    [
      { models: [{ match: 'm', input: 1, inexact: 'maybe' }] },
      'models[0] (m) inexact: expected "search-fee", "unverified", "upper" or "lower"',
    ],
    [
      { rates: { CNY: [{ from: '2026-01-01', per_usd: 0 }] }, models: [] },
      'rates[CNY] [0].per_usd: expected how much of the currency one USD is worth, such as 7.1',
    ],
    [
      {
        rates: {
          CNY: [
            { from: '2026-01-01', per_usd: 7 },
            { from: '2026-01-01', per_usd: 8 },
          ],
        },
        models: [],
      },
      'rates[CNY]: expected no two rates from the same date',
    ],
    [
      { rates: { USD: [{ from: '2026-01-01', per_usd: 7 }] }, models: [] },
      'rates: expected no rate for USD itself',
    ],
    [
      { models: [{ match: 'm', input: 1, currency: 'yuan' }] },
      'models[0] (m) currency: expected a currency code of three capital letters, such as "CNY"',
    ],
    [{ models: [{ match: 'm', input: 1, seen: 'May' }] }, 'models[0] (m) seen: expected a date such as'],
    [
      { currencies: { CNY: { ...cny, usd_per_unit: 0 } }, models: [] },
      'currencies[CNY] usd_per_unit: expected USD for one unit of the currency, such as "0.14"',
    ],
    [
      { currencies: { CNY: { ...cny, usd_per_unit: '0.0' } }, models: [] },
      'currencies[CNY] usd_per_unit: expected USD for one unit of the currency, such as "0.14"',
    ],
    [
      { currencies: { CNY: { ...cny, source: undefined } }, models: [] },
      'currencies[CNY] source: expected where the rate is from, as text',
    ],
    [{ $schema: 1, models: [] }, '$schema: expected the address of a JSON schema'],
  ])('%j', async (document, message) => {
    const failure = await parsePriceFile(JSON.stringify(document), 'p.json').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(String(failure)).toContain(`p.json is not a price file:\n  ${message}`);
  });

  test('every problem is told at once', async () => {
    const entries = [
      { match: 'a', input: -1 },
      { match: 'b', output: 'x' },
    ];
    await expect(parse(entries)).rejects.toThrow(/models\[0\] \(a\) input[^]*models\[1\] \(b\) output/);
  });
  test('two prices at one time', async () => {
    const twice = [
      { match: 'm', input: 1 },
      { match: 'M', input: 2 },
    ];
    await expect(parse(twice)).rejects.toThrow('/etc/prices.json: two entries match "m" from the beginning');
    const from = { effective_from: '2026-01-01' };
    const dated = [
      { match: 'm', input: 1, ...from },
      { match: 'm', input: 2, ...from },
    ];
    await expect(parse(dated)).rejects.toThrow('two entries match "m" from 2026-01-01 on');
  });
  test('one alias of two models', async () => {
    const shared = [
      { match: 'a', input: 1, aliases: ['x'] },
      { match: 'b', input: 2, aliases: ['X'] },
    ];
    await expect(parse(shared)).rejects.toThrow(
      '/etc/prices.json: "x" is an alias of "a" and of "b". Keep one.',
    );
  });
  test('an alias that is another entry', async () => {
    const shared = [
      { match: 'x', input: 1 },
      { match: 'b', input: 2, aliases: ['X'] },
    ];
    await expect(parse(shared)).rejects.toThrow(
      '/etc/prices.json: "x" is an alias of "b" and an entry of its own. Keep one.',
    );
    await expect(parse([{ match: 'b', input: 2, aliases: ['B'] }])).resolves.toBeDefined();
  });
  test.each(['[]', '{}', 'null', '{"models":{}}', '{"models":[],"version":1}'])('%s', async (text) => {
    await expect(parsePriceFile(text, 'p.json')).rejects.toThrow(/^p\.json is not a price file:\n {2}\S/);
  });
  test('text that is no JSON', async () => {
    await expect(parsePriceFile('{models', 'p.json')).rejects.toThrow(
      /^p\.json is not a price file: it is not JSON/,
    );
  });
});

test('a currency without a rate in the file stays what it is; hours and service tiers are prices of their own', async () => {
  const file = await parse([
    {
      match: 'm',
      effective_from: '2026-08-17',
      currency: 'CNY',
      input: 3,
      output: 6,
      tiers: [{ above: 10, input: 4 }],
      hours: [{ start: '09:00', end: '12:00', utc_offset: '+08:00', weekdays: [1, 2], input: '6' }],
      service_tiers: { Flex: { input: 1.5 } },
      inexact: 'unverified',
    },
  ]);
  const price = {
    from: '2026-08-17',
    currency: 'CNY',
    inexact: 'unverified',
    input: 3,
    output: 6,
    tiers: [{ above: 10, input: 4 }],
    service_tiers: { flex: { input: 1.5 } },
  };
  const daily = { start: '09:00', end: '12:00', weekdays: [1, 2], utc_offset: '+08:00' };
  expect(findInPriceFile(file, 'm')?.schedule.prices).toEqual([price, { ...price, input: '6', daily }]);
});

describe('readPriceFile', () => {
  test('reads a file, with a byte order mark too', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'prices-')), 'prices.json');
    await writeFile(path, '\uFEFF{"models":[{"match":"m","input":1}]}');
    expect(findInPriceFile(await readPriceFile(path), 'm')?.source).toBe('prices.json m');
  });
  test('says which file cannot be read', async () => {
    const failure = await readPriceFile('/nowhere/prices.json').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputOutputError);
    expect(String(failure)).toContain(
      'cannot read the price file /nowhere/prices.json: no such file or folder (ENOENT)',
    );
  });
});
