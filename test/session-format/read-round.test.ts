import { NOTHING_KEPT } from '../../src/session-format/kept-fields.ts';
import { describe, expect, test } from 'vitest';
import { InputOutputError } from '../../src/platform/errors.ts';
import { parseRound, readReferences, readRound } from '../../src/session-format/read-round.ts';
import { storedCounts, storedDetails, usageOf } from '../../src/session-format/stored-usage.ts';
import { storedLine, type StoredFacts } from '../../src/session-format/write-round.ts';
import { aiLine, round } from '../ai-log/lines.ts';
import { joined } from '../ai-log/session.ts';

const FACTS: StoredFacts = {
  round: 3,
  time: Date.UTC(2026, 1, 1),
  at: [2, 99],
  price: 5,
  flags: ['aborted'],
  kept: NOTHING_KEPT,
};
const LOGGED = round(
  aiLine({
    model: 'm',
    input_token: 10,
    output_token: 5,
    service_tier: 'flex',
    consumer: 'c',
    api: 'a',
    chat_id: 'chat',
    answer: 'Héllo "you"',
    tool_calls: [{ id: 't' }],
    usage: { completion_tokens_details: { audio_tokens: 3 } },
  }),
);
const LINE = joined(
  storedLine(LOGGED, FACTS, {
    context: [
      [1, 0, 2],
      [3, 0, 1],
    ],
    newMessages: ['{"role":"user"}'],
    system: 2,
    question: { text: '"why"' },
  }),
);
/** The line with another JSON text in place of a field's; `undefined`: without the field. */
function changed(name: string, json: string | undefined): string {
  const fields = JSON.parse(LINE) as Record<string, unknown>;
  const members = Object.entries({ ...fields, [name]: null }).flatMap(([key, value]) => {
    const text = key === name ? json : JSON.stringify(value);
    return text === undefined ? [] : [`${JSON.stringify(key)}:${text}`];
  });
  return `{${members.join(',')}}`;
}

test('a line is read as it was written: fields parsed, texts as JSON', () => {
  const { line, stored, texts } = readRound(LINE);
  const { new_messages: _m, question: _q, answer: _a, tool_calls: _t, ...fields } = JSON.parse(LINE);
  expect(line).toBe(LINE);
  expect(stored).toEqual(fields);
  expect(Object.fromEntries(texts)).toEqual({
    new_messages: '[{"role":"user"}]',
    question: '"why"',
    answer: '"Héllo \\"you\\""',
    tool_calls: '[{"id":"t"}]',
  });
  expect(parseRound(LINE)).toEqual(JSON.parse(LINE));
  const { context, system_round } = stored;
  expect(system_round).toBeGreaterThan(0);
  expect(readReferences(LINE)).toEqual({ round: 3, context, system_round });
});

test('what it used is what was written', () => {
  const { stored } = readRound(LINE);
  expect(usageOf(stored)).toEqual(LOGGED.usage);
  expect(usageOf(stored)).toMatchObject({ details: { outputAudio: 3 }, serviceTier: 'flex' });
  expect(stored).toMatchObject(storedCounts(LOGGED.usage));
  expect(stored.usage_details).toEqual(storedDetails(LOGGED.usage.details ?? {}));
});

test('a field of a later version is kept', () => {
  expect(readRound(changed('later', '{"a":1}')).stored).toMatchObject({ later: { a: 1 } });
});

describe('a line that is not a round names the field', () => {
  const wrong: [string, string | undefined][] = [
    ['round', '-1'],
    ['timestamp', '"soon"'],
    ['at', '[1]'],
    ['at', '[1,"2"]'],
    ['model', '7'],
    ['input_tokens', '1.5'],
    ['cache_write_tokens', 'null'],
    ['price', '-1'],
    ['price', '"cheap"'],
    ['flags', '["a",1]'],
    ['usage_details', '{"searches":"1"}'],
    ['logged', '[]'],
    ['has_tool_calls', '0'],
    ['consumer', 'null'],
    ['response_code', '"200"'],
    ['context', '[[1,0]]'],
    ['context', '{}'],
    ['system_round', '"2"'],
    ...['round', 'timestamp', 'at', 'model', 'output_tokens', 'price', 'has_tool_calls'].map(
      (name): [string, undefined] => [name, undefined],
    ),
  ];
  test.each(wrong)('%s: %s', (name, json) => {
    const line = changed(name, json);
    expect(() => readRound(line)).toThrow(InputOutputError);
    expect(() => readRound(line)).toThrow(`its ${name} is missing or invalid`);
    expect(parseRound(line)).toBeUndefined();
  });

  test.each(['', 'null', '[]', '{"round":1', '{"round":1,"timestamp":tomorrow}'])('%s', (line) => {
    expect(() => readRound(line)).toThrow(/^a round of a session is damaged in the store: .*monitor repair/);
    expect(parseRound(line)).toBeUndefined();
  });

  test('also where only its references are read', () => {
    expect(() => readReferences(changed('context', '[1]'))).toThrow('its context is invalid');
    expect(() => readReferences(changed('question_round', '"1"'))).toThrow('its question_round is invalid');
    expect(() => readReferences(changed('round', undefined))).toThrow('its round is missing');
  });

  test('texts are checked only where nothing is known of the line', () => {
    const line = changed('answer', '"cut');
    expect(readRound(changed('answer', '[tru]')).texts.get('answer')).toBe('[tru]');
    expect(parseRound(changed('answer', '[tru]'))).toBeUndefined();
    expect(() => readRound(line)).toThrow(InputOutputError);
  });
});
