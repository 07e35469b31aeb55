import { describe, expect, test } from 'vitest';
import { FLAG_WORDS } from '../../../src/session-format/flags.ts';
import { isReason } from '../../../src/pricing/bounds.ts';
import { normaliseUsage } from '../../../src/ai-log/usage/usage.ts';
import { aiLine, round } from '../lines.ts';

type Log = Record<string, unknown>;
const log = (model: string, input: number, output: number, rest: Log = {}): Log => ({
  model,
  input_token: input,
  output_token: output,
  total_token: input + output,
  ...rest,
});
const flagsOf = (aiLog: Log): string[] => normaliseUsage(aiLog).flags;
const inputDetails = (details: unknown): Log => ({ input_token_details: details });
const outputDetails = (details: unknown): Log => ({ output_token_details: details });

describe('a cache count that the log does not have', () => {
  test.each([
    ['gpt-4o-2024-08-06', 1024],
    ['openai/gpt-4.1-mini', 1024],
    ['gpt-5', 1024],
    ['gpt-5.2-codex', 1024],
    ['o3', 1024],
    ['o4-mini', 1024],
    ['chatgpt-4o-latest', 1024],
    ['gemini-2.5-pro', 1024],
    ['google/gemini-3-flash-preview', 1024],
    ['models/gemini-flash-latest', 1024],
    ['qwen-max', 256],
    ['qwen3-coder-plus', 256],
    ['qwen3.5-plus', 256],
    ['MiniMax-M2.5', 512],
    ['kimi-k2-0905-preview', 1],
    ['moonshotai/Kimi-K2', 1],
    ['moonshot-v1-8k', 1],
    ['deepseek-chat', 1],
    ['deepseek-v4-pro', 1],
    ['glm-4.7', 1],
    ['glm-5', 1],
    ['doubao-seed-1-6-250615', 1],
    ['doubao-1.5-pro-32k', 1],
    ['grok-4-fast', 1],
    ['grok-code-fast-1', 1],
    ['step-3.5-flash', 1],
  ])('of %s from %i tokens on: an upper bound', (model, least) => {
    expect(flagsOf(log(model, least, 5))).toEqual(['cache-unlogged']);
    if (least > 1) expect(flagsOf(log(model, least - 1, 5))).toEqual([]);
    for (const key of [
      'cached_tokens',
      'cache_read_input_tokens',
      'cache_write_tokens',
      'prompt_cache_hit_tokens',
      'cached_creation_tokens',
    ])
      expect(flagsOf(log(model, 5000, 5, inputDetails({ [key]: 0 })))).toEqual([]);
    expect(flagsOf(log(model, 5000, 5, { cached_tokens: 0 }))).toEqual([]);
    expect(flagsOf(log(model, 5000, 5, { cached_tokens: 'x' }))).toContain('cache-unlogged');
    // What a whole usage object does not name, the provider did not send.
    expect(flagsOf(log(model, 5000, 5, { usage: { prompt_tokens: 5000 } }))).toEqual([]);
    // Nothing was generated.
    expect(flagsOf(log(model, 5000, 0))).toEqual([]);
    expect(flagsOf(log(model, 5000, 5, { cache_status: 'hit' }))).toEqual([]);
  });

  test.each([
    'gpt-4',
    'gpt-4-turbo',
    'gpt-3.5-turbo',
    'gpt-5-pro',
    'o1-pro',
    'o3-pro-2025-06-10',
    'gpt-4o-mini-search-preview',
    'gpt-oss-120b',
    'gemini-1.5-pro',
    'text-embedding-3-small',
    'qwen3-rerank',
    'qwen3-235b-a22b',
    'qwen-mt-plus',
    'deepseek-r1-distill-qwen-32b',
    'us.deepseek.r1-v1:0',
    'llama-3.3-70b',
    'mistral-large-latest',
    'glm-4-air',
    'grok-2',
    'doubao-seedream-4-0',
    'unknown',
    '',
  ])('is none of %s', (model) => {
    expect(flagsOf(log(model, 50_000, 5)).filter((flag) => flag.startsWith('cache'))).toEqual([]);
  });

  test('of Gemini’s own API is none: it leaves out a 0', () => {
    const gemini = log('gemini-2.5-pro', 5000, 5);
    expect(flagsOf({ ...gemini, ...outputDetails({ thoughts_token_count: 0 }) })).toEqual([]);
    expect(flagsOf({ ...gemini, ...inputDetails({ tool_use_prompt_token_count: 0 }) })).toEqual([]);
    expect(flagsOf({ ...gemini, usage_metadata: { promptTokenCount: 5000 } })).toEqual([]);
  });

  test('of Claude has a flag of its own', () => {
    expect(flagsOf(log('claude-sonnet-4-5', 5000, 5))).toEqual(['cache-unknown']);
  });
});

