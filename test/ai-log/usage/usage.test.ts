import { readFileSync } from 'node:fs';
import { fc } from '../../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { normaliseUsage } from '../../../src/ai-log/usage/usage.ts';

interface Example {
  name: string;
  ai_log: Record<string, unknown>;
  expected: { input: number; cache_read: number; cache_write: number; output: number; reasoning: number };
}
const examples = JSON.parse(
  readFileSync(new URL('../../../fixtures/accounting.json', import.meta.url), 'utf8'),
) as Example[];

/** `[input, output, reasoning, cached, cacheWrite]` */
function counts(aiLog: Record<string, unknown>): number[] {
  const { input, output, reasoning, cached, cacheWrite } = normaliseUsage(aiLog).usage;
  return [input, output, reasoning, cached, cacheWrite];
}

function log(input: unknown, output: unknown, total: unknown, rest: Record<string, unknown> = {}) {
  return { model: 'm', input_token: input, output_token: output, total_token: total, ...rest };
}

const inputDetails = (details: unknown) => ({ input_token_details: details });
const outputDetails = (details: unknown) => ({ output_token_details: details });

const placeOf = (input: number, output: number, total: number, details: object, rest = {}) => {
  const { usage, flags } = normaliseUsage(log(input, output, total, { ...inputDetails(details), ...rest }));
  return [usage.input, ...flags];
};

const flagsOf = (aiLog: Record<string, unknown>) => normaliseUsage(aiLog).flags;

describe('the worked examples', () => {
  test('are all eight here', () => expect(examples).toHaveLength(8));

  test.each(examples)('$name', ({ ai_log, expected }) => {
    const { usage, state, flags } = normaliseUsage(ai_log);
    expect({ usage, state, flags }).toEqual({
      usage: {
        input: expected.input,
        output: expected.output,
        reasoning: expected.reasoning,
        cached: expected.cache_read,
        cacheWrite: expected.cache_write,
      },
      state: 'counted',
      flags: [],
    });
  });
});

describe('rule 1: the gateway, silence, rerank', () => {
  const zero = { input: 0, output: 0, reasoning: 0, cached: 0, cacheWrite: 0 };

  test('model from-cache is the gateway cache', () => {
    const { usage, state, flags } = normaliseUsage({ ...log(0, 0, 0), model: 'from-cache' });
    expect([usage, state, flags]).toEqual([zero, 'gateway-cache', []]);
  });
  test('cache_status hit is the gateway cache, and its tokens are kept', () => {
    const hit = { ...log(10, 5, 15), cache_status: 'hit', model: 'claude-sonnet-4-5' };
    expect(normaliseUsage(hit)).toEqual({
      usage: { ...zero, input: 10, output: 5 },
      state: 'gateway-cache',
      flags: [],
    });
  });
  test('cache_status miss is not', () => {
    expect(normaliseUsage({ ...log(1, 1, 2), cache_status: 'miss' }).state).toBe('counted');
  });
  test('a total alone is input', () => {
    expect(normaliseUsage(log(0, 0, 79))).toEqual({
      usage: { ...zero, input: 79 },
      state: 'counted',
      flags: [],
    });
  });
  test.each([
    ['absent', {}],
    ['zero', log(0, 0, 0)],
    ['null', log(null, null, null)],
    ['details only', { model: 'claude-x', ...inputDetails({ cached_tokens: 500 }) }],
  ])('usage that is %s is no-usage', (_, aiLog) => {
    expect(normaliseUsage(aiLog)).toEqual({ usage: zero, state: 'no-usage', flags: [] });
  });
  test('input or output alone is usage', () => {
    expect(normaliseUsage(log(3, undefined, undefined)).state).toBe('counted');
    expect(normaliseUsage(log(undefined, 3, undefined)).state).toBe('counted');
  });
});

describe('rule 2: Gemini', () => {
  test.each([
    ['cached content', { cached_content_token_count: 40 }, {}, [100, 20, 0, 40, 0]],
    ['tool use', { tool_use_prompt_token_count: 7 }, {}, [107, 20, 0, 0, 0]],
    ['thoughts', {}, { thoughts_token_count: 9 }, [100, 29, 9, 0, 0]],
    [
      'thoughts, though reasoning_tokens is there',
      {},
      { thoughts_token_count: 9, reasoning_tokens: 3 },
      [100, 29, 9, 0, 0],
    ],
  ])('%s', (_, input, output, expected) => {
    expect(counts(log(100, 20, 0, { ...inputDetails(input), ...outputDetails(output) }))).toEqual(expected);
  });
  test('a cache larger than the prompt and its tools enlarges the input', () => {
    const details = { cached_content_token_count: 111, tool_use_prompt_token_count: 10 };
    expect(counts(log(100, 20, 0, inputDetails(details)))).toEqual([221, 20, 0, 111, 0]);
    expect(counts(log(101, 20, 0, inputDetails(details)))).toEqual([111, 20, 0, 111, 0]);
  });
});

