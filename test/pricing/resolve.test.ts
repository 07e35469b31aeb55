import { describe, expect, test } from 'vitest';
import { parsePriceFile } from '../../src/pricing/price-file.ts';
import { createPriceResolver, resolvePrice } from '../../src/pricing/resolve.ts';
import { pricesAt } from '../../src/pricing/schedule.ts';

const fileOf = (models: unknown[], name = 'prices.json') => parsePriceFile(JSON.stringify({ models }), name);
const sourceOf = async (model: string, ...files: Awaited<ReturnType<typeof fileOf>>[]) =>
  (await resolvePrice(model, files)).resolution?.source;
const library = (id: string) => `genai-prices 0.1.8 ${id}`;

const dated = (match: string) => fileOf([{ match, effective_from: '2026-01-01', input: 9 }]);

const priceAt = async (model: string, time: string) => {
  const { resolution } = await resolvePrice(model, [await dated('*')]);
  return resolution && pricesAt(resolution.schedule, Date.parse(time))?.input;
};

describe('the order', () => {
  test.each([
    ['gpt-4o', 'openai:gpt-4o'],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'aws:regional.anthropic.claude-sonnet-4-20250514-v1:0'],
    ['openai/gpt-4o', 'openai:gpt-4o'],
    ['azure/gpt-4o', 'azure:gpt-4o'],
    ['vertex_ai/gemini-2.5-pro', 'google:gemini-2.5-pro'],
    ['bedrock/us.deepseek.r1-v1:0', 'aws:deepseek.r1-v1:0'],
    ['openrouter/openai/gpt-4o', 'openrouter:openai/gpt-4o'],
    ['my-gateway/gpt-4o', 'openai:gpt-4o'],
    ['models/publishers/gemini-2.5-pro', 'google:gemini-2.5-pro'],
    ['my-gateway/us.deepseek.r1-v1:0', 'aws:deepseek.r1-v1:0'],
    ['text-embedding-3-small', 'openai:text-embedding-3-small'],
    ['my-gateway/text-embedding-3-small', 'openai:text-embedding-3-small'],
    [' gpt-4o ', 'openai:gpt-4o'],
  ])('%s is %s', async (model, id) => expect(await sourceOf(model)).toBe(library(id)));

  test('a price file goes before the library, the first file before the second', async () => {
    const first = await fileOf([{ match: 'gpt-4o', input: 9 }], 'mine.json');
    const second = await fileOf([{ match: 'gpt-*', input: 8 }], 'shipped.json');
    expect(await sourceOf('gpt-4o', first, second)).toBe('mine.json gpt-4o');
    expect(await sourceOf('gpt-5', first, second)).toBe('shipped.json gpt-*');
    expect(await sourceOf('o3', first, second)).toBe(library('openai:o3'));
  });
  test('the path prefix goes before the last segment, the file before it too', async () => {
    const file = await fileOf([{ match: 'gpt-4o', input: 9 }]);
    expect(await sourceOf('azure/gpt-4o', file)).toBe(library('azure:gpt-4o'));
    expect(await sourceOf('my-gateway/gpt-4o', file)).toBe('prices.json gpt-4o');
    expect(await sourceOf('azure/gpt-4o', await fileOf([{ match: '*/gpt-4o', input: 9 }]))).toBe(
      'prices.json */gpt-4o',
    );
  });
  test('is told step by step', async () => {
    const { steps } = await resolvePrice('azure/text-embedding-9', [
      await fileOf([{ match: 'm', input: 1 }]),
    ]);
    expect(steps).toEqual(
      [
        ['price file prices.json: azure/text-embedding-9', 'no entry matches'],
        ['library: azure/text-embedding-9', 'not known'],
        ['library, provider azure: text-embedding-9', 'not known'],
        ['price file prices.json: text-embedding-9', 'no entry matches'],
        ['library: text-embedding-9', 'not known'],
        ['library, provider openai: text-embedding-9', 'not known'],
      ].map(([tried, answer]) => ({ tried, found: false, answer })),
    );
  });
  test('ends where the price is found', async () => {
    const { steps } = await resolvePrice('azure/gpt-4o', []);
    expect(steps).toEqual([
      { tried: 'library: azure/gpt-4o', found: false, answer: 'not known' },
      { tried: 'library, provider azure: gpt-4o', found: true, answer: library('azure:gpt-4o') },
    ]);
  });
  test.each([
    ['deepseek-r1-distill-qwen-32b', 'deepseek:deepseek-reasoner is another model'],
    ['grok-voice-latest', 'x-ai:grok-voice-latest has no rate for tokens'],
  ])('a step says why the library’s answer for %s is not taken', async (model, answer) => {
    expect((await resolvePrice(model, [])).steps[0]).toEqual({
      tried: `library: ${model}`,
      found: false,
      answer,
    });
  });
});

