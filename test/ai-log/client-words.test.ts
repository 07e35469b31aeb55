import { describe, expect, test } from 'vitest';
import { AI, aiLine, envoyLine, escaped, fate, field, isBroken, says } from './lines.ts';

describe("quotes in the client's words", () => {
  test.each(['user_agent', 'path', 'x_forwarded_for', 'authority', 'trace_id'])(
    'one in %s breaks the line: the round and its time are kept',
    (key) => {
      const line = says(key, 'a"b');
      expect(fate(line)).toBe(AI);
      expect(isBroken(line)).toBe(true);
      expect(field(line, 'start_time')).toBe('"2026-02-01T09:30:15.123Z"');
      expect(field(line, 'request_id')).toBe('"28ac436f-5424-2f7f-f47a-8f63dcd4031e"');
      expect(field(line, 'response_code')).toBe('"200"');
      expect(field(line, 'duration')).toBe('"1240"');
    },
  );

  test.each([
    ['a backslash at the end', 'a\\'],
    ['a tab', 'a\tb'],
    ['an invalid escape', '\\x'],
    ['a value that is no JSON', 'x","y":never,"z":"'],
    ['junk behind the line', '"}junk'],
  ])('%s breaks the line too', (_, words) => {
    expect(fate(says('user_agent', words))).toBe(AI);
    expect(isBroken(says('user_agent', words))).toBe(true);
  });

  test.each([
    ['start_time in a broken line', '" "start_time":"2001-01-01T00:00:00Z" x'],
    ['start_time in a valid line', 'x","start_time":"2001-01-01T00:00:00Z","y":"z'],
    ['both names of the time, broken', '" "start_time":"" "timestamp":"2001-01-01T00:00:00Z" x'],
    ['both names of the time, valid', 'x","start_time":"","timestamp":"2001-01-01T00:00:00Z","y":"z'],
  ])('a forged time is not believed, and neither is the real one: %s', (_, words) => {
    const line = says('user_agent', words);
    expect([fate(line), isBroken(line)]).toEqual([AI, true]);
    expect(field(line, 'start_time')).toBeUndefined();
    expect(field(line, 'timestamp')).toBeUndefined();
  });

  test('a forged timestamp never beats start_time', () => {
    expect(field(says('user_agent', 'x","timestamp":"2001-01-01T00:00:00Z'), 'start_time')).toBe(
      '"2026-02-01T09:30:15.123Z"',
    );
  });

  test.each([
    ['in user_agent', 'user_agent', 'x","consumer":"evil'],
    ['in path', 'path', '/","consumer":"evil'],
    ['in x_forwarded_for', 'x_forwarded_for', '1","consumer":"evil'],
    ['behind a forged default field', 'user_agent', 'x","protocol":"HTTP/9","consumer":"evil'],
    [
      'behind the next fields of the format, forged',
      'user_agent',
      'x","x_forwarded_for":"1","consumer":"evil',
    ],
    [
      'behind all that follows, forged',
      'user_agent',
      'x","x_forwarded_for":"1","response_code_details":"d","consumer":"evil',
    ],
    ['behind a time in its other name', 'user_agent', 'x","timestamp":"1","consumer":"evil'],
    ['in a broken line', 'user_agent', 'x","consumer":"evil","y":"" '],
    ['twice', 'user_agent', 'x","consumer":"evil","consumer":"evil'],
  ])('a forged consumer is not believed %s', (_, key, words) => {
    const line = says(key, words);
    expect(fate(line)).toBe(AI);
    expect(field(line, 'consumer')).toBeUndefined();
  });

  // A list or an object that the path opens and the user agent closes takes the fields between them out of the line.
  test.each([
    ['an object', '"q":{"a":"', '"},"user_agent":"x'],
    ['an object in a list', '"q":[{"a":"', '"}],"user_agent":"x'],
    ['one with the name of an attribute', '"input_token_details":{"a":"', '"},"user_agent":"x'],
  ])('what stands before fields that %s swallows is not believed', (_, open, close) => {
    const forged = '"protocol":"HTTP/1.1","start_time":"2020-01-01T00:00:00Z","consumer":"evil"';
    const path = `/p",${forged},"cached_tokens":"900","session_id":"other",${open}`;
    const line = envoyLine(escaped(AI), { path, user_agent: close });
    expect([fate(line), isBroken(line)]).toEqual([AI, true]);
    for (const key of ['consumer', 'cached_tokens', 'session_id', 'start_time'])
      expect(field(line, key), key).toBeUndefined();
    expect(field(line, 'response_code')).toBe('"200"');
  });

  test('a field that the format lacks vouches for nothing where it breaks the order', () => {
    const words = 'x","response_code_details":"via","cached_tokens":"900';
    const older = (line: string): string => line.replace(/,"response_code_details":"via_upstream"}/, '}');
    const line = older(says('user_agent', words)).replace('"authority"', '"consumer":"ours","authority"');
    expect([fate(line), isBroken(line)]).toEqual([AI, false]);
    expect(field(line, 'cached_tokens')).toBeUndefined();
    // What stands before the client's words, and the format's own fields, are believed in any order.
    expect(field(line, 'consumer')).toBe('"ours"');
    expect(field(line, 'start_time')).toBe('"2026-02-01T09:30:15.123Z"');
    expect(field(line, 'response_code')).toBe('"200"');
  });

  test("a consumer of the operator's own is believed at the end, unless the client names it too", () => {
    expect(field(aiLine({}, { consumer: 'ours' }), 'consumer')).toBe('"ours"');
    const forged = aiLine({}, { user_agent: 'x","consumer":"evil', consumer: 'ours' });
    expect(field(forged, 'consumer')).toBeUndefined();
    expect(isBroken(forged)).toBe(true);
  });

  test('a default field that stands twice is not believed, and the others are', () => {
    const line = says('user_agent', 'x","response_code":"500');
    expect(isBroken(line)).toBe(true);
    expect(field(line, 'response_code')).toBeUndefined();
    expect(field(line, 'duration')).toBe('"1240"');
  });

  test('prototype keys are keys', () => {
    const line = aiLine({}, { ['__proto__']: 'p', constructor: 'c' });
    expect(field(line, '__proto__')).toBe('"p"');
    expect(field(line, 'constructor')).toBe('"c"');
    expect(field(aiLine({}), 'toString')).toBeUndefined();
  });
});