describe('cache writes that the log does not count', () => {
  const BEDROCK = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
  test.each([
    ['claude-sonnet-4-5', { cached_tokens: 0 }, ['cache-write-unlogged']],
    ['anthropic/claude-sonnet-4.5', { cached_tokens: 9 }, ['cache-write-unlogged']],
    ['claude-sonnet-4-5', { cached_tokens: 9, cache_write_tokens: 0 }, []],
    ['claude-sonnet-4-5', { cached_tokens: 9, cached_creation_tokens: 0 }, []],
    ['claude-sonnet-4-5', { cached_tokens: 9, ephemeral_1h_input_tokens: 0 }, []],
    ['claude-sonnet-4-5', { cache_read_input_tokens: 9, cache_creation_input_tokens: 0 }, []],
    // Both sides at once can't be said: the input is in doubt first.
    // It may have cost less, and more.
    ['claude-sonnet-4-5', { cache_read_input_tokens: 9 }, ['ambiguous', 'cache-write-unlogged']],
    [BEDROCK, { cached_tokens: 9 }, ['cache-write-unlogged']],
    [`bedrock/${BEDROCK}`, { cached_tokens: 9 }, ['cache-write-unlogged']],
    // Reads and writes together are none.
    [BEDROCK, { cached_tokens: 0 }, []],
    ['us.amazon.nova-pro-v1:0', { cached_tokens: 9 }, ['cache-write-unlogged']],
    ['amazon.nova-lite-v1:0', { cached_tokens: 0 }, []],
    ['gpt-4o', { cached_tokens: 9 }, []],
    ['qwen-max', { cached_tokens: 9 }, []],
  ])('%s with %j: %j', (model, details, flags) => {
    const { flags: found } = normaliseUsage({
      ...log(model, 50, 5),
      total_token: 0,
      ...inputDetails(details),
    });
    expect(found).toEqual(flags);
  });
});

/** `[outputImage, flags]` */
const imagesOf = (aiLog: Log): unknown[] => {
  const { usage, flags } = normaliseUsage(aiLog);
  return [usage.details?.outputImage, ...flags];
};