describe('rule 3: which key is which', () => {
  test('cached_tokens at the top goes before the details', () => {
    expect(counts(log(100, 1, 101, { cached_tokens: 5, ...inputDetails({ cached_tokens: 6 }) }))[3]).toBe(5);
  });
  test('cached_tokens goes before cache_read_input_tokens', () => {
    const details = { cached_tokens: 6, cache_read_input_tokens: 7, cache_creation_input_tokens: 0 };
    expect(counts(log(100, 1, 101, inputDetails(details)))).toEqual([100, 1, 0, 6, 0]);
  });
  test('cache_creation_input_tokens goes before cache_write_tokens', () => {
    const write = { cache_write_tokens: 3 };
    expect(counts(log(100, 1, 101, inputDetails(write)))[4]).toBe(3);
    expect(counts(log(100, 1, 101, inputDetails({ cache_creation_input_tokens: 4, ...write })))[4]).toBe(4);
  });
  test('reasoning: the top, then reasoning_tokens, then thinking_tokens', () => {
    const thinking = { thinking_tokens: 3 };
    expect(counts(log(1, 50, 51, outputDetails(thinking)))[2]).toBe(3);
    expect(counts(log(1, 50, 51, outputDetails({ reasoning_tokens: 4, ...thinking })))[2]).toBe(4);
    expect(
      counts(log(1, 50, 51, { reasoning_tokens: 0, ...outputDetails({ reasoning_tokens: 4 }) }))[2],
    ).toBe(0);
  });
});

describe('rule 4: where the cache stands', () => {
  test('cached and written together over the input: outside', () => {
    expect(placeOf(12, 1, 0, { cached_tokens: 8, cache_write_tokens: 5 })).toEqual([25]);
    expect(placeOf(13, 1, 0, { cached_tokens: 8, cache_write_tokens: 5 })).toEqual([13]);
  });
  test('both Anthropic keys: outside', () => {
    expect(placeOf(100, 1, 0, { cache_read_input_tokens: 8, cache_creation_input_tokens: 0 })).toEqual([108]);
    expect(placeOf(100, 1, 0, { cache_read_input_tokens: 0, cache_creation_input_tokens: 5 })).toEqual([105]);
  });
  test('both Anthropic keys beside cached_tokens: inside', () => {
    const both = { cached_tokens: 8, cache_read_input_tokens: 8, cache_creation_input_tokens: 4 };
    expect(placeOf(100, 1, 101, both)).toEqual([100]);
  });
  test('cache_read_input_tokens alone: outside, ambiguous', () => {
    expect(placeOf(100, 1, 0, { cache_read_input_tokens: 8 })).toEqual([108, 'ambiguous']);
  });
  test('cache_read_input_tokens alone, and more than the input: outside, proved', () => {
    expect(placeOf(12, 1, 0, { cache_read_input_tokens: 18 })).toEqual([30]);
  });
  test('cache_read_input_tokens of 0 hides nothing', () => {
    expect(placeOf(100, 1, 101, { cache_read_input_tokens: 0 })).toEqual([100]);
  });
  test('cache_read_input_tokens with cache_write_tokens: inside', () => {
    expect(placeOf(100, 1, 101, { cache_read_input_tokens: 8, cache_write_tokens: 2 })).toEqual([100]);
  });
  test('cache_creation_input_tokens alone: inside (DashScope)', () => {
    expect(placeOf(100, 1, 101, { cache_creation_input_tokens: 60 })).toEqual([100]);
    expect(placeOf(100, 1, 161, { cache_creation_input_tokens: 60 })).toEqual([
      100,
      'total-mismatch',
      'total-larger',
    ]);
  });
  test('cached_tokens and a gap as large as the cache: outside', () => {
    expect(placeOf(100, 10, 170, { cached_tokens: 40, cache_write_tokens: 20 })).toEqual([160]);
  });
  test('cached_tokens and a gap as large as cache and reasoning: both outside', () => {
    const aiLog = log(100, 10, 155, { cached_tokens: 40, reasoning_tokens: 5 });
    expect(counts(aiLog)).toEqual([140, 15, 5, 40, 0]);
    expect(normaliseUsage(aiLog).flags).toEqual([]);
  });
  test('a gap that is cache and reasoning alike is the reasoning', () => {
    expect(counts(log(100, 50, 190, { cached_tokens: 40, reasoning_tokens: 40 }))).toEqual([
      100, 90, 40, 40, 0,
    ]);
  });
});

