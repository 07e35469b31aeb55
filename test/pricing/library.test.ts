import { readFileSync } from 'node:fs';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import { describe, expect, test } from 'vitest';
import { findInLibrary, LIBRARY_VERSION } from '../../src/pricing/library.ts';
import { usdOf } from '../../src/pricing/money.ts';
import { isSameModel } from '../../src/pricing/same-model.ts';
import { costOf } from '../../src/pricing/charges.ts';
import { pricesAt } from '../../src/pricing/schedule.ts';

const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const source = async (name: string, provider?: string) => (await findInLibrary(name, provider))?.source;
const ours = (id: string) => `genai-prices 0.1.8 ${id}`;

test('the named version is the one installed and the one pinned', () => {
  expect(readJson('../../node_modules/@pydantic/genai-prices/package.json').version).toBe(LIBRARY_VERSION);
  expect(readJson('../../package.json').devDependencies['@pydantic/genai-prices']).toBe(LIBRARY_VERSION);
});

test('a schedule is the whole of what the library knows: tiers', async () => {
  expect(await findInLibrary('gemini-2.5-pro')).toEqual({
    source: ours('google:gemini-2.5-pro'),
    schedule: {
      prices: [
        {
          input: 1.25,
          output: 10,
          cache_read: 0.125,
          tiers: [{ above: 200000, input: 2.5, output: 15, cache_read: 0.25 }],
        },
      ],
    },
  });
});

test('a schedule is the whole of what the library knows: dates and times of day', async () => {
  const found = await findInLibrary('deepseek-v4-pro');
  expect(found?.schedule.prices).toEqual(
    [
      { input: 0.435, output: 0.87, cache_read: 0.003625 },
      { from: '2026-08-17', input: 0.66, output: 1.98, cache_read: 0.022 },
      { daily: { start: '01:00:00', end: '04:00:00' }, input: 1.32, output: 3.96, cache_read: 0.044 },
      { daily: { start: '06:00:00', end: '10:00:00' }, input: 1.32, output: 3.96, cache_read: 0.044 },
    ].map((price) => ({ ...price, inexact: 'upper' })),
  );
});

test('what the library itself doubts is no exact price', async () => {
  const inexact = async (name: string, provider?: string) =>
    (await findInLibrary(name, provider))?.schedule.prices.map((price) => price.inexact);
  expect(await inexact('minimax-m1')).toEqual(['unverified']);
  expect(await inexact('gpt-oss-120b')).toEqual(['unverified']);
  expect(await inexact('glm-4.7')).toEqual(['unverified']);
  expect(await inexact('sonar', 'perplexity')).toEqual(['upper']);
  expect(await inexact('claude-opus-5-5@20260922', 'google')).toEqual(['unverified']);
  expect(await inexact('gpt-4.1')).toEqual([undefined]);
});

test('a Claude write for an hour is twice the input, where the library leaves it out', async () => {
  const hour = async (name: string, provider?: string) =>
    (await findInLibrary(name, provider))?.schedule.prices.map((price) => [
      price.cache_write_1h,
      price.tiers?.map((tier) => tier.cache_write_1h),
    ]);
  expect(await hour('us.anthropic.claude-haiku-4-5-20251001-v1:0', 'aws')).toEqual([[2.2, undefined]]);
  expect(await hour('claude-sonnet-4-5@20250929', 'google')).toEqual([[6, [12]]]);
  // Its own rate stays: twice 0.25 is not what a write for five minutes suggests.
  expect(await hour('claude-3-haiku-20240307')).toEqual([[0.5, undefined]]);
  // No rate for writes, no rate for longer ones.
  expect(await hour('anthropic.claude-3-haiku-20240307-v1:0', 'aws')).toEqual([[undefined, undefined]]);
  expect(await hour('gpt-5.6-sol')).toEqual([
    [undefined, [undefined]],
    [undefined, [undefined]],
  ]);
});

test.each([
  ['gpt-4o-2024-08-06', 'openai:gpt-4o'],
  ['gpt-4o-20240806', 'openai:gpt-4o'],
  ['GPT-5', 'openai:gpt-5'],
  ['claude-sonnet-4-5-20250929', 'anthropic:claude-sonnet-4-5'],
  ['claude-sonnet-4-5@20250929', 'anthropic:claude-sonnet-4-5'],
  ['claude-sonnet-4-20250514', 'anthropic:claude-sonnet-4-0'],
  ['claude-3-5-sonnet-latest', 'anthropic:claude-3-5-sonnet'],
  ['claude-3-5-sonnet-v2@20241022', 'anthropic:claude-3-5-sonnet'],
  ['gemini-2.5-pro-preview-05-06', 'google:gemini-2.5-pro'],
  ['gemini-2.5-pro-preview-tts', 'google:gemini-2.5-pro-tts'],
  ['gemini-3.5-flash-001', 'google:gemini-3.5-flash'],
  ['gpt-5-nano-2025-08-07', 'openai:gpt-5-nano'],
  ['deepseek-reasoner', 'deepseek:deepseek-reasoner'],
  ['deepseek-r1-0528', 'deepseek:deepseek-reasoner'],
  ['kimi-k2-turbo-preview', 'moonshotai:kimi-k2-turbo-preview'],
])('%s is %s', async (name, id) => expect(await source(name)).toBe(ours(id)));