describe('images in the output', () => {
  test.each([
    'gpt-image-1',
    'openai/gpt-image-1.5',
    'chatgpt-image-latest',
    'qwen-image-plus',
    'imagen-4',
    'doubao-seedream-4-0-250828',
    'wan2.5-t2i-preview',
    'wanx2.1-t2i-turbo',
    'cogview-4',
    'dall-e-3',
    'flux-1.1-pro',
  ])('%s makes nothing else', (model) => {
    expect(imagesOf(log(model, 50, 4160))).toEqual([4160, 'image-output']);
    expect(imagesOf(log(model, 50, 4160, outputDetails({ image_tokens: 4000 })))).toEqual([
      4000,
      'image-output',
    ]);
    expect(imagesOf(log(model, 50, 4160, outputDetails({ text_tokens: 160 })))).toEqual([
      4000,
      'image-output',
    ]);
    expect(imagesOf(log(model, 50, 0))).toEqual([undefined, 'image-uncounted']);
  });

  test.each([
    ['gemini-2.5-flash-image', 1290, [1290, 'image-output']],
    ['gemini-2.5-flash-image-preview', 2580, [2580, 'image-output']],
    ['gemini-2.5-flash-image', 1300, [1300, 'image-output', 'image-share-unlogged']],
    ['gemini-2.5-flash-image', 1289, [undefined]],
    ['gemini-3-pro-image-preview', 2000, [2000, 'image-output']],
    ['google/gemini-3.1-flash-image', 747, [747, 'image-output']],
    ['gemini-2.0-flash-preview-image-generation', 1290, [1290, 'image-output', 'image-share-unlogged']],
    ['gemini-2.5-flash', 1290, [undefined]],
  ])('%s, %i tokens: %j', (model, output, expected) => {
    expect(imagesOf(log(model, 30, output))).toEqual(expected);
  });

  test('thoughts of a Gemini image model are no images', () => {
    const thinking = {
      ...log('gemini-3-pro-image', 30, 1120),
      total_token: 1350,
      ...outputDetails({ thoughts_token_count: 200 }),
    };
    expect(imagesOf(thinking)).toEqual([1120, 'image-output']);
    expect(normaliseUsage(thinking).usage.output).toBe(1320);
  });

  test('counts end the doubt', () => {
    const model = 'gemini-2.5-flash-image';
    expect(imagesOf(log(model, 30, 1300, outputDetails({ image_tokens: 1290 })))).toEqual([
      1290,
      'image-output',
    ]);
    expect(imagesOf(log(model, 30, 1300, outputDetails([{ modality: 'IMAGE', tokenCount: 1290 }])))).toEqual([
      1290,
      'image-output',
    ]);
    expect(imagesOf(log(model, 30, 1300, outputDetails({ text_tokens: 10 })))).toEqual([
      1290,
      'image-output',
    ]);
    expect(imagesOf(log(model, 30, 1300, outputDetails({ image_tokens: 0 })))).toEqual([undefined]);
  });
});