describe('rule 5: where the reasoning stands', () => {
  test('more reasoning than output: outside', () => {
    expect(counts(log(1, 10, 0, { reasoning_tokens: 11 }))).toEqual([1, 21, 11, 0, 0]);
    expect(counts(log(1, 10, 0, { reasoning_tokens: 10 }))).toEqual([1, 10, 10, 0, 0]);
  });
  test('a gap as large as the reasoning: outside', () => {
    expect(counts(log(1, 10, 16, { reasoning_tokens: 5 }))).toEqual([1, 15, 5, 0, 0]);
    expect(counts(log(1, 10, 17, { reasoning_tokens: 5 }))).toEqual([1, 10, 5, 0, 0]);
  });
  test('the gap counts behind the cache', () => {
    const details = inputDetails({ cache_read_input_tokens: 30, cache_creation_input_tokens: 0 });
    expect(counts(log(100, 10, 145, { reasoning_tokens: 5, ...details }))).toEqual([130, 15, 5, 30, 0]);
  });
  test('a gap without reasoning is the reasoning of a Gemini model, of no other', () => {
    const aiLog = log(100, 10, 150);
    expect(counts({ ...aiLog, model: 'google/Gemini-2.5-pro' })).toEqual([100, 50, 40, 0, 0]);
    expect(counts({ ...aiLog, model: 'gpt-5' })).toEqual([100, 10, 0, 0, 0]);
    expect(counts({ ...aiLog, model: 'gemini-2.5-pro', reasoning_tokens: 3 })).toEqual([100, 10, 3, 0, 0]);
  });
});

describe('rule 6: flags', () => {
  test('another total', () => {
    expect(flagsOf(log(10, 5, 16))).toEqual(['total-mismatch', 'total-larger']);
    expect(flagsOf(log(10, 5, 14))).toEqual(['total-mismatch']);
    expect(flagsOf(log(10, 5, 0))).toEqual([]);
  });
  test('a Claude model without a cache key', () => {
    const claude = { ...log(10, 5, 15), model: 'us.anthropic.Claude-sonnet-4' };
    expect(flagsOf(claude)).toEqual(['cache-unknown']);
    for (const key of [
      'cache_creation_input_tokens',
      'cache_read_input_tokens',
      'cache_write_tokens',
      'cached_tokens',
    ]) {
      expect(flagsOf({ ...claude, ...inputDetails({ [key]: 0 }) })).toEqual([]);
    }
    expect(flagsOf({ ...claude, cached_tokens: 0 })).toEqual([]);
    expect(flagsOf({ ...claude, cached_tokens: null })).toEqual(['cache-unknown']);
  });
  test('images in the output', () => {
    expect(flagsOf(log(10, 5, 15, outputDetails({ image_tokens: 4 })))).toEqual(['image-output']);
    expect(flagsOf(log(10, 5, 15, outputDetails({ image_tokens: 0 })))).toEqual([]);
    expect(flagsOf(log(10, 5, 15, inputDetails({ image_tokens: 4 })))).toEqual([]);
  });
});