test.each([
  'deepseek-r1-distill-qwen-32b',
  'DeepSeek-R1-Distill-Llama-70B',
  'deepseek-r1:14b',
  'deepseek-chat-v3.1',
  'deepseek-chat-v2',
  'gpt-4o-foo',
  'qwen-max',
  'my-claude-sonnet-4-clone',
  'claude-opus-4-1-foo',
  'claude-sonnet-4-5-distilled-8b',
  'my-claude-v2-clone',
  'gemini-2.5-pro-clone',
  'gemini-3.5-flash-8b',
  'gemini-3.6-flash-image',
  'gpt-5-nano-foo',
  'kimi-k2.5-mini',
])('%s has no price, least of all another model’s', async (name) => {
  expect(await findInLibrary(name)).toBeUndefined();
});

test.each([
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'regional.anthropic.claude-sonnet-4-20250514-v1:0'],
  ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'regional.anthropic.claude-3-5-sonnet-20241022-v2:0'],
  ['global.anthropic.claude-opus-4-6-v1', 'global.anthropic.claude-opus-4-6-v1:0'],
  ['us.deepseek.r1-v1:0', 'deepseek.r1-v1:0'],
  ['amazon.titan-embed-text-v1', 'amazon.titan-embed-text-v1'],
])('Bedrock: %s is %s', async (name, id) => expect(await source(name, 'aws')).toBe(ours(`aws:${id}`)));

test.each(['amazon.titan-embed-text-v2:0', 'my-deepseek.r1-v1:0', 'us.deepseek.r1-distill-v1:0'])(
  'Bedrock: %s is another model',
  async (name) => expect(await findInLibrary(name, 'aws')).toBeUndefined(),
);

test('a fine-tuned model is known by its base', async () => {
  expect(await source('ft:gpt-4o-2024-08-06:org::id', 'openai')).toBe(ours('openai:ft:gpt-4o'));
});

test('litellm takes the provider from the name', async () => {
  expect(await source('azure/gpt-4o', 'litellm')).toBe(ours('azure:gpt-4o'));
});

test('prices without a rate for tokens are none', async () => {
  expect(await findInLibrary('gpt-4o', 'github-copilot')).toBeUndefined();
  expect(await findInLibrary('whisper-large-v3', 'groq')).toBeUndefined();
  expect(await findInLibrary('grok-voice-latest')).toBeUndefined();
});

describe('against the library itself', async () => {
  const providers = (await waitForUpdate()) ?? [];
  const models = providers.flatMap((provider) => provider.models.map((model) => ({ provider, model })));

  test('every model is itself', () => {
    const strangers = models.filter(({ model }) => !isSameModel(model.id, model));
    expect(strangers).toEqual([]);
  });

  test('every name it knows is known', async () => {
    const names = models.flatMap(({ provider, model }) =>
      [...JSON.stringify(model.match).matchAll(/"equals":"([^"]+)"/g)].map(([, name = '']) => ({
        provider,
        name,
      })),
    );
    expect(names.length).toBeGreaterThan(2000);
    const wrong = [];
    for (const { provider, name } of names) {
      const theirs = calcPrice({}, name, { providerId: provider.id, timestamp: new Date(0) });
      if (theirs && !isSameModel(name, theirs.model)) wrong.push(`${provider.id} ${name} ${theirs.model.id}`);
    }
    expect(wrong).toEqual([]);
  });

  test('every model costs the same at every time of day, date and size', async () => {
    const times = [
      '2025-01-01T00:00:00Z',
      '2026-03-02T05:00:00Z',
      '2026-11-22T08:30:00Z',
      '2027-06-01T16:30:00Z',
    ];
    const usages = [
      [1000, 300, 200, 500],
      [128_001, 0, 0, 10],
      [200_000, 1, 0, 7],
      [300_000, 200_000, 50_000, 4000],
      [600_000, 100, 100, 1],
    ] as const;
    let compared = 0;
    for (const { provider, model } of models) {
      const found = await findInLibrary(model.id, provider.id);
      for (const time of found ? times : []) {
        for (const [input, cached, cacheWrite, output] of usages) {
          const theirs = calcPrice(
            {
              input_tokens: input,
              cache_read_tokens: cached,
              cache_write_tokens: cacheWrite,
              output_tokens: output,
            },
            model.id,
            { providerId: provider.id, timestamp: new Date(time) },
          );
          const schedule = found?.schedule ?? { prices: [] };
          if (!pricesAt(schedule, Date.parse(time))) continue;
          const usage = { input, output, reasoning: 0, cached, cacheWrite };
          const cost = usdOf(costOf(schedule, usage, Date.parse(time)));
          expect(Math.abs(cost - (theirs?.total_price ?? NaN)), `${provider.id}:${model.id}`).toBeLessThan(
            1e-12,
          );
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(25_000);
  });
});
