import { describe, expect, test } from 'vitest';
import type { TokenDetails } from '../../../src/model/token-usage.ts';
import { fc } from '../../fast-check.ts';
import { aiLine, round } from '../lines.ts';
import { pluginLog } from '../plugin.ts';

/**
 * What was used, in parts that exclude each other: a request is made of these, and each family's usage object is written
 * from them in its own words. What the log says must come to the sums of these again.
 */
const parts = fc.record({
  fresh: fc.integer({ min: 1, max: 5000 }),
  freshAudio: fc.nat(500),
  freshImage: fc.nat(500),
  read: fc.nat(20_000),
  readAudio: fc.nat(300),
  write5m: fc.nat(5000),
  write1h: fc.nat(5000),
  text: fc.integer({ min: 1, max: 3000 }),
  thought: fc.nat(3000),
  spoken: fc.nat(600),
  drawn: fc.nat(2000),
  searches: fc.nat(5),
});
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;
/** The same, without what the family has no word for. */
const without = (all: Parts, ...keys: (keyof Parts)[]): Parts =>
  Object.fromEntries(
    Object.entries(all).map(([key, n]) => [key, keys.includes(key as keyof Parts) ? 0 : n]),
  ) as Parts;

interface Right {
  usage: { input: number; output: number; reasoning: number; cached: number; cacheWrite: number };
  details: TokenDetails;
}

/** The obvious sums. */
function right(p: Parts, knowsSearches: boolean): Right {
  const details: TokenDetails = {};
  const add = (key: keyof TokenDetails, count: number): void => {
    if (count > 0) details[key] = count;
  };
  add('cacheWrite1h', p.write1h);
  add('inputAudio', p.freshAudio + p.readAudio);
  add('inputImage', p.freshImage);
  add('cachedAudio', p.readAudio);
  add('outputAudio', p.spoken);
  add('outputImage', p.drawn);
  if (knowsSearches) details.searches = p.searches;
  return {
    usage: {
      input: p.fresh + p.freshAudio + p.freshImage + p.read + p.readAudio + p.write5m + p.write1h,
      output: p.text + p.thought + p.spoken + p.drawn,
      reasoning: p.thought,
      cached: p.read + p.readAudio,
      cacheWrite: p.write5m + p.write1h,
    },
    details,
  };
}

interface Family {
  model: string;
  /** The parts that it has no word for. */
  lacks: (keyof Parts)[];
  knowsSearches?: true;
  key?: string;
  usage: (p: Parts, sums: Right['usage']) => Record<string, unknown>;
}

const audioOf = (p: Parts): number => p.freshAudio + p.readAudio;
const totals = (sums: Right['usage']): object => ({
  prompt_tokens: sums.input,
  completion_tokens: sums.output,
  total_tokens: sums.input + sums.output,
});
const textIn = (p: Parts, sums: Right['usage']): number => sums.input - audioOf(p) - p.freshImage;

