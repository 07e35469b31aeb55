import { NOTHING_KEPT } from '../../src/session-format/kept-fields.ts';
import { describe, expect, test } from 'vitest';
import type { LoggedRound } from '../../src/ai-log/round.ts';
import { storedLine, type StoredFacts, type StoredTexts } from '../../src/session-format/write-round.ts';
import { aiLine, round } from '../ai-log/lines.ts';
import { joined } from '../ai-log/session.ts';

const FACTS: StoredFacts = {
  round: 3,
  time: Date.UTC(2026, 1, 1),
  at: [2, 99],
  price: 5,
  flags: [],
  kept: NOTHING_KEPT,
};
const TEXTS: StoredTexts = { context: [[1, 0, 2]], newMessages: [], system: 'same', question: 'same' };

function fields(logged: LoggedRound, texts: StoredTexts | null = null): Record<string, unknown> {
  const { crc, ...rest } = JSON.parse(joined(storedLine(logged, FACTS, texts)));
  expect(crc).toBe('00000000');
  return rest;
}

const usage = { model: 'm', input_token: 10, output_token: 5, total_token: 15 };

test('a round without text: what it is, where it stood, what it used', () => {
  const facts: StoredFacts = { ...FACTS, flags: ['time-missing'], price: 'no-usage' };
  expect(joined(storedLine(round('{"ai_log":{}}'), facts, null))).toBe(
    '{"round":3,"timestamp":"2026-02-01T00:00:00.000Z","at":[2,99],"model":"unknown","input_tokens":0,' +
      '"output_tokens":0,"reasoning_tokens":0,"cached_tokens":0,"cache_write_tokens":0,"price":"no-usage",' +
      '"flags":["time-missing"],"has_tool_calls":false,"crc":"00000000"}',
  );
});

test('all that the log may say, and nothing that it does not', () => {
  const aiLog = {
    ...usage,
    input_token_details: '{"cached_tokens":4}',
    output_token_details: { reasoning_tokens: 2 },
    consumer: 'c',
    api: 'a',
    chat_id: 'chat',
    response_type: 'stream',
    llm_service_duration: 7,
    llm_first_token_duration: 6,
    tool_calls: [{ id: 't' }],
  };
  expect(fields(round(aiLine(aiLog, { request_id: 'r' })))).toEqual({
    round: 3,
    timestamp: '2026-02-01T00:00:00.000Z',
    at: [2, 99],
    model: 'm',
    input_tokens: 10,
    output_tokens: 5,
    reasoning_tokens: 2,
    cached_tokens: 4,
    cache_write_tokens: 0,
    price: 5,
    input_token_details: { cached_tokens: 4 },
    output_token_details: { reasoning_tokens: 2 },
    has_tool_calls: true,
    response_type: 'stream',
    consumer: 'c',
    api: 'a',
    chat_id: 'chat',
    request_id: 'r',
    response_code: 200,
    duration_ms: 7,
    first_token_ms: 6,
  });
});

test('parts of the counts and the tier, in snake case, also without text', () => {
  const aiLog = {
    ...usage,
    service_tier: 'Priority',
    usage: { server_tool_use: { web_search_requests: 0 } },
    input_token_details: { cached_tokens: 4, audio_tokens: 5, image_tokens: 1, cached_audio_tokens: 3, cached_image_tokens: 1, cache_write_tokens: 3, ephemeral_1h_input_tokens: 2 },
    output_token_details: { audio_tokens: 2, image_tokens: 1 },
  };
  const parts = { cache_write_1h: 2, input_audio: 5, input_image: 1, cached_audio: 3, cached_image: 1, output_audio: 2, output_image: 1, searches: 0 };
  for (const texts of [null, TEXTS]) {
    const stored = fields(round(aiLine(aiLog)), texts);
    expect([stored['usage_details'], stored['service_tier']]).toEqual([parts, 'priority']);
  }
  expect(Object.keys(fields(round(aiLine(aiLog)))['usage_details'] as object)).toEqual(Object.keys(parts));
  const words = round(aiLine({ ...usage, service_tier: 'my secret' }));
  expect([fields(words)['service_tier'], fields(words, TEXTS)['service_tier']]).toEqual([undefined, 'my secret']);
}); // prettier-ignore

