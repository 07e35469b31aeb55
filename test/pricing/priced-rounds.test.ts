import { describe, expect, test } from 'vitest';
import { boundReasons } from '../../src/pricing/bounds.ts';
import { costOf } from '../../src/pricing/charges.ts';
import { exactUsd } from '../../src/pricing/money.ts';
import { resolvePrice } from '../../src/pricing/resolve.ts';
import type { RoundUsage } from '../../src/model/token-usage.ts';
import { pricesAt } from '../../src/pricing/schedule.ts';
import { priceFilesWith } from '../../src/pricing/shipped.ts';

type Round = Partial<RoundUsage> & Pick<RoundUsage, 'input' | 'output'>;

/** What a round costs by the built-in prices, exactly in USD, and why that may be wrong. */
async function priced(model: string, at: string, round: Round): Promise<[string, ...string[]]> {
  const { resolution } = await resolvePrice(model, await priceFilesWith(undefined));
  const prices = resolution && pricesAt(resolution.schedule, Date.parse(at));
  if (!prices) return ['unpriced'];
  const usage = { reasoning: 0, cached: 0, cacheWrite: 0, ...round };
  return [exactUsd(costOf(resolution.schedule, usage, Date.parse(at))), ...boundReasons([], prices, usage)];
}

const thousands = (input: number, output: number): Round => ({ input: input * 1000, output: output * 1000 });

describe('a name that moved costs what it stood for on the day', () => {
  test.each([
    ['mistral-large-latest', '2025-08-01T00:00:00Z', '0.26'],
    ['mistral-large-latest', '2025-11-01T00:00:00Z', '0.06'],
    ['mistral-large-latest', '2025-12-02T00:00:00Z', '0.065'],
    ['mistral-large-latest', '2026-06-01T00:00:00Z', '0.065'],
    ['mistral/mistral-large-latest', '2026-06-01T00:00:00Z', '0.065'],
    ['mistral-medium-latest', '2025-05-06T23:59:59Z', '0.351'],
    ['mistral-medium-latest', '2025-05-07T00:00:00Z', '0.06'],
    ['mistral-medium-latest', '2026-06-16T00:00:00Z', '0.225'],
    ['mistral-small-latest', '2026-03-15T23:59:59Z', '0.013'],
    ['mistral-small-latest', '2026-03-16T00:00:00Z', '0.021'],
    ['ministral-3b-latest', '2025-12-01T23:59:59Z', '0.0044'],
    ['ministral-3b-latest', '2025-12-02T00:00:00Z', '0.011'],
    ['devstral-medium-latest', '2025-12-08T00:00:00Z', '0.06'],
    ['devstral-medium-latest', '2025-12-10T00:00:00Z', '0'],
    ['devstral-medium-latest', '2026-02-01T00:00:00Z', '0.06'],
    ['deepseek-chat', '2025-02-08T15:59:59Z', '0.0168'],
    ['deepseek-chat', '2025-02-08T16:00:00Z', '0.038'],
    ['deepseek-chat', '2025-02-26T16:29:59Z', '0.038'],
    ['deepseek-chat', '2025-02-26T16:30:00Z', '0.019'],
    ['deepseek-chat', '2025-02-27T00:29:59Z', '0.019'],
    ['deepseek-chat', '2025-02-27T00:30:00Z', '0.038'],
    ['deepseek-chat', '2025-09-05T15:59:59Z', '0.038'],
    ['deepseek-chat', '2025-09-05T16:00:00Z', '0.0728'],
    ['deepseek-chat', '2025-09-05T20:00:00Z', '0.0728'],
    ['deepseek-chat', '2025-09-29T00:00:00Z', '0.0322'],
    ['deepseek-chat', '2026-03-02T08:00:00Z', '0.0322'],
    ['deepseek-chat', '2026-04-26T12:00:00Z', '0.0168'],
    ['deepseek-reasoner', '2025-07-01T12:00:00Z', '0.0769'],
    ['deepseek-reasoner', '2025-07-01T20:00:00Z', '0.019'],
    ['deepseek-reasoner', '2025-09-06T20:00:00Z', '0.0728'],
    ['grok-4', '2026-05-15T18:59:59Z', '0.45'],
    ['grok-4', '2026-05-15T19:00:00Z', '0.15'],
    ['grok-4-fast', '2026-05-15T18:59:59Z', '0.025'],
    ['xai/grok-4-fast', '2026-05-15T19:00:00Z', '0.15'],
    ['grok-4.20-0309-reasoning', '2026-04-01T00:00:00Z', '0.26'],
    ['grok-4.20', '2026-06-01T00:00:00Z', '0.15'],
  ])('%s on %s: $%s for 100k in and 10k out', async (model, at, cost) =>
    expect(await priced(model, at, thousands(100, 10))).toEqual([cost]),
  );

  test('and its cached tokens too', async () => {
    const round = { input: 100_000, output: 0, cached: 100_000 };
    expect(await priced('deepseek-chat', '2026-04-26T12:14:59Z', round)).toEqual(['0.0028']);
    expect(await priced('deepseek-chat', '2026-04-26T12:15:00Z', round)).toEqual(['0.00028']);
    expect(await priced('gemini-2.5-pro', '2025-07-15T00:00:00Z', round)).toEqual(['0.03125']);
    expect(await priced('gemini-2.5-pro', '2026-01-01T00:00:00Z', round)).toEqual(['0.0125']);
    expect(await priced('o3', '2025-06-09T23:59:59Z', round)).toEqual(['0.25']);
    expect(await priced('o3', '2025-06-10T00:00:00Z', round)).toEqual(['0.05']);
  });
});

