import { expect, test } from 'vitest';
import { readPlainMessage, succeededBytes } from '../../src/ai-log/plain-message.ts';
import { toolsOfRequest } from '../../src/ai-log/request-tools.ts';
import { failureOf } from '../../src/ai-log/tool-outcome.ts';
import { fc } from '../fast-check.ts';

const latin1 = (json: string): string => Buffer.from(json).toString('latin1');

test('the usual forms are plain, others are not', () => {
  const plain = [
    '{"content":"go","role":"user"}',
    '{"role":"user","content":"go"}',
    '{"role":"tool","tool_call_id":"a","content":"ok"}',
    '{"role":"tool","content":"ok","tool_call_id":"a"}',
    '{"content":"ok","role":"tool","tool_call_id":"a"}',
    '{"content":[{"content":"ok","tool_use_id":"a","type":"tool_result"}],"role":"user"}',
    '{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"ok","is_error":false},{"type":"text","text":"go","cache_control":{"type":"ephemeral"}}]}',
  ];
  const others = [
    '{"role":"user","content":[{"tool_use_id":"a","type":"tool_result","content":"ok"}]}',
    '{"content":"go", "role":"user"}',
    '{"content":"go","role":"user","role":"tool"}',
    '{"role":"user","content":"go","role":"tool"}',
    '{"role":"tool","tool_call_id":"a","content":"ok","tool_call_id":"b"}',
    '{"role":"user","content":"go","name":"x"}',
    '{"role":"user","content":"a","content":"b"}',
    '{"content":"go"}',
    '{"role":"user","content":null}',
    '{"role":"user","content":[]}',
    '{"role":"user","content":["go"]}',
    '{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"ok"}]}]}',
    '{"role":"user","content":[{"type":"tool_result","content":"ok","is_error":true}]}',
    '{"role":"user","content":[{"type":"tool_result","text":"ok"}]}',
    '{"role":"user","content":[{"type":"text","content":"ok"}]}',
    '{"role":"user","content":[{"type":"text","text":"ok","type":"tool_result"}]}',
    '{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"ok","tool_use_id":"b"}]}',
    '{"role":"assistant","content":"go","tool_calls":[]}',
    '[{"role":"user","content":"go"}]',
    '"go"',
  ];
  expect(plain.filter((json) => !readPlainMessage(json))).toEqual([]);
  expect(others.filter((json) => readPlainMessage(json))).toEqual([]);
});

const start = fc.constantFrom(
  '', ' ', '\n', '\u00a0', '\u2028', '\u3000', '\ufeff', '天', 'ä', '🚀', '{', ' {', '{"error":', '{"error":""}', '{"exit_code":1}', '{"metadata":{"exitCode":2}}',
  '{"\\u0065rror":1}', '{"exit\\u005fcode":1}', 'Error: ', 'error: exit code 1', 'exit code 0', 'EXIT CODE: 3', 'Exit', 'Process exited with code 4', 'Command failed with exit code 5',
  '<tool_use_error>', '<b>', 'Traceback (most recent call last):', '\\', '"', '\t', '\u0001', '\u007f', '\ud800', '&',
); // prettier-ignore
const words = fc.tuple(start, fc.string({ unit: 'grapheme' }), start).map((parts) => parts.join(''));
/** As Go and Python write strings, besides JavaScript. */
const FORMS: ((json: string) => string)[] = [
  (json) => json,
  (json) => json.replaceAll(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  (json) => json.replaceAll(/[^\0-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
];

test('the bytes of a result that has not failed', () => {
  let measured = 0;
  let failures = 0;
  fc.assert(
    fc.property(words, fc.constantFrom(...FORMS), (text, form) => {
      const json = latin1(form(JSON.stringify(text)));
      const bytes = succeededBytes(json, { from: 1, to: json.length - 1 });
      const failure = failureOf({ id: null, name: null, parts: [{ kind: 'text', text }], isError: false });
      if (failure !== null) failures++;
      if (bytes === undefined) return;
      measured++;
      expect(failure).toBeNull();
      expect(bytes).toBe(Buffer.byteLength(text));
    }),
    { numRuns: 5000 },
  );
  expect(failures).toBeGreaterThan(100);
  expect(measured).toBeGreaterThan(500);
});

test('an object that starts a result is a failure only with a status', () => {
  const measure = (text: string): number | undefined => {
    const json = JSON.stringify(text);
    return succeededBytes(json, { from: 1, to: json.length - 1 });
  };
  expect(['{"ok":1}', '{"exit":1}', '{"an error":1}'].map(measure)).toEqual([8, 10, 14]);
  expect(['{"exit_code":0}', '{"a":{"exitCode":1}}', '{"error":1}', '{"\\u0061":1}'].map(measure)).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );
});

const content = fc.oneof(
  words,
  fc.array(
    fc.oneof(
      words.map((text) => ({ type: 'text', text })),
      fc
        .tuple(words, fc.boolean())
        .map(([text, isFirst]) =>
          isFirst
            ? { type: 'tool_result', tool_use_id: 'a', content: text }
            : { content: text, is_error: false, tool_use_id: 'b', type: 'tool_result' },
        ),
    ),
    { maxLength: 3 },
  ),
);
const call = { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'bash', arguments: '{}' } }] }; // prettier-ignore
const message = fc.tuple(fc.constantFrom('user', 'system', 'developer', 'assistant', 'tool', 'function', 'model'), content, fc.boolean()).map(([role, said, isFirst]) => {
  const answered = role === 'tool' ? { tool_call_id: 'a' } : {};
  return isFirst ? { role, ...answered, content: said } : { content: said, role, ...answered };
}); // prettier-ignore

test('messages as bytes say the same as those that are decoded', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 4 }), fc.constantFrom(...FORMS), (messages, form) => {
      const json = [call, ...messages].map((one) => form(JSON.stringify(one)));
      expect(toolsOfRequest(json.map((text) => Buffer.from(text)))).toEqual(toolsOfRequest(json));
    }),
    { numRuns: 3000 },
  );
});
