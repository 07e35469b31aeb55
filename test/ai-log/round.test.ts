import { describe, expect, test } from 'vitest';
import { readLogLine, type LoggedRound } from '../../src/ai-log/round.ts';
import { aiLine, envoyLine, escaped, round } from './lines.ts';

/** A round whose ai_log has this one attribute, given as its JSON. */
const withAttribute = (key: string, json: string): LoggedRound =>
  round(envoyLine(escaped(`{${JSON.stringify(key)}:${json}}`)));

/** Tool calls with these arguments. */
const call = (text: string): string => `[{"function":{"name":"f","arguments": ${text}}}]`;

describe('texts', () => {
  test('are kept to the letter', () => {
    const exact = '{"b":1.0,"a":9007199254740993,"a":"\\u003c\\ud83d","n":-0.0e+1}';
    const json = `{"messages":[ ${exact} ,null],"system":${exact},"question":${exact},"answer":${exact},"reasoning":${exact},"tool_calls":${exact}}`;
    const read = round(envoyLine(escaped(json)));
    expect(read.messages).toEqual([exact, 'null']);
    const { system, question, answer, reasoning, toolCalls } = read;
    expect([system, question, answer, reasoning, toolCalls]).toEqual(Array(5).fill(exact));
    expect(round(`{"ai_log":${json}}`)).toMatchObject({
      messages: [exact, 'null'],
      system: exact,
      answer: exact,
    });
  });

  test.each([
    ['[]', [], null],
    ['null', null, null],
    ['{"a":1.0}', null, '{"a":1.0}'],
    ['"[map[a:b"', null, '"[map[a:b"'],
    ['5', null, '5'],
  ])('messages of %s', (json, messages, messagesText) => {
    expect(withAttribute('messages', json)).toMatchObject({ messages, messagesText });
  });

  test('of several lines become one', () => {
    const read = round('{"ai_log":{"messages":[\r\n{"a":\n1}],"answer":{\n"a":1}}}');
    expect([read.messages, read.answer]).toEqual([['{"a": 1}'], '{ "a":1}']);
  });

  test.each([
    ['"{}{\\"a\\":1}"', '"{\\"a\\":1}"'],
    ['"{}"', '"{}"'],
    ['"{} {"', '"{} {"'],
    ['"x{}{"', '"x{}{"'],
    ['"{}{}"', '"{}"'],
  ])('tool arguments of %s are %s', (logged, stored) => {
    expect(withAttribute('tool_calls', call(logged)).toolCalls).toBe(call(stored));
    expect(withAttribute('answer', call(logged)).answer).toBe(call(logged));
  });

  test('that quote arguments are left alone', () => {
    const quoted = JSON.stringify([{ function: { arguments: '{"arguments":"{}{x"}' } }]);
    expect(withAttribute('tool_calls', quoted).toolCalls).toBe(quoted);
  });
});

describe('an ai_log that is no JSON is rejected', () => {
  test.each([
    '{"model":never}',
    '{"model":"m"',
    '{"model":"m"} x',
    '{"model":"m",}',
    '{"answer":{]}}',
    '{"messages":[1 2]}',
    '{"messages":[1,]}',
    '{"messages":[}}',
    '{"messages":[{]}]}',
    '{"messages":"[',
  ])('%s', (json) => {
    expect(readLogLine(envoyLine(escaped(json)))).toEqual({
      kind: 'rejected',
      reason: 'ai_log is not valid JSON',
    });
  });

  test('of the same key twice the last counts', () => {
    const json = '{"messages":[1 2],"messages":["a"],"model":"m","model":"n","answer":"a","answer":null}';
    expect(round(envoyLine(escaped(json)))).toMatchObject({ messages: ['"a"'], model: 'n', answer: null });
  });
});

describe('names', () => {
  test.each([
    ['"s"', 's'],
    ['7', '7'],
    ['""', 'default'],
    ['null', 'default'],
    ['{}', 'default'],
    ['true', 'default'],
    ['"__proto__"', '__proto__'],
    ['"../../x"', '../../x'],
    ['"-"', '-'],
    ['"\\u001b[2J\\n<script>"', '\u001b[2J\n<script>'],
    ['"a\\ud83d"', String.raw`a\ud83d`],
    ['"a\\ud83e"', String.raw`a\ud83e`],
    ['"a\\ufffd"', 'a\uFFFD'],
    ['"\\ud83d\\udc4b"', '👋'],
    [`"${'x'.repeat(4096)}"`, 'x'.repeat(4096)],
  ])('session_id %s', (json, id) => {
    expect(withAttribute('session_id', json).sessionId).toBe(id);
  });

  test.each([
    ['"m"', 'm'],
    ['5', '5'],
    ['""', 'unknown'],
    ['"-"', 'unknown'],
    ['null', 'unknown'],
    ['["m"]', 'unknown'],
    ['"constructor"', 'constructor'],
    [`"${'x'.repeat(300)}"`, 'x'.repeat(256)],
    [`"${'x'.repeat(255)}😀"`, `${'x'.repeat(255)}\uFFFD`],
  ])('model %s', (json, model) => {
    expect(withAttribute('model', json).model).toBe(model);
  });

  test('prototype keys are no attributes of every object', () => {
    const read = withAttribute('__proto__', '{"model":"m","session_id":"s","input_token":5}');
    expect(read).toMatchObject({ model: 'unknown', sessionId: 'default', usageState: 'no-usage' });
    expect(({} as Record<string, unknown>)['model']).toBeUndefined();
  });
});