const families: Record<string, Family> = {
  'OpenAI, Azure': {
    model: 'm',
    lacks: ['write5m', 'write1h', 'searches', 'drawn'],
    usage: (p, sums) => ({
      ...totals(sums),
      prompt_tokens_details: {
        cached_tokens: sums.cached, audio_tokens: audioOf(p), image_tokens: p.freshImage, text_tokens: textIn(p, sums),
        cached_tokens_details: { audio_tokens: p.readAudio, text_tokens: p.read },
      },
      completion_tokens_details: { reasoning_tokens: p.thought, audio_tokens: p.spoken, accepted_prediction_tokens: 7 },
    }),
  },
  'OpenAI Responses and Images': {
    model: 'm',
    lacks: ['write5m', 'write1h', 'searches', 'readAudio'],
    key: 'response_usage',
    usage: (p, sums) => ({
      input_tokens: sums.input, output_tokens: sums.output, total_tokens: sums.input + sums.output,
      input_tokens_details: { cached_tokens: sums.cached, image_tokens: p.freshImage, audio_tokens: p.freshAudio },
      output_tokens_details: { reasoning_tokens: p.thought, image_tokens: p.drawn, audio_tokens: p.spoken, text_tokens: p.text },
    }),
  },
  Anthropic: {
    model: 'claude-x',
    lacks: ['freshAudio', 'freshImage', 'readAudio', 'thought', 'spoken', 'drawn'],
    knowsSearches: true,
    key: 'message_usage',
    usage: (p, sums) => ({
      input_tokens: p.fresh, output_tokens: sums.output, cache_read_input_tokens: p.read, cache_creation_input_tokens: sums.cacheWrite,
      cache_creation: { ephemeral_5m_input_tokens: p.write5m, ephemeral_1h_input_tokens: p.write1h },
      server_tool_use: { web_search_requests: p.searches, web_fetch_requests: 9 },
    }),
  },
  Bedrock: {
    model: 'us.anthropic.claude-x',
    lacks: ['freshAudio', 'freshImage', 'readAudio', 'thought', 'spoken', 'drawn', 'searches'],
    usage: (p, sums) => ({
      inputTokens: p.fresh, outputTokens: sums.output, totalTokens: sums.input + sums.output, cacheReadInputTokens: p.read, cacheWriteInputTokens: sums.cacheWrite,
      cacheDetails: [{ ttl: '5m', inputTokens: p.write5m }, { ttl: '1h', inputTokens: p.write1h }],
    }),
  },
  'Gemini, Vertex': {
    model: 'gemini-x',
    lacks: ['write5m', 'write1h', 'searches'],
    key: 'usage_metadata',
    usage: (p, sums) => ({
      promptTokenCount: sums.input - 1, toolUsePromptTokenCount: 1, candidatesTokenCount: sums.output - p.thought, thoughtsTokenCount: p.thought,
      cachedContentTokenCount: sums.cached, totalTokenCount: sums.input + sums.output, trafficType: 'ON_DEMAND',
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: textIn(p, sums) }, { modality: 'AUDIO', tokenCount: audioOf(p) }, { modality: 'IMAGE', tokenCount: p.freshImage }],
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: p.read }, { modality: 'AUDIO', tokenCount: p.readAudio }],
      candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: p.text }, { modality: 'AUDIO', tokenCount: p.spoken }, { modality: 'IMAGE', tokenCount: p.drawn }],
    }),
  },
  LiteLLM: {
    model: 'claude-x',
    lacks: ['readAudio'],
    knowsSearches: true,
    usage: (p, sums) => ({
      ...totals(sums), cache_creation_input_tokens: sums.cacheWrite, cache_read_input_tokens: sums.cached,
      prompt_tokens_details: {
        cached_tokens: sums.cached, cache_creation_tokens: sums.cacheWrite, audio_tokens: audioOf(p), image_tokens: p.freshImage, web_search_requests: p.searches,
        cache_creation_token_details: { ephemeral_5m_input_tokens: p.write5m, ephemeral_1h_input_tokens: p.write1h },
      },
      completion_tokens_details: { reasoning_tokens: p.thought, audio_tokens: p.spoken, image_tokens: p.drawn, text_tokens: p.text },
    }),
  },
  'new-api': {
    model: 'claude-x',
    lacks: ['searches', 'drawn'],
    usage: (p, sums) => ({
      ...totals(sums), prompt_cache_hit_tokens: 0, claude_cache_creation_5_m_tokens: p.write5m, claude_cache_creation_1_h_tokens: p.write1h,
      prompt_tokens_details: {
        cached_tokens: sums.cached, cached_creation_tokens: sums.cacheWrite, audio_tokens: audioOf(p), image_tokens: p.freshImage,
        cached_tokens_details: { audio_tokens: p.readAudio },
      },
      completion_tokens_details: { reasoning_tokens: p.thought, audio_tokens: p.spoken },
    }),
  },
  OpenRouter: {
    model: 'anthropic/claude-x',
    lacks: ['write1h', 'searches', 'readAudio', 'freshImage', 'drawn', 'spoken'],
    usage: (p, sums) => ({
      ...totals(sums), cost: 0.01, native_tokens_prompt: 3,
      prompt_tokens_details: { cached_tokens: sums.cached, cache_write_tokens: sums.cacheWrite, audio_tokens: audioOf(p) },
      completion_tokens_details: { reasoning_tokens: p.thought },
    }),
  },
  DashScope: {
    model: 'qwen3-max',
    lacks: ['write1h', 'readAudio', 'drawn'],
    knowsSearches: true,
    usage: (p, sums) => ({
      ...totals(sums), plugins: { search: { count: p.searches, strategy: 'turbo' } },
      prompt_tokens_details: {
        cached_tokens: sums.cached, cache_creation_input_tokens: sums.cacheWrite, cache_type: 'ephemeral', cache_creation: { ephemeral_5m_input_tokens: p.write5m },
        audio_tokens: audioOf(p), image_tokens: p.freshImage, video_tokens: 0,
      },
      completion_tokens_details: { reasoning_tokens: p.thought, audio_tokens: p.spoken },
    }),
  },
  'Moonshot, StepFun': {
    model: 'kimi-k2',
    lacks: ['write5m', 'write1h', 'searches', 'readAudio', 'freshAudio', 'freshImage', 'spoken', 'drawn', 'thought'],
    usage: (_, sums) => ({ ...totals(sums), cached_tokens: sums.cached }),
  },
  'DeepSeek, one-api': {
    model: 'deepseek-chat',
    lacks: ['write5m', 'write1h', 'searches', 'readAudio', 'freshAudio', 'freshImage', 'spoken', 'drawn'],
    usage: (p, sums) => ({
      ...totals(sums), prompt_cache_hit_tokens: sums.cached, prompt_cache_miss_tokens: p.fresh,
      completion_tokens_details: { reasoning_tokens: p.thought },
    }),
  },
  'Zhipu, Volcengine, MiniMax': {
    model: 'glm-4.7',
    lacks: ['write5m', 'write1h', 'searches', 'readAudio', 'freshAudio', 'freshImage', 'spoken', 'drawn'],
    usage: (p, sums) => ({
      ...totals(sums), total_characters: 99, prompt_tokens_details: { cached_tokens: sums.cached, provisioned_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: p.thought },
    }),
  },
  Mistral: {
    model: 'mistral-large-latest',
    lacks: ['write5m', 'write1h', 'searches', 'readAudio', 'freshAudio', 'freshImage', 'spoken', 'drawn', 'thought'],
    usage: (_, sums) => ({ ...totals(sums), num_cached_tokens: sums.cached, prompt_audio_seconds: 0 }),
  },
  xAI: {
    model: 'grok-4',
    lacks: ['write5m', 'write1h', 'readAudio', 'drawn', 'spoken'],
    knowsSearches: true,
    usage: (p, sums) => ({
      ...totals(sums), completion_tokens: p.text, num_sources_used: p.searches,
      prompt_tokens_details: { text_tokens: textIn(p, sums), audio_tokens: p.freshAudio, image_tokens: p.freshImage, cached_tokens: p.read },
      completion_tokens_details: { reasoning_tokens: p.thought, audio_tokens: 0 },
    }),
  },
  Cohere: {
    model: 'command-a',
    lacks: ['write5m', 'write1h', 'read', 'readAudio', 'freshAudio', 'freshImage', 'spoken', 'drawn', 'thought'],
    knowsSearches: true,
    usage: (p, sums) => ({
      billed_units: { input_tokens: 3, output_tokens: 4, search_units: p.searches }, tokens: { input_tokens: sums.input, output_tokens: sums.output },
    }),
  },
  Perplexity: {
    model: 'sonar-deep-research',
    lacks: ['write5m', 'write1h', 'read', 'readAudio', 'freshAudio', 'freshImage', 'spoken', 'drawn', 'thought'],
    knowsSearches: true,
    usage: (p, sums) => ({
      prompt_tokens: 1, citation_tokens: p.fresh - 1, completion_tokens: sums.output, total_tokens: 1 + sums.output, num_search_queries: p.searches,
    }),
  },
}; // prettier-ignore

