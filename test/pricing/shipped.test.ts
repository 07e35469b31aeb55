import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findInLibrary } from '../../src/pricing/library.ts';
import type { FileDocument } from '../../src/pricing/price-entries.ts';
import { findInPriceFile, parsePriceFile } from '../../src/pricing/price-file.ts';
import { resolvePrice } from '../../src/pricing/resolve.ts';
import { costOf } from '../../src/pricing/charges.ts';
import { pricesAt } from '../../src/pricing/schedule.ts';
import { priceFilesWith, shippedPrices } from '../../src/pricing/shipped.ts';

const text = readFileSync(new URL('../../prices/shipped.json', import.meta.url), 'utf8');
const document = JSON.parse(text) as FileDocument;

/** Models of which the library's own prices are older than their provider's: the only ones that it is not asked for. */
const STALE = new Set(['deepseek-chat', 'deepseek-reasoner']);

test('is a price file as a user could write it', async () => {
  expect((await parsePriceFile(text, 'shipped.json')).groups.length).toBe(
    (await shippedPrices()).groups.length,
  );
});

describe.each(document.models.map((entry) => [entry.match, entry] as const))('%s', (_, entry) => {
  test('says where its price is from and when it was seen', () => {
    expect(entry.source).toMatch(/https:\/\/\S+/);
    expect(entry.seen).toMatch(/^2026-\d\d-\d\d$/);
    expect(entry.currency ?? 'USD').toMatch(/^(?:USD|CNY)$/);
  });

  test('names models, no globs, and stands in no library price’s way', async () => {
    for (const name of [entry.match, ...(entry.aliases ?? [])]) {
      expect(name).not.toContain('*');
      if (!STALE.has(name)) expect(await findInLibrary(name), name).toBeUndefined();
    }
  });
});

test('a currency has its rate, its day and its source', () => {
  expect(document.currencies?.['CNY']).toMatchObject({ usd_per_unit: '0.148434', date: '2026-08-26' });
});

test('a price in CNY is exactly its product with the rate, and its source says so', async () => {
  const found = findInPriceFile(await shippedPrices(), 'Doubao-Seed-2-0-Pro-260215');
  expect(found?.schedule.prices[0]).toEqual({
    input: '0.4749888',
    output: '2.374944',
    cache_read: '0.09499776',
    tiers: [
      { above: 32000, input: '0.7124832', output: '3.562416', cache_read: '0.14249664' },
      { above: 128000, input: '1.4249664', output: '7.124832', cache_read: '0.28499328' },
    ],
  });
  expect(found?.source).toMatch(
    /^shipped doubao-seed-2\.0-pro \(.*, seen 2026-11-25, 1 CNY = 0\.148434 USD of 2026-08-26\)$/,
  );
});

describe('in the order of places', () => {
  const sourceOf = async (model: string, user?: string) => {
    const file = user === undefined ? undefined : await parsePriceFile(user, 'mine.json');
    return (await resolvePrice(model, await priceFilesWith(file))).resolution?.source;
  };

  test.each([
    ['qwen-max', /^shipped qwen-max \(/],
    ['Qwen3-Rerank', /^shipped qwen3-rerank \(/],
    ['dashscope/qwen-plus', /^shipped qwen-plus \(/],
    ['gpt-4o', /^genai-prices .* openai:gpt-4o$/],
    ['openrouter/qwen/qwen-max', /^genai-prices .* openrouter:/],
    ['glm-4.7', /^genai-prices .* zhipuai:GLM-4\.7$/],
  ])('%s is %s', async (model, source) => expect(await sourceOf(model)).toMatch(source));

  test('the user’s file stands above it', async () => {
    expect(await sourceOf('qwen-max', '{"models":[{"match":"qwen-*","input":1}]}')).toBe('mine.json qwen-*');
  });

  test.each([
    'qwen-max-0919-clone',
    'deepseek-r1-distill-qwen-32b',
    'qwen3-coder-plus-2030-01-01',
    'doubao-seed-1-6-250615',
  ])('%s has no price: another model’s is not taken', async (model) =>
    expect(await sourceOf(model)).toBeUndefined(),
  );
});

test('what DeepSeek’s names cost goes by the date; before its first price here, the library knows', async () => {
  const { resolution } = await resolvePrice('deepseek-chat', await priceFilesWith(undefined));
  const at = (time: string) => pricesAt(resolution?.schedule ?? { prices: [] }, Date.parse(time));
  expect(at('2025-11-30T12:00:00Z')).toMatchObject({ input: 0.27, output: 1.1 });
  expect(at('2025-12-01T00:00:00Z')).toMatchObject({ input: 0.28, output: 0.42, cache_read: 0.028 });
  expect(at('2026-03-02T08:00:00Z')).toMatchObject({ input: 0.28, output: 0.42, cache_read: 0.028 });
  expect(at('2026-04-26T12:14:59Z')).toMatchObject({ input: 0.14, output: 0.28, cache_read: 0.028 });
  expect(at('2026-04-26T12:15:00Z')).toMatchObject({ input: 0.14, output: 0.28, cache_read: 0.0028 });
});

test('qwen-plus costs more per output token where it reasons', async () => {
  const schedule = findInPriceFile(await shippedPrices(), 'qwen-plus')?.schedule ?? { prices: [] };
  const usage = { input: 1000, output: 1000, reasoning: 0, cached: 0, cacheWrite: 0 };
  expect(costOf(schedule, usage, 0)).toBe(1_600_000_000_000_000n);
  expect(costOf(schedule, { ...usage, reasoning: 400 }, 0)).toBe(4_400_000_000_000_000n);
});