describe('DeepSeek’s peak hours begin on a day, and know weekends and holidays', () => {
  test.each([
    // Before they existed.
    ['2026-06-02T02:00:00Z', '0.0522'],
    ['2026-08-16T15:59:59Z', '0.0522'],
    ['2026-08-16T16:00:00Z', '0.0858'],
    // Monday, 9 to 12 and 14 to 18 in Beijing.
    ['2026-08-17T00:59:59Z', '0.0858'],
    ['2026-08-17T01:00:00Z', '0.1716'],
    ['2026-08-17T03:59:59Z', '0.1716'],
    ['2026-08-17T04:00:00Z', '0.0858'],
    ['2026-08-17T06:00:00Z', '0.1716'],
    ['2026-08-17T10:00:00Z', '0.0858'],
    // The only Saturday before weekends were taken out, and the first Sunday after.
    ['2026-08-22T02:00:00Z', '0.1716'],
    ['2026-08-23T02:00:00Z', '0.0858'],
    ['2026-08-24T02:00:00Z', '0.1716'],
    // National Day, a Thursday; the Thursday after.
    ['2026-10-01T02:00:00Z', '0.0858'],
    ['2026-10-08T02:00:00Z', '0.1716'],
    ['2026-11-30T02:00:00Z', '0.1716'],
  ])('deepseek-v4-pro at %s: $%s', async (at, cost) => {
    expect(await priced('deepseek-v4-pro', at, thousands(100, 10))).toEqual([cost]);
    expect(await priced('deepseek/deepseek-v4-pro', at, thousands(100, 10))).toEqual([cost]);
  });

  test('the list price of its first days is an upper bound: a discount began within them', async () => {
    expect(await priced('deepseek-v4-pro', '2026-04-25T00:00:00Z', thousands(100, 10))).toEqual([
      '0.2088',
      'price-upper',
    ]);
  });

  test('V4.1 Flash has the older name from 2026-09-10 04:00 UTC on', async () => {
    const of = (model: string, at: string) => priced(model, at, thousands(100, 10));
    expect(await of('deepseek-v4-flash', '2026-09-10T03:59:59Z')).toEqual(['0.0572']);
    expect(await of('deepseek-v4-flash', '2026-09-10T04:00:00Z')).toEqual(['0.021']);
    expect(await of('deepseek-flash', '2026-09-10T06:00:00Z')).toEqual(['0.042']);
    expect(await of('deepseek-flash', '2026-09-01T00:00:00Z')).toEqual(['unpriced']);
  });
});

describe('steps by the length of the input', () => {
  test.each([
    ['grok-4-fast', '2025-10-01T00:00:00Z', thousands(200, 1), '0.081'],
    ['grok-4-fast', '2025-10-01T00:00:00Z', thousands(128, 1), '0.0261'],
    ['grok-4-1-fast-reasoning', '2025-12-01T00:00:00Z', thousands(200, 1), '0.081'],
    ['grok-4-0709', '2025-10-20T00:00:00Z', thousands(200, 1), '1.23'],
    ['claude-sonnet-4-20250514', '2025-10-01T00:00:00Z', thousands(300, 1), '1.8225'],
    ['claude-sonnet-4-0', '2025-10-01T00:00:00Z', thousands(200, 1), '0.615'],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', '2025-10-01T00:00:00Z', thousands(300, 1), '1.8225'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', '2025-10-01T00:00:00Z', thousands(300, 1), '2.00475'],
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', '2025-10-01T00:00:00Z', thousands(300, 1), '1.8225'],
    ['qwen-plus-2025-07-28', '2026-01-01T00:00:00Z', thousands(300, 1), '0.3636'],
  ])('%s on %s', async (model, at, round, cost) => expect(await priced(model, at, round)).toEqual([cost]));
});

