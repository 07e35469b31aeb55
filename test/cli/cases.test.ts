import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, run } from './run.ts';

// Logs that were reported to be priced wrongly by other tools, each with what it costs: from the log to the export.

interface Case {
  aiLog: Record<string, unknown>;
  fields?: Record<string, string>;
  time?: string;
  cost: number;
  bound: string | null;
  reasons?: string[];
}

const counts = (input: number, output: number, rest: Record<string, unknown> = {}) => ({
  input_token: input,
  output_token: output,
  total_token: input + output,
  ...rest,
});
const details = (value: object): string => JSON.stringify(value);

const CASES: Record<string, Case> = {
  'audio that gpt-audio generated costs what audio costs': {
    aiLog: {
      model: 'gpt-audio',
      ...counts(17, 592),
      input_token_details: details({ audio_tokens: 0, text_tokens: 17 }),
      output_token_details: details({ audio_tokens: 482, text_tokens: 110 }),
    },
    cost: 0.0319905,
    bound: null,
  },
  'the output of a Gemini image model is an image': {
    aiLog: { model: 'gemini-3.1-flash-image', ...counts(30, 1120) },
    cost: 0.067215,
    bound: null,
  },
  'the output of gpt-image-1.5 is an image': {
    aiLog: {
      model: 'gpt-image-1.5',
      ...counts(50, 4160),
      input_token_details: details({ image_tokens: 0, text_tokens: 50 }),
    },
    cost: 0.13337,
    bound: null,
  },
  'cache writes for an hour, by the mark in the system prompt': {
    aiLog: {
      model: 'claude-sonnet-4-5-20250929',
      ...counts(12, 500, { total_token: 20_512 }),
      input_token_details: details({ cache_creation_input_tokens: 20_000, cache_read_input_tokens: 0 }),
      system: [{ cache_control: { ttl: '1h', type: 'ephemeral' }, text: 'You are X', type: 'text' }],
    },
    cost: 0.127536,
    bound: null,
  },
  'peak hours of DeepSeek do not hold before they existed': {
    aiLog: {
      model: 'deepseek-v4-pro',
      ...counts(100_000, 10_000),
      cached_tokens: 0,
      input_token_details: details({ cached_tokens: 0 }),
    },
    time: '2026-06-02T02:00:00.000Z',
    cost: 0.0522,
    bound: null,
  },
  'GLM-4.7 by the international list': {
    aiLog: {
      model: 'glm-4.7',
      ...counts(100_000, 10_000),
      cached_tokens: 0,
      input_token_details: details({ cached_tokens: 0 }),
    },
    cost: 0.082,
    bound: null,
  },
  'an alias that moved costs what it names at the time': {
    aiLog: { model: 'mistral-large-latest', ...counts(100_000, 10_000) },
    cost: 0.065,
    bound: null,
  },
  'a request that is longer than 128,000 tokens pays the step above': {
    aiLog: {
      model: 'grok-4-fast-reasoning',
      ...counts(200_000, 1000),
      cached_tokens: 0,
      input_token_details: details({ cached_tokens: 0 }),
    },
    time: '2025-10-01T10:00:00.000Z',
    cost: 0.081,
    bound: null,
  },
  'the service tier has its own price': {
    aiLog: {
      model: 'gpt-5',
      ...counts(100_000, 10_000),
      cached_tokens: 0,
      input_token_details: details({ cached_tokens: 0 }),
      service_tier: 'priority',
    },
    cost: 0.45,
    bound: null,
  },
  'cached tokens of Bedrock may all be writes': {
    aiLog: {
      model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      ...counts(12, 500, { total_token: 20_512 }),
      cached_tokens: 20_000,
      input_token_details: details({ cached_tokens: 20_000 }),
    },
    cost: 0.0148896,
    bound: 'lower',
    reasons: ['cache-write-unlogged'],
  },
  'a cache that may be counted twice': {
    aiLog: {
      model: 'qwen3-max',
      ...counts(20_060, 300, { total_token: 39_560 }),
      input_token_details: details({ cache_read_input_tokens: 19_200 }),
    },
    cost: 0.06096,
    bound: 'upper',
    reasons: ['ambiguous'],
  },
  'LiteLLM’s cache_creation_tokens, at the premium of a region': {
    aiLog: {
      model: 'eu.anthropic.claude-opus-4-5-20251101-v1:0',
      ...counts(98_805, 5120),
      cached_tokens: 66_360,
      input_token_details: details({ cached_tokens: 66_360, cache_creation_tokens: 32_435 }),
      output_token_details: details({ reasoning_tokens: 1710 }),
      reasoning_tokens: 1710,
    },
    cost: 0.400343625,
    bound: null,
  },
  'a cache count that the plugin drops': {
    aiLog: { model: 'kimi-k3', ...counts(29_534, 21) },
    time: '2026-07-24T10:00:00.000Z',
    cost: 0.088917,
    bound: 'upper',
    reasons: ['cache-unlogged'],
  },
};

test.each(Object.entries(CASES))('%s', async (_, { aiLog, time, cost, bound, reasons = [] }) => {
  const [round] = await exported(
    line(time ?? '2026-06-01T10:00:00.000Z', {
      session_id: 's',
      messages: [{ content: 'hi', role: 'user' }],
      answer: 'ok',
      response_type: 'normal',
      ...aiLog,
    }),
  );
  expect(round).toMatchObject({
    cost_usd: cost,
    cost_bound: bound,
    bound_reasons: reasons,
    price_state: 'priced',
  });
});

test('what each call may search for is a lower bound', async () => {
  const aiLog = {
    session_id: 's',
    model: 'gpt-4o-mini-search-preview',
    ...counts(300, 500),
    cached_tokens: 0,
    input_token_details: details({ cached_tokens: 0 }),
    response_type: 'normal',
  };
  const [round] = await exported(line('2026-06-01T10:00:00.000Z', aiLog));
  expect(round).toMatchObject({ cost_bound: 'lower', bound_reasons: ['search-fee'] });
  expect(round?.['cost_usd']).toBeGreaterThanOrEqual(0.000345);
});

test('a stream that the client left is a lower bound', async () => {
  const aiLog = {
    session_id: 's',
    model: 'claude-haiku-4-5',
    ...counts(12, 1),
    answer: 'word '.repeat(500),
    response_type: 'stream',
  };
  const fields = JSON.parse(line('2026-06-01T10:00:00.000Z', aiLog)) as Record<string, string>;
  const text = `${JSON.stringify({ ...fields, response_flags: 'DC' })}\n`;
  const [round] = await exported(text);
  expect(round).toMatchObject({
    cost_usd: 0.000017,
    cost_bound: 'lower',
    bound_reasons: ['aborted', 'cache-unknown'],
  });
});

async function exported(text: string): Promise<Record<string, unknown>[]> {
  const folder = makeFolder();
  const [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];
  writeFileSync(log, text);
  expect((await run(['parse', '--log-path', log, '--data-dir', store, '--quiet'])).code).toBe(0);
  const { out } = await run(['export', '-', '--format', 'ndjson', '--data-dir', store]);
  return out
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as Record<string, unknown>);
}
