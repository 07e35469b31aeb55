import { describe, expect, test } from 'vitest';
import { readAccessLine } from '../../src/ai-log/access-line.ts';
import { AI, aiLine, envoyLine, escaped, fate, field, isBroken, says } from './lines.ts';

describe('the default format', () => {
  test('is read: ai_log, and all its fields as JSON', () => {
    const line = aiLine({ model: 'm' });
    const read = readAccessLine(line);
    expect(read).toMatchObject({ kind: 'ai', aiLog: AI, broken: false });
    const fields = read.kind === 'ai' ? Object.fromEntries(read.fields) : {};
    expect(Object.keys(fields)).toHaveLength(25);
    expect(fields['start_time']).toBe('"2026-02-01T09:30:15.123Z"');
    // In another form they say the same.
    const other = line.replace(',"authority"', ', "authority"');
    for (const [key, json] of Object.entries(fields)) expect(field(other, key)).toBe(json);
  });

  test('what Go escapes twice comes back once', () => {
    const inner = '{"question":"a\\u003cb \\"c\\" \\\\ \\n"}';
    expect(fate(envoyLine(escaped(inner)))).toBe(inner);
  });

  test.each([
    ['white space between all tokens', `\t{ "ai_log" :\r "${escaped(AI)}" , "duration" : "7" } `],
    ['a line feed of Windows', `${aiLine({ model: 'm' })}\r`],
  ])('%s does no harm', (_, line) => {
    expect(fate(line)).toBe(AI);
    expect(isBroken(line)).toBe(false);
  });

  test('ai_log alone in its line', () => {
    expect(fate(`{"ai_log":"${escaped(AI)}"}`)).toBe(AI);
    expect(isBroken(`{"ai_log":"${escaped(AI)}"}`)).toBe(false);
  });

  test('lone surrogates become well-formed Unicode that still tells them apart', () => {
    const aiLog = (text: string): string => fate(`{"ai_log":"{\\"model\\":\\"${text}\\"}"}`);
    expect(aiLog('\\ud83d')).toBe('{"model":"\\ud83d"}');
    expect(aiLog('\\uDC4B\\ud83d')).toBe('{"model":"\\udc4b\\ud83d"}');
    expect(aiLog('\\ufffd')).toBe('{"model":"\uFFFD"}');
    expect(aiLog('\\ud83d\\udc4b')).toBe('{"model":"👋"}');
    // The backslash must not escape the escape.
    expect(aiLog('\\\\\\\\\\ud83d')).toBe('{"model":"\\\\\uFFFD"}');
  });
});

describe('what ai_log can be', () => {
  test.each([
    ['"-"', 'other'],
    ['""', 'other'],
    ['"null"', 'other'],
    ['" - "', 'other'],
    ['null', 'other'],
    ['"{}"', '{}'],
    ['{}', '{}'],
    ['{"model":"m"}', AI],
    ['{"a":{"b":["}",{}]}}', '{"a":{"b":["}",{}]}}'],
    ['[]', 'rejected: ai_log is neither an object nor a string'],
    ['[{},1]', 'rejected: ai_log is neither an object nor a string'],
    ['5', 'rejected: ai_log is neither an object nor a string'],
    ['true', 'rejected: ai_log is neither an object nor a string'],
    ['"[]"', 'rejected: ai_log is not an object'],
    ['"5"', 'rejected: ai_log is not an object'],
    ['"\\x"', 'rejected: ai_log is not a valid JSON string'],
    ['', 'rejected: ai_log is cut off'],
    ['{"a":1', 'rejected: ai_log is not followed by another field'],
    ['"{\\"a\\":1', 'rejected: ai_log is not followed by another field'],
  ])('%s: %s', (value, expected) => {
    expect(fate(`{"ai_log":${value},"duration":"7"}`)).toBe(expected);
  });
});