describe('Z.ai’s list is in USD, whatever the library has of Zhipu’s', () => {
  test.each([
    ['glm-4.7', '0.082'],
    ['zai/glm-4.7', '0.082'],
    ['glm-4.5-air', '0.031'],
    ['glm-4.7-flashx', '0.011'],
    ['glm-5', '0.132'],
    ['glm-5-turbo', '0.16'],
    ['glm-5.1', '0.184'],
    ['GLM-5.2', '0.184'],
    ['glm-5.3', '0.184'],
    ['glm-4.7-flash', '0'],
  ])('%s: $%s for 100k in and 10k out', async (model, cost) =>
    expect(await priced(model, '2026-06-01T00:00:00Z', thousands(100, 10))).toEqual([cost]),
  );

  test('an offer ends on its day', async () => {
    expect(await priced('glm-5.3-flash', '2026-09-09T15:59:59Z', thousands(100, 10))).toEqual(['0.01']);
    expect(await priced('glm-5.3-flash', '2026-09-09T16:00:00Z', thousands(100, 10))).toEqual(['0.02']);
  });
});

describe('service tiers', () => {
  test.each([
    ['gpt-5', 'priority', '0.45'],
    ['gpt-5', 'flex', '0.1125'],
    ['gpt-5', undefined, '0.225'],
    ['openai/gpt-5-2025-08-07', 'priority', '0.45'],
    ['gpt-4o', 'priority', '0.595'],
    ['gpt-4o-mini', 'priority', '0.035'],
    ['gpt-5.5', 'priority', '2'],
    ['gpt-5.6-luna', 'priority', '0.064'],
    ['o4-mini', 'flex', '0.077'],
    ['gemini-3.8-flash', 'priority', '0.2025'],
    ['gemini-3.8-flash', 'flex', '0.05625'],
    ['vertex_ai/gemini-3-flash-preview', 'priority', '0.144'],
  ])('%s in the tier %s: $%s', async (model, serviceTier, cost) =>
    expect(await priced(model, '2026-09-15T00:00:00Z', { ...thousands(100, 10), serviceTier })).toEqual([
      cost,
    ]),
  );

  test('of a cut, from its day on', async () => {
    const round = { ...thousands(100, 10), serviceTier: 'flex' };
    expect(await priced('gpt-5.6-sol', '2026-08-20T00:00:00Z', round)).toEqual(['0.4']);
    expect(await priced('gpt-5.6-sol', '2026-08-21T00:00:00Z', round)).toEqual(['0.3']);
  });

  test('flex has steps of its own; a tier without a price is said', async () => {
    const long = { ...thousands(300, 10), serviceTier: 'flex' };
    expect(await priced('gpt-5.4', '2026-09-15T00:00:00Z', long)).toEqual(['0.8625']);
    const priority = { ...thousands(10, 1), serviceTier: 'priority' };
    expect(await priced('gpt-5-nano', '2026-09-15T00:00:00Z', priority)).toEqual([
      '0.0009',
      'service-tier-higher',
    ]);
  });
});

describe('audio, images, searches, writes for an hour', () => {
  const at = '2026-06-01T00:00:00Z';

  test('audio is dearer than text', async () => {
    const round = { input: 120, output: 520, details: { inputAudio: 100, outputAudio: 500 } };
    expect(await priced('gpt-audio', at, round)).toEqual(['0.03545']);
    expect(await priced('gpt-4o-audio-preview', at, round)).toEqual(['0.04425']);
    expect(await priced('gpt-4o-mini-audio-preview-2024-12-17', at, round)).toEqual(['0.011015']);
    expect(
      await priced('gpt-realtime', at, {
        ...round,
        cached: 20,
        details: { ...round.details, cachedAudio: 20 },
      }),
    ).toEqual(['0.034968']);
  });

  test('so are images', async () => {
    const round = { input: 2000, output: 1700, details: { inputImage: 1500, outputImage: 1290 } };
    expect(await priced('gpt-image-1.5', at, round)).toEqual(['0.05988']);
    expect(await priced('gpt-image-2', at, round)).toEqual(['0.0573']);
    expect(await priced('gemini-2.5-flash-image', at, round)).toEqual(['0.040325']);
    expect(await priced('gemini-3-pro-image-preview', at, round)).toEqual(['0.16372']);
  });

  test('a model that searches for each request: the fee for one search at least, a lower bound', async () => {
    const round = { input: 100, output: 100 };
    expect(await priced('gpt-4o-search-preview', at, round)).toEqual(['0.02625', 'search-fee']);
    expect(await priced('gpt-4o-mini-search-preview-2025-03-11', at, round)).toEqual([
      '0.025075',
      'search-fee',
    ]);
    expect(await priced('gpt-5-search-api', at, round)).toEqual(['0.011125', 'search-fee']);
    expect(await priced('o3-deep-research', at, round)).toEqual(['0.005', 'search-fee']);
    expect(await priced('sonar', at, round)).toEqual(['0.0052', 'search-fee']);
    expect(await priced('perplexity/sonar-pro', at, round)).toEqual(['0.0078', 'search-fee']);
  });

  test('a write for an hour costs twice the input, at every host', async () => {
    const round = { input: 10_000, output: 0, cacheWrite: 10_000, details: { cacheWrite1h: 10_000 } };
    expect(await priced('claude-sonnet-4-5', at, round)).toEqual(['0.06']);
    expect(await priced('claude-sonnet-4-0', at, round)).toEqual(['0.06']);
    expect(await priced('us.anthropic.claude-haiku-4-5-20251001-v1:0', at, round)).toEqual(['0.022']);
    expect(await priced('us.anthropic.claude-sonnet-4-5-20250929-v1:0', at, round)).toEqual(['0.066']);
    expect(await priced('claude-opus-4@20250514', at, round)).toEqual(['0.3']);
    expect(await priced('vertex_ai/claude-opus-4-6@default', at, round)).toEqual(['0.1']);
  });
});