describe('audio', () => {
  const audioOf = (aiLog: Log): unknown => {
    const { usage, flags } = normaliseUsage(aiLog);
    return [usage.details ?? {}, ...flags];
  };
  test('of a model that only speaks is all of its output', () => {
    for (const model of ['gpt-4o-mini-tts', 'gemini-2.5-flash-preview-tts', 'tts-1-hd', 'qwen3-tts-flash'])
      expect(audioOf(log(model, 20, 300))).toEqual([{ outputAudio: 300 }]);
  });
  test('of a model that hears and writes is in doubt where the input is not counted', () => {
    for (const model of ['gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'gpt-4o-transcribe-diarize']) {
      expect(audioOf(log(model, 20, 300))).toEqual([{}, 'modality-unlogged']);
      expect(audioOf(log(model, 20, 300, inputDetails({ audio_tokens: 18, text_tokens: 2 })))).toEqual([
        { inputAudio: 18 },
      ]);
    }
  });
  test('of a model that speaks and writes is in doubt where it is not counted', () => {
    for (const model of [
      'gpt-audio',
      'gpt-audio-mini',
      'gpt-4o-audio-preview',
      'gpt-4o-mini-realtime-preview',
      'gpt-realtime',
      'qwen3-omni-flash',
      'gemini-2.5-flash-native-audio-latest',
    ]) {
      expect(audioOf(log(model, 20, 300))).toEqual([{}, 'modality-unlogged']);
      expect(audioOf(log(model, 20, 300, inputDetails({ audio_tokens: 0 })))).toEqual([
        {},
        'modality-unlogged',
      ]);
      expect(
        audioOf(
          log(model, 20, 300, {
            ...inputDetails({ audio_tokens: 0 }),
            ...outputDetails({ audio_tokens: 0 }),
          }),
        ),
      ).toEqual([{}]);
      expect(
        audioOf(
          log(model, 20, 300, {
            ...inputDetails({ text_tokens: 20 }),
            ...outputDetails({ text_tokens: 300 }),
          }),
        ),
      ).toEqual([{}]);
      expect(
        audioOf(
          log(model, 20, 300, {
            ...inputDetails({ text_tokens: 20 }),
            ...outputDetails({ audio_tokens: 200 }),
          }),
        ),
      ).toEqual([{ outputAudio: 200 }]);
    }
  });
  test('that is billed by the minute is a lower bound', () => {
    expect(audioOf(log('voxtral-mini', 20, 300, { usage: { prompt_audio_seconds: 12 } }))).toEqual([
      {},
      'modality-unlogged',
    ]);
    expect(audioOf(log('voxtral-mini', 20, 300, { usage: { prompt_audio_seconds: 0 } }))).toEqual([{}]);
  });
});

describe('parts never exceed what they are parts of', () => {
  const partsOf = (aiLog: Log): unknown => {
    const { usage, flags } = normaliseUsage(aiLog);
    return [usage.details ?? {}, flags];
  };
  test.each([
    ['audio in', inputDetails({ audio_tokens: 101 }), { inputAudio: 100 }],
    [
      'image beside audio',
      inputDetails({ audio_tokens: 60, image_tokens: 41 }),
      { inputAudio: 60, inputImage: 40 },
    ],
    [
      'cached audio over audio',
      inputDetails({ cached_tokens: 50, audio_tokens: 10, cached_audio_tokens: 11 }),
      { inputAudio: 10, cachedAudio: 10 },
    ],
    [
      'cached audio over the cache',
      inputDetails({ cached_tokens: 5, audio_tokens: 10, cached_audio_tokens: 6 }),
      { inputAudio: 10, cachedAudio: 5 },
    ],
    ['cached audio without audio', inputDetails({ cached_tokens: 5, cached_audio_tokens: 6 }), {}],
    ['audio out', outputDetails({ audio_tokens: 51 }), { outputAudio: 50 }],
    [
      'hour over the writes',
      inputDetails({ cache_write_tokens: 9, ephemeral_1h_input_tokens: 10 }),
      { cacheWrite1h: 9 },
    ],
    [
      'hour and minutes over the writes',
      inputDetails({ cache_write_tokens: 9, ephemeral_1h_input_tokens: 5, ephemeral_5m_input_tokens: 5 }),
      { cacheWrite1h: 5 },
    ],
    ['minutes over the writes', inputDetails({ cache_write_tokens: 9, ephemeral_5m_input_tokens: 10 }), {}],
  ])('%s', (_, details, parts) => {
    expect(partsOf(log('m', 100, 50, details))).toEqual([parts, ['bad-count']]);
  });
  test('image beside audio in the output', () => {
    expect(partsOf(log('m', 100, 50, outputDetails({ audio_tokens: 30, image_tokens: 21 })))).toEqual([
      { outputAudio: 30, outputImage: 20 },
      ['image-output', 'bad-count'],
    ]);
  });
  test('what is no text and not fresh was read from the cache', () => {
    expect(partsOf(log('m', 100, 50, inputDetails({ cached_tokens: 80, audio_tokens: 30 })))).toEqual([
      { inputAudio: 30, cachedAudio: 10 },
      ['cached-kind-unlogged'],
    ]);
    expect(
      partsOf(log('m', 100, 50, inputDetails({ cached_tokens: 80, audio_tokens: 30, image_tokens: 65 }))),
    ).toEqual([
      { inputAudio: 30, inputImage: 65, cachedAudio: 30, cachedImage: 45 },
      ['cached-kind-unlogged'],
    ]);
  });
  test('what of it was cached is in doubt only where the log leaves it open', () => {
    const cachedOf = (details: object, more: object = {}): unknown =>
      partsOf(log('m', 100, 50, { usage: { prompt_tokens_details: details, ...more } }));
    const some = { cached_tokens: 40, audio_tokens: 30 };
    expect(cachedOf(some)).toEqual([{ inputAudio: 30 }, ['cached-kind-unlogged']]);
    // As OpenAI's Realtime says it, and Gemini, of text alone.
    const told = { cached_tokens_details: { text_tokens: 40, audio_tokens: 0 } };
    expect(cachedOf({ ...some, ...told })).toEqual([{ inputAudio: 30 }, []]);
    const text = { cache_tokens_details: [{ modality: 'TEXT', tokenCount: 25 }] };
    expect(cachedOf({ ...some, ...text })).toEqual([{ inputAudio: 30, cachedAudio: 15 }, []]);
    // All of the cache, or all of the audio: nothing is open.
    expect(cachedOf({ cached_tokens: 40, audio_tokens: 100 })).toEqual([
      { inputAudio: 100, cachedAudio: 40 },
      [],
    ]);
    expect(cachedOf({ cached_tokens: 100, audio_tokens: 30 })).toEqual([
      { inputAudio: 30, cachedAudio: 30 },
      [],
    ]);
    expect(cachedOf({ cached_tokens: 0, audio_tokens: 30 })).toEqual([{ inputAudio: 30 }, []]);
  });
  test('nothing is made of zeros, but for searches', () => {
    expect(
      partsOf(
        log('m', 100, 50, {
          ...inputDetails({ audio_tokens: 0, image_tokens: 0, ephemeral_1h_input_tokens: 0 }),
          ...outputDetails({ audio_tokens: 0, image_tokens: 0 }),
        }),
      ),
    ).toEqual([{}, []]);
    expect(normaliseUsage(log('m', 1, 1, inputDetails({ audio_tokens: 0 }))).usage).not.toHaveProperty(
      'details',
    );
    expect(partsOf(log('m', 100, 50, { usage: { server_tool_use: { web_search_requests: 0 } } }))).toEqual([
      { searches: 0 },
      [],
    ]);
  });
});

test('a flag that bounds a cost has words', () => {
  const bounding = [...FLAG_WORDS.keys()].filter((flag) => isReason(flag)).toSorted();
  expect(bounding).toEqual([
    'aborted',
    'ambiguous',
    'bad-count',
    'cache-ttl-mixed',
    'cache-ttl-unlogged',
    'cache-unknown',
    'cache-unlogged',
    'cache-write-unlogged',
    'cached-kind-unlogged',
    'image-share-unlogged',
    'image-uncounted',
    'maybe-imported',
    'modality-unlogged',
    'reasoning-uncounted',
    'total-larger',
    'usage-unlogged',
  ]);
});

describe('a total that is larger than its parts', () => {
  const flagsOf = (model: string, total: number, more: object = {}): string[] =>
    normaliseUsage({
      model,
      input_token: 100,
      output_token: 20,
      total_token: total,
      cached_tokens: 0,
      ...more,
    }).flags;
  test('is a bound: what stands in no count may have been billed', () => {
    expect(flagsOf('grok-4', 620)).toEqual(['total-mismatch', 'total-larger']);
    expect(flagsOf('grok-4', 620, { reasoning_tokens: 500 })).toEqual([]);
    expect(flagsOf('gemini-2.5-pro', 620)).toEqual([]);
    expect(flagsOf('grok-4', 120)).toEqual([]);
  });
  test('is none where it is smaller, or nothing was asked of the model', () => {
    expect(flagsOf('grok-4', 110)).toEqual(['total-mismatch']);
    expect(flagsOf('grok-4', 620, { cache_status: 'hit' })).toEqual(['total-mismatch']);
  });
});

describe('reasoning that stands in the log and in no count', () => {
  const flagsOf = (model: string, more: object): string[] =>
    round(aiLine({ model, input_token: 100, output_token: 20, cached_tokens: 0, answer: 'a', ...more }))
      .flags;
  test('of Qwen, whose output then costs more', () => {
    const flagged = ['reasoning-uncounted'];
    expect(flagsOf('qwen-plus', { reasoning: 'Let me see' })).toEqual(flagged);
    expect(flagsOf('qwen-plus', { reasoning: 'Let me see', reasoning_tokens: 0 })).toEqual(flagged);
    expect(flagsOf('dashscope/qwen-plus', { reasoning: 'Let me see' })).toEqual(flagged);
  });
  test('of others, or counted, or not there', () => {
    expect(flagsOf('gpt-5', { reasoning: 'Let me see' })).toEqual([]);
    expect(flagsOf('qwen-plus', { reasoning: 'Let me see', reasoning_tokens: 5 })).toEqual([]);
    for (const reasoning of [null, '', '-']) expect(flagsOf('qwen-plus', { reasoning })).toEqual([]);
  });
});
