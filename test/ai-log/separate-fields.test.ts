import { describe, expect, test } from 'vitest';
import { aiLine, escaped, round } from './lines.ts';

describe('attributes beside ai_log, as_separate_log_field', () => {
  test('fill in what ai_log lacks', () => {
    const beside = {
      answer: escaped('say "hi"\n'),
      reasoning: '[1]',
      question: escaped('[{"type":"text","text":"1.0"}]'),
      system: 'be nice',
      messages: escaped(' [{"n":1.0} , {}]'),
      tool_calls: escaped('[{"function":{"arguments":"{}{\\"a\\":1}"}}]'),
      session_id: 's',
      consumer: 'c',
      model: 'm',
      input_token: '7',
      output_token: '5',
      input_token_details: escaped('{"cached_tokens":3}'),
    };
    expect(round(aiLine({ model: null, answer: null }, beside))).toMatchObject({
      answer: '"say \\"hi\\"\\n"',
      reasoning: '"[1]"',
      question: '[{"type":"text","text":"1.0"}]',
      system: '"be nice"',
      messages: ['{"n":1.0}', '{}'],
      toolCalls: '[{"function":{"arguments":"{\\"a\\":1}"}}]',
      sessionId: 's',
      consumer: 'c',
      model: 'm',
      usage: { input: 7, output: 5, reasoning: 0, cached: 3, cacheWrite: 0 },
      usageState: 'counted',
    });
  });

  test('never stand above ai_log', () => {
    const aiLog = { answer: 'a', session_id: 's', consumer: 'c', input_token: 0, messages: [] };
    const beside = { answer: 'x', session_id: 'x', consumer: 'x', input_token: '9', messages: '[5]' };
    expect(round(aiLine(aiLog, beside))).toMatchObject({
      answer: '"a"',
      sessionId: 's',
      consumer: 'c',
      messages: [],
      usage: { input: 0 },
    });
  });

  test.each(['-', ''])('say nothing with %j', (nothing) => {
    const beside = {
      answer: nothing,
      session_id: nothing,
      consumer: nothing,
      model: nothing,
      messages: nothing,
    };
    expect(round(aiLine({}, beside))).toMatchObject({
      answer: null,
      sessionId: 'default',
      consumer: '',
      model: 'unknown',
      messages: null,
      messagesText: null,
    });
  });

  test('may be lists and objects of another producer, kept to the letter', () => {
    const line = '{"ai_log":{},"messages":[{"n":1.0}],"answer":{"a":1.0},"reasoning":null,"system":"[x"}';
    expect(round(line)).toMatchObject({
      messages: ['{"n":1.0}'],
      answer: '{"a":1.0}',
      reasoning: null,
      system: '"[x"',
    });
  });

  test('are well-formed Unicode', () => {
    expect(round('{"ai_log":{},"system":"[\\"\\ud83d\\"]"}').system).toBe('["\uFFFD"]');
  });

  test('of any depth do no harm', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(round(`{"ai_log":{},"answer":${deep}}`).answer).toBe(deep);
  });
});