function details(value: unknown): unknown {
  return fields(round(aiLine({ input_token_details: value })), TEXTS)['input_token_details'];
}

describe('what the log said of the usage', () => {
  test.each([
    ['the same', usage, undefined],
    ['the same, as text', { ...usage, input_token: '10' }, undefined],
    ['another total', { ...usage, total_token: 20 }, { input_token: 10, output_token: 5, total_token: 20 }],
    ['nonsense', { input_token: '1e', output_token: 5 }, { input_token: '1e', output_token: 5 }],
    [
      'an object that converts to nothing',
      { input_token: { toString: 1, valueOf: 1 } },
      { input_token: '{"toString":1,"valueOf":1}' },
    ],
    ['-0', { input_token: -0 }, undefined],
  ])('is kept where it differs: %s', (_, aiLog, logged) => {
    expect(fields(round(aiLine(aiLog)), TEXTS)['logged']).toEqual(logged);
  });

  test('details that are no JSON stay text, and depth does no harm', () => {
    expect(details('map[a:1]')).toBe('map[a:1]');
    expect(details(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBe(`"${'['.repeat(255)}`);
  });
});

describe('texts', () => {
  const logged = round('{"ai_log":{"answer":{"a":1.0},"reasoning":"r","tool_calls":[],"question":"q"}}');

  test('are spliced as logged, behind the fields', () => {
    const pieces = storedLine(logged, FACTS, {
      context: [[1, 0, 2], [3, 0, 2]],
      newMessages: ['{"n":1.0}', '"b"'],
      system: { text: null },
      question: { text: '"q"' },
    }); // prettier-ignore
    const line = joined(pieces);
    expect(line.slice(line.indexOf('"has_tool_calls"'))).toBe(
      '"has_tool_calls":false,"context":[[1,0,2],[3,0,2]],"new_messages":[{"n":1.0},"b"],' +
        '"system":null,"question":"q","answer":{"a":1.0},"reasoning":"r","tool_calls":[],"crc":"00000000"}',
    );
  });

  test('that are as before, or as in a round, are not repeated', () => {
    const stored = fields(logged, { ...TEXTS, question: 2 });
    expect([stored['question_round'], 'question' in stored, 'system' in stored]).toEqual([2, false, false]);
    expect([stored['context'], stored['new_messages']]).toEqual([[[1, 0, 2]], []]);
  });

  test('of a request that is no list stand in place of its messages', () => {
    const cut = round('{"ai_log":{"messages":"[map[ [truncated]"}}');
    const stored = fields(cut, { ...TEXTS, context: null });
    expect(stored['messages']).toBe('[map[ [truncated]');
    expect(['context' in stored, 'new_messages' in stored]).toEqual([false, false]);
  });

  test('and words in the place of numbers are absent without text', () => {
    const aiLog = {
      input_token: 'secret',
      output_token: 5,
      input_token_details: { cached_tokens: 4, secret_words: 'secret', 'a secret': 1 },
      output_token_details: 'secret',
      response_type: 'secret',
    };
    const stored = fields(round(aiLine(aiLog)));
    expect(JSON.stringify(stored)).not.toContain('secret');
    expect(stored).toMatchObject({ logged: { output_token: 5 }, input_token_details: { cached_tokens: 4 } });
    expect(fields(round(aiLine({ response_type: 'normal' })))['response_type']).toBe('normal');
  });

  test('are all absent without text', () => {
    const stored = fields(logged);
    for (const key of [
      'answer',
      'reasoning',
      'tool_calls',
      'question',
      'system',
      'context',
      'new_messages',
    ]) {
      expect(Object.keys(stored)).not.toContain(key);
    }
  });
});