describe('half lines', () => {
  const whole = aiLine({ model: 'm', question: 'say "hi"' });

  test('a line cut inside ai_log is rejected, wherever it is cut', () => {
    const end = whole.indexOf(',"authority"');
    for (let cut = '{"ai_log"'.length; cut <= end; cut++) {
      expect(fate(whole.slice(0, cut)), whole.slice(0, cut)).toMatch(/^rejected/);
    }
  });

  test('a line cut behind ai_log keeps its round', () => {
    for (let cut = whole.indexOf(',"authority"') + 1; cut < whole.length; cut++) {
      expect(isBroken(whole.slice(0, cut)), whole.slice(0, cut)).toBe(true);
    }
  });

  test('a half line glued to a whole one is one rejected line, wherever it is cut', () => {
    for (let cut = 1; cut < whole.length; cut++) {
      const glued = whole.slice(0, cut) + whole;
      expect(fate(glued), glued).toMatch(/^rejected/);
    }
  });

  test('so is half a line that was no AI call', () => {
    const other = envoyLine('-');
    for (let cut = 1; cut < other.length; cut++) {
      const glued = other.slice(0, cut) + whole;
      expect(fate(glued), glued).toMatch(/^rejected/);
    }
  });

  test('half a line that is no AI call is none', () => {
    expect(fate('{"ai_log":"-"')).toBe('other');
    expect(fate('{"ai_log":"","autho')).toBe('other');
  });
});

describe('other producers', () => {
  test('another order, extra keys, timestamp, ai_log as an object', () => {
    const line =
      '{"__file_offset__":"12","timestamp":"2026-02-01T09:30:15Z","ai_log":{ "n": 1.0 },"method":"POST"}';
    expect(fate(line)).toBe('{ "n": 1.0 }');
    expect(field(line, 'timestamp')).toBe('"2026-02-01T09:30:15Z"');
    expect(field(line, '__file_offset__')).toBe('"12"');
    expect(isBroken(line)).toBe(false);
  });

  test('may write the timestamp wherever they like', () => {
    const line = '{"ai_log":{},"path":"/x","timestamp":"2026-02-01T09:30:15Z","consumer":"c","duration":"5"}';
    expect(field(line, 'timestamp')).toBe('"2026-02-01T09:30:15Z"');
    expect(field(line, 'consumer')).toBeUndefined();
  });

  test.each([
    ['no JSON at all', 'the plugin wrote "ai_log": {}'],
    ['cut', '{"timestamp":"x","ai_log":"{}"'],
    ['with junk behind it', '{"timestamp":"x","ai_log":"{}"} junk'],
    ['with a value that is no JSON', '{"timestamp":never,"ai_log":"{}"}'],
  ])('a line in another order is rejected if it is %s', (_, line) => {
    expect(fate(line)).toBe('rejected: the line is not valid JSON, and ai_log does not come first');
  });

  test.each([
    ['{"timestamp":"x","ai_log":"-"}', 'other'],
    ['{"timestamp":"x","ai_log":5}', 'rejected: ai_log is neither an object nor a string'],
    ['{"a":{"ai_log":"{}"}}', 'other'],
    ['{"a":"ai_log"}', 'other'],
    ['{"authority":"x"}', 'other'],
    ['', 'other'],
    ['{', 'other'],
    ['{"ai_log"', 'rejected: the key ai_log has no value'],
  ])('%s: %s', (line, expected) => {
    expect(fate(line)).toBe(expected);
  });
});

test('brackets 200,000 deep and long runs of backslashes end in a verdict', () => {
  const deep = '['.repeat(200_000);
  expect(fate(`{"ai_log":{"a":${deep}`)).toBe('rejected: ai_log is cut off');
  expect(isBroken(says('user_agent', `x","y":${deep},"z":"`))).toBe(true);
  expect(fate(`{"ai_log":"${'\\'.repeat(1_000_001)}"`)).toBe('rejected: ai_log is cut off');
});