describe('numbers', () => {
  test.each([
    ['7', 7],
    ['"7"', 7],
    ['0', 0],
    ['-1', null],
    ['1.5', null],
    ['1e300', null],
    ['"1e3"', null],
    ['"abc"', null],
    ['""', null],
    ['"9999999999999999"', null],
    ['null', null],
    ['[7]', null],
  ])('a duration of %s is %s', (json, ms) => {
    expect(withAttribute('llm_first_token_duration', json).firstTokenMs).toBe(ms);
  });

  test('the duration is the plugin’s, or else the line’s', () => {
    expect(round(aiLine({ llm_service_duration: 5 })).durationMs).toBe(5);
    expect(round(aiLine({})).durationMs).toBe(1240);
    expect(round(aiLine({}, { duration: '-' })).durationMs).toBeNull();
  });

  test('token counts that are nonsense are flagged, and no sum is hurt', () => {
    for (const json of ['-5', '1.5', '1e300', '"abc"', '{"valueOf":1,"toString":1}', '[[[1]]]', 'true']) {
      const read = withAttribute('input_token', json);
      expect([read.flags, read.usage.input], json).toEqual([['bad-count', 'usage-unlogged'], 0]);
    }
  });
});

describe('what the log said of the usage', () => {
  test.each([
    ['input_token', '"343"', '343'],
    ['input_token', '-5', -5],
    ['input_token', '{"valueOf":1}', '{"valueOf":1}'],
    ['input_token', '[1]', '[1]'],
    ['input_token_details', '{"cached_tokens":8}', { cached_tokens: 8 }],
    ['output_token_details', '"{}"', '{}'],
  ])('%s of %s', (key, json, expected) => {
    expect(withAttribute(key, json).loggedUsage).toEqual({ [key]: expected });
  });

  test('null says nothing', () => {
    expect(withAttribute('input_token', 'null').loggedUsage).toEqual({});
    expect(withAttribute('model', '"m"').loggedUsage).toEqual({});
  });

  test('of what is absurdly long or deep, the beginning', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    for (const key of ['input_token', 'input_token_details']) {
      const { loggedUsage } = withAttribute(key, deep);
      expect(loggedUsage).toEqual({ [key]: '['.repeat(256) });
      expect(JSON.stringify(loggedUsage).length).toBeLessThan(300);
    }
    const bearable = `${'['.repeat(1024)}${']'.repeat(1024)}`;
    expect(JSON.stringify(withAttribute('input_token_details', bearable).loggedUsage)).toContain(bearable);
  });
});

describe('the line itself', () => {
  test('gives the time, the request’s id and the response code', () => {
    expect(round(aiLine({}))).toMatchObject({
      time: Date.UTC(2026, 1, 1, 9, 30, 15, 123),
      requestId: '28ac436f-5424-2f7f-f47a-8f63dcd4031e',
      responseCode: 200,
      flags: ['usage-unlogged'],
    });
    expect(round(aiLine({}, { request_id: '-', response_code: '0' }))).toMatchObject({
      requestId: null,
      responseCode: 0,
    });
  });

  test('gives the time as timestamp where start_time is missing or absurd', () => {
    const timestamp = '2026-02-01T00:00:00Z';
    expect(round(`{"ai_log":{},"timestamp":"${timestamp}"}`).time).toBe(Date.parse(timestamp));
    expect(round(aiLine({}, { start_time: '-', timestamp })).time).toBe(Date.parse(timestamp));
    expect(round(aiLine({}, { timestamp })).time).toBe(Date.UTC(2026, 1, 1, 9, 30, 15, 123));
    expect(round(aiLine({}, { start_time: '1970-01-01T00:00:00Z' })).time).toBeNull();
  });

  test('is flagged where it is broken, and nothing of it fills in', () => {
    const line = aiLine({ model: 'm' }, { user_agent: 'a"b', consumer: 'c' });
    expect(round(line)).toMatchObject({
      model: 'm',
      consumer: '',
      flags: ['usage-unlogged', 'broken-line'],
      responseCode: 200,
    });
  });
});