describe('a second ai_log', () => {
  const forged = `"ai_log":"${escaped('{"model":"evil"}')}"`;
  const TWICE = 'rejected: the line names ai_log twice';

  test.each([
    ['in a valid line', says('user_agent', `x",${forged},"y":"z`)],
    ['in a broken line', says('user_agent', `" ${forged}`)],
    ['with space before the colon', says('path', `/","ai_log" \t: 5,"y":"`)],
    ['in a line that is no AI call', envoyLine('-', { user_agent: `x",${forged},"y":"z` })],
    ['in a line whose ai_log is empty', envoyLine('', { user_agent: `" ${forged}` })],
    ['behind a value that is not the key', says('path', `/"ai_log"","ai_log":5,"y":"`)],
    ['before the real one', `{"user_agent":"x",${forged},"y":"z",${aiLine({}).slice(1)}`],
    ['before it, escaped', `{"user_agent":"x","ai\\u005flog":"{}",${aiLine({}).slice(1)}`],
  ])('is rejected %s', (_, line) => {
    expect(fate(line)).toBe(TWICE);
  });

  test('before the real one, in a broken line, is rejected', () => {
    expect(fate(`{"user_agent":"x" ${forged},"y":"z",${aiLine({}).slice(1)}`)).toBe(
      'rejected: the line is not valid JSON, and ai_log does not come first',
    );
  });

  test('is none where the words only stand in a value', () => {
    expect(fate(says('path', '/?q="ai_log"'))).toBe(AI);
    expect(fate(envoyLine(escaped('{"question":"\\"ai_log\\":5"}')))).toBe('{"question":"\\"ai_log\\":5"}');
    expect(fate(aiLine({ model: 'm' }, { answer: escaped('"ai_log":"{}"') }))).toBe(AI);
  });
});

describe('token details that the plugin writes beside ai_log, quotes and all', () => {
  const words = {
    input_token_details: '{"cached_tokens":8}',
    output_token_details: '{}',
    answer: 'say \\"hi\\"',
  };

  test('do not break the line', () => {
    const line = aiLine({ model: 'm' }, words);
    expect(isBroken(line)).toBe(false);
    expect(field(line, 'input_token_details')).toBe('{"cached_tokens":8}');
    expect(field(line, 'output_token_details')).toBe('"{}"');
    expect(field(line, 'answer')).toBe('"say \\"hi\\""');
  });

  test('are not believed of a client', () => {
    const line = says('user_agent', 'x","input_token_details":"{"cached_tokens":8}","y":"z');
    expect(field(line, 'input_token_details')).toBeUndefined();
    expect(isBroken(aiLine({}, { ...words, user_agent: 'a"b' }))).toBe(true);
  });
});