describe('counts as logs have them', () => {
  test('numbers and texts mix, and Go prints large floats with an exponent', () => {
    expect(counts(log('343', 153, ' 496 '))).toEqual([343, 153, 0, 0, 0]);
    expect(counts(log('1.5e+06', '2.0', 0))).toEqual([1_500_000, 2, 0, 0, 0]);
  });
  test('details are an object or its JSON', () => {
    const details = { cached_tokens: 8 };
    expect(counts(log(20, 1, 21, inputDetails(details)))).toEqual([20, 1, 0, 8, 0]);
    expect(counts(log(20, 1, 21, inputDetails(JSON.stringify(details))))).toEqual([20, 1, 0, 8, 0]);
  });
  test.each([[{}], ['{}'], [null], [''], ['-'], ['null'], [undefined]])('details %j are none', (details) => {
    expect(normaliseUsage(log(20, 1, 21, inputDetails(details))).flags).toEqual([]);
  });
  test.each([['{"cached_tokens":8'], [[8]], ['[8]'], [8], ['map[cached_tokens:8]']])(
    'details %j are flagged',
    (details) => {
      const { usage, flags } = normaliseUsage(log(20, 1, 21, outputDetails(details)));
      expect([usage.input, flags]).toEqual([20, ['bad-count']]);
    },
  );
  test.each([
    [-1],
    [1.5],
    [1e300],
    ['abc'],
    ['NaN'],
    [NaN],
    [Infinity],
    [{}],
    [[5]],
    [true],
    ['0x10'],
    ['-1'],
    [1e9 + 1],
  ])('%j is no count: absent and flagged', (nonsense) => {
    const { usage, flags } = normaliseUsage(log(nonsense, 5, 0));
    expect([usage.input, usage.output, flags]).toEqual([0, 5, ['bad-count']]);
  });
  test.each([[null], [undefined], [''], ['-']])('%j is absent', (nothing) => {
    expect(normaliseUsage(log(nothing, 5, 0)).flags).toEqual([]);
  });
  test('a nonsense count gives way to the next key', () => {
    const { usage, flags } = normaliseUsage(
      log(20, 1, 21, { cached_tokens: -8, ...inputDetails({ cached_tokens: 8 }) }),
    );
    expect([usage.cached, flags]).toEqual([8, ['bad-count']]);
  });
  test('a billion is the largest count, and -0 is 0', () => {
    expect(counts(log(1e9, -0, 0))).toEqual([1e9, 0, 0, 0, 0]);
  });
  test('only own keys count', () => {
    const inherited = Object.create({
      input_token: 5,
      model: 'from-cache',
      input_token_details: { cached_tokens: 1 },
    });
    expect(normaliseUsage(inherited).state).toBe('no-usage');
    const hostile = JSON.parse('{"__proto__":{"cached_tokens":9},"constructor":{"cached_tokens":9}}');
    expect(counts(log(20, 1, 21, inputDetails(hostile)))).toEqual([20, 1, 0, 0, 0]);
  });
});

describe('whatever the log says', () => {
  const keys = fc.constantFrom(
    'cached_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'cache_write_tokens',
    'reasoning_tokens',
    'thinking_tokens',
    'cached_content_token_count',
    'tool_use_prompt_token_count',
    'thoughts_token_count',
    'image_tokens',
    '__proto__',
    'constructor',
  );
  const count = fc.oneof(
    { weight: 6, arbitrary: fc.nat(300) },
    { weight: 2, arbitrary: fc.nat(2_000_000_000) },
    fc.nat(300).map(String),
    fc.double(),
    fc.constantFrom(null, undefined, '', '-', 'abc', '1e300', -1, 2 ** 53, true),
    fc.anything(),
  );
  const object = fc.dictionary(keys, count);
  const details = fc.oneof(
    object,
    object.map((value) => JSON.stringify(value) ?? ''),
    fc.anything(),
  );
  const aiLog = fc.record(
    {
      model: fc.oneof(fc.constantFrom('gemini-2.5-pro', 'claude-x', 'gpt-5', 'from-cache'), fc.anything()),
      input_token: count,
      output_token: count,
      total_token: count,
      cached_tokens: count,
      reasoning_tokens: count,
      input_token_details: details,
      output_token_details: details,
      cache_status: fc.constantFrom('hit', 'miss', undefined),
    },
    { requiredKeys: [] },
  );

  test('counts are safe integers from 0, cache ⊂ input, reasoning ⊂ output', () => {
    fc.assert(
      fc.property(aiLog, (hostile) => {
        const { usage, state, flags } = normaliseUsage(hostile);
        const { details = {}, ...five } = usage;
        for (const value of [...Object.values(five), ...Object.values(details)])
          expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
        expect(usage.cached + usage.cacheWrite).toBeLessThanOrEqual(usage.input);
        expect(usage.reasoning).toBeLessThanOrEqual(usage.output);
        expect(new Set(flags).size).toBe(flags.length);
        if (state === 'no-usage') expect(usage.input + usage.output).toBe(0);
      }),
      { numRuns: 5000 },
    );
  });
});
