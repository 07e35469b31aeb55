import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findInLibrary } from '../../src/pricing/library.ts';
import type { FileDocument } from '../../src/pricing/price-entries.ts';
import { findInPriceFile, matchesGlob, parsePriceFile } from '../../src/pricing/price-file.ts';
import { resolvePrice } from '../../src/pricing/resolve.ts';
import { costOf } from '../../src/pricing/charges.ts';
import { priceFilesWith, shippedPrices } from '../../src/pricing/shipped.ts';

const text = readFileSync(new URL('../../prices/shipped.json', import.meta.url), 'utf8');
const document = JSON.parse(text) as FileDocument;

/** The names for which the shipped prices stand above the library: globs, with the reason, of prices/decisions.md. */
const ABOVE_LIBRARY = /\n## Above the library\n.*?\n## /s
  .exec(readFileSync(new URL('../../prices/decisions.md', import.meta.url), 'utf8'))?.[0]
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, glob = '']) => glob.toLowerCase()),
  );

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

  test('names models, no globs, and stands above the library only where that is decided', async () => {
    for (const name of [entry.match, ...(entry.aliases ?? [])]) {
      expect(name).not.toContain('*');
      const isDecided = ABOVE_LIBRARY?.some((glob) => matchesGlob(glob, name.toLowerCase()));
      if (!isDecided) expect(await findInLibrary(name), name).toBeUndefined();
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
    ['gpt-4o', /^shipped gpt-4o \(OpenAI: /],
    ['openai/gpt-4o', /^shipped gpt-4o \(OpenAI: /],
    ['azure/gpt-4o', /^genai-prices .* azure:gpt-4o$/],
    ['gpt-4-turbo', /^genai-prices .* openai:gpt-4-turbo$/],
    ['openrouter/qwen/qwen-max', /^genai-prices .* openrouter:/],
    ['glm-4.7', /^shipped glm-4\.7 \(Z\.ai, international list/],
    ['zai/glm-4.7', /^shipped glm-4\.7 \(/],
    ['zhipuai/glm-4.7', /^genai-prices .* zhipuai:GLM-4\.7$/],
    ['mistral/mistral-large-latest', /^shipped mistral-large-latest \(/],
    ['deepseek/deepseek-v4-pro', /^shipped deepseek-v4-pro \(/],
    ['anthropic.claude-sonnet-4-5-20250929-v1:0', /^shipped us\.anthropic\.claude-sonnet-4-5/],
    ['bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0', /^shipped us\.anthropic\.claude-sonnet-4-5/],
    ['bedrock/converse/anthropic.claude-sonnet-4-20250514-v1:0', /^shipped claude-sonnet-4-0 \(/],
    ['bedrock/qwen-max', /^shipped qwen-max \(/],
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

test('qwen-plus costs more per output token where it reasons', async () => {
  const schedule = findInPriceFile(await shippedPrices(), 'qwen-plus')?.schedule ?? { prices: [] };
  const usage = { input: 1000, output: 1000, reasoning: 0, cached: 0, cacheWrite: 0 };
  expect(costOf(schedule, usage, 0)).toBe(1_600_000_000_000_000n);
  expect(costOf(schedule, { ...usage, reasoning: 400 }, 0)).toBe(4_400_000_000_000_000n);
});