describe('a whole usage object of each family comes to the sums that it was written from', () => {
  test.each(Object.entries(families))('%s', (name, { model, lacks, knowsSearches, key = 'usage', usage }) => {
    fc.assert(
      fc.property(parts, fc.boolean(), (all, isText) => {
        const p = without(all, ...lacks);
        const expected = right(p, knowsSearches ?? false);
        const whole = usage(p, expected.usage);
        const logged = { ...pluginLog(model, whole), [key]: isText ? JSON.stringify(whole) : whole };
        const read = round(aiLine(logged));
        const { details = {}, ...sums } = read.usage;
        expect(sums).toEqual(expected.usage);
        expect(details).toEqual(expected.details);
        // OpenRouter has no word for how long a cache write lasts.
        const saysLess = name === 'OpenRouter' ? ['cache-ttl-unlogged'] : [];
        const mayBeCached = p.freshAudio + p.readAudio + p.freshImage > 0 && expected.usage.cached > 0;
        if (mayBeCached && lacks.includes('readAudio')) saysLess.push('cached-kind-unlogged');
        for (const flag of read.flags)
          expect(['image-output', 'total-mismatch', ...saysLess]).toContain(flag);
      }),
      { numRuns: 400 },
    );
  });
});

describe('what the plugin logs of it comes to the same, or says so', () => {
  test.each(Object.entries(families))('%s', (name, { model, lacks, usage }) => {
    fc.assert(
      fc.property(parts, (all) => {
        const p = without(all, ...lacks);
        const expected = right(p, false);
        const whole = usage(p, expected.usage);
        const read = round(aiLine(pluginLog(model, whole)));
        // Of these the plugin reads no total at all.
        if (name === 'Bedrock' || name === 'Cohere') {
          expect(read.usageState).toBe('no-usage');
          return;
        }
        const { details = {}, cached, cacheWrite, input, output } = read.usage;
        const hasCache = 'prompt_cache_hit_tokens' in whole && !('prompt_tokens_details' in whole);
        const dropsCache = hasCache || 'num_cached_tokens' in whole || 'cached_tokens' in whole;
        expect(output).toBe(expected.usage.output);
        if (name !== 'Perplexity') expect(input).toBe(expected.usage.input);
        expect([cached, cacheWrite]).toEqual(
          dropsCache ? [0, 0] : [expected.usage.cached, expected.usage.cacheWrite],
        );
        // Mistral's list has no rate for what it caches.
        if (dropsCache && name !== 'Mistral') expect(read.flags).toContain('cache-unlogged');
        const hidesHours = p.write5m + p.write1h > 0 && model.includes('claude');
        expect(read.flags.includes('cache-ttl-unlogged')).toBe(hidesHours);
        if (!name.startsWith('Gemini')) expect(details.outputAudio ?? 0).toBe(p.spoken);
      }),
      { numRuns: 400 },
    );
  });
});