describe('a region is part of a Bedrock name', () => {
  test.each([
    ['global.anthropic.claude-haiku-4-5-20251001-v1:0', ['0.15']],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', ['0.165']],
    ['eu.anthropic.claude-haiku-4-5-20251001-v1:0', ['0.165']],
    ['eu.anthropic.claude-fable-5', ['1.65']],
    ['us.amazon.nova-lite-v1:0', ['0.0084']],
    ['eu.amazon.nova-lite-v1:0', ['0.00966', 'price-lower']],
    ['apac.amazon.nova-pro-v1:0', ['0.1176', 'price-lower']],
    ['deepseek.v3.2', ['0.0805']],
    ['zai.glm-4.7', ['0.082']],
  ])('%s', async (model, cost) =>
    expect(await priced(model, '2026-07-20T00:00:00Z', thousands(100, 10))).toEqual(cost),
  );
});

describe('what is not sure says so', () => {
  test.each([
    // The library’s own note: from another list.
    ['minimax-m1', ['0.062', 'price-unverified']],
    // Open weights: who serves them, the name does not say.
    ['gpt-oss-120b', ['0.021', 'price-unverified']],
    ['deepseek-r1', ['0.0769', 'price-unverified']],
    ['deepseek-ai/DeepSeek-V4-Pro', ['0.0522', 'price-unverified']],
    ['zai-org/GLM-5', ['0.132', 'price-unverified']],
    ['accounts/fireworks/models/deepseek-r1', ['0.0769', 'price-unverified']],
    // The maker’s own names.
    ['deepseek/deepseek-v4-pro', ['0.0522']],
    ['groq/openai/gpt-oss-120b', ['0.021']],
    // No source has the days on which it moved.
    ['gemini-flash-latest', ['unpriced']],
  ])('%s', async (model, cost) =>
    expect(await priced(model, '2026-06-02T12:00:00Z', thousands(100, 10))).toEqual(cost),
  );

  test('a price file’s price is the user’s own', async () => {
    const { parsePriceFile } = await import('../../src/pricing/price-file.ts');
    const file = await parsePriceFile('{"models":[{"match":"deepseek-v4*","input":1}]}', 'mine.json');
    const { resolution } = await resolvePrice('deepseek-ai/DeepSeek-V4-Pro', await priceFilesWith(file));
    expect(resolution).toEqual({ source: 'mine.json deepseek-v4*', schedule: { prices: [{ input: 1 }] } });
  });
});

describe('a price that says all it must', () => {
  test('a model that makes images alone', async () => {
    const round = (output: number): Round => ({ input: 50, output, details: { outputImage: output } });
    expect(await priced('gpt-image-1', '2026-06-01T00:00:00Z', round(4160))).toEqual(['0.16665']);
    expect(await priced('gpt-image-1-mini', '2026-06-01T00:00:00Z', round(4160))).toEqual(['0.03338']);
  });

  test.each([
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  ])('%s has the step above 200,000 tokens', async (model) =>
    expect(await priced(model, '2026-03-01T00:00:00Z', thousands(250, 1))).toEqual(['1.67475']),
  );

  test('the reasoning of deep research costs less than its output: no lower bound', async () => {
    const round = { input: 20_049, output: 81_160, reasoning: 73_997, details: { searches: 18 } };
    const all = ['0.779378', 'price-unverified'];
    expect(await priced('sonar-deep-research', '2026-06-01T00:00:00Z', round)).toEqual(all);
  });

  test('open weights by a name that their maker does not serve', async () => {
    expect((await priced('deepseek-v3.2', '2026-06-01T00:00:00Z', thousands(100, 10))).slice(1)).toEqual([
      'price-unverified',
    ]);
  });
});