describe('no price', () => {
  test.each(['', ' ', 'unknown', 'UNKNOWN', 'from-cache'])(
    'for "%s", whatever a file says',
    async (model) => {
      const everything = await fileOf([{ match: '*', input: 1 }]);
      expect(await resolvePrice(model, [everything])).toEqual({ resolution: undefined, steps: [] });
    },
  );
  test.each([
    'DeepSeek-R1-Distill-Qwen-32B',
    'deepseek-ai/DeepSeek-R1-Distill-Llama-70B',
    'azure/deepseek-r1-distill-qwen-32b',
    'doubao-seed-1-6-250615',
    'qwen-max',
    'gpt-4o-foo',
    'openai/gpt-4o-foo',
    'text-embedding-v3',
    'gpt-4o/',
    '/',
    '__proto__',
    'constructor',
  ])('for %s', async (model) => expect(await sourceOf(model)).toBeUndefined());

  test('for what is too long to be a name', async () => {
    const everything = await fileOf([{ match: 'a*', input: 1 }]);
    expect(await sourceOf('a'.repeat(256), everything)).toBe('prices.json a*');
    expect(await sourceOf('a'.repeat(257), everything)).toBeUndefined();
  });
});

describe('a file’s price that begins on a date', () => {
  test('leaves the time before it to the places that follow', async () => {
    expect(await priceAt('gpt-4o', '2025-12-31T23:59:59Z')).toBe(2.5);
    expect(await priceAt('gpt-4o', '2026-01-01T00:00:00Z')).toBe(9);
    expect(await sourceOf('gpt-4o', await dated('gpt-4o'))).toBe(
      `prices.json gpt-4o; before that ${library('openai:gpt-4o')}`,
    );
  });
  test('holds at every time of day over the library’s own', async () => {
    expect(await priceAt('deepseek-v4-pro', '2026-09-01T02:00:00Z')).toBe(9);
    expect(await priceAt('deepseek-v4-pro', '2025-12-01T02:00:00Z')).toBe(1.32);
  });
  test('is all there is where nothing follows', async () => {
    expect(await priceAt('gateway/qwen-max', '2025-12-31T23:59:59Z')).toBeUndefined();
    expect(await priceAt('gateway/qwen-max', '2026-01-01T00:00:00Z')).toBe(9);
    expect(await sourceOf('gateway/qwen-max', await dated('*'))).toBe('prices.json *');
  });
});

test('a resolver resolves a model once', async () => {
  const resolve = createPriceResolver([]);
  expect((await resolve('gpt-5'))?.source).toBe(library('openai:gpt-5'));
  expect(await resolve('gpt-5')).toBe(await resolve('gpt-5'));
  expect(await resolve('qwen-max')).toBeUndefined();
});

test('a resolver forgets rather than grow', async () => {
  const resolve = createPriceResolver([]);
  const before = await resolve('gpt-5');
  for (let i = 0; i < 10_000; i += 1) void resolve(`unknown/${'x'.repeat(256)}${i}`);
  expect(await resolve('gpt-5')).not.toBe(before);
});
