import { expect, test } from 'vitest';
import type { Media } from '../../../src/ai-log/media.ts';
import type { Part } from '../../../src/ai-log/message.ts';
import { failureOf, resultText } from '../../../src/ai-log/tool-outcome.ts';
import { resultSummary } from '../../../src/site/session/outcome.ts';

const text = (words: string): Part => ({ kind: 'text', text: words });
const mediaPart = (type: Media['type']): Part => ({
  kind: 'media',
  media: { type, name: null, format: null, url: null, data: null },
});
const failure = (words: string, isError = false): string | null =>
  failureOf({ id: null, name: null, parts: [text(words)], isError });

test.each([
  ['exit code 1', 'exit code 1'],
  ['Exit code: 2\nmake: ***', 'exit code 2'],
  ['exit code:3', 'exit code 3'],
  ['\n  Error:\n exit code 4', 'exit code 4'],
  ['Process exited with code 5', 'exit code 5'],
  ['Process exited with exit code 6', 'exit code 6'],
  ['Command failed with exit code 127: frob', 'exit code 127'],
  ['Error: Command failed with exit code 1', 'exit code 1'],
  ['exit code 4294967295', 'exit code 4294967295'],
  ['exit code 0', null],
  ['exit code 12345678901', null],
  ['exit code 1st', null],
  ['exit code one', null],
  ['exit status 1', null],
  ['Tests ran: exit code 1', null],
  ['Error: no such file', 'error'],
  ['  Error: no such file', 'error'],
  ['Traceback (most recent call last):\n  File "a.py"', 'error'],
  ['Errors: none', null],
  ['error: no such file', null],
  ['See Error: no such file', null],
  ['Process exited with status 1', null],
  ['exited with code 1', null],
])('words %j: %s', (words, expected) => {
  expect(failure(words)).toBe(expected);
});

test.each([
  ['{"exit_code":1}', 'exit code 1'],
  ['{"exitCode":2}', 'exit code 2'],
  [' {"output":"","metadata":{"exit_code":3}}', 'exit code 3'],
  ['{"metadata":{"exitCode":4}}', 'exit code 4'],
  ['{"exit_code":-1}', 'exit code -1'],
  ['{"exit_code":null,"exitCode":5}', 'exit code 5'],
  ['{"exit_code":6,"exitCode":0}', 'exit code 6'],
  ['{"exit_code":0,"metadata":{"exit_code":7}}', null],
  ['{"exit_code":"1","metadata":{"exit_code":8}}', 'exit code 8'],
  ['{"exit_code":0}', null],
  ['{"exit_code":1.5}', null],
  ['{"exit_code":true}', null],
  ['{"metadata":null}', null],
  ['{"metadata":"exit_code"}', null],
  ['{"result":{"exit_code":1}}', null],
  ['[{"exit_code":1}]', null],
  ['x {"exit_code":1}', null],
  ['{"exit_code":1', null],
  ['{"error":"not found"}', 'error'],
  ['\n{ "error" : {"code":404} }', 'error'],
  ['{"error":0}', 'error'],
  ['{"error":"","rows":[]}', null],
  ['{"error":null,"rows":[]}', null],
  ['{"error":false}', null],
  ['{"errors":["x"]}', null],
  ['{"rows":[],"error":"x"}', null],
  ['{"error":"x","exit_code":9}', 'exit code 9'],
  ['{"error":"x","exit_code":0}', 'error'],
  ['{"rows":[{"error":1}],"error":"x"}', null],
  ['{"error":"cut', null],
  ['["error"]', null],
])('JSON %s: %s', (json, expected) => {
  expect(failure(json)).toBe(expected);
});

test('a mark of the provider: its word, and the exit code where there is one', () => {
  expect(failure('no such file', true)).toBe('error');
  expect(failure('exit code 2', true)).toBe('exit code 2');
  expect(failure('exit code 0', true)).toBe('error');
  expect(failure('', true)).toBe('error');
  expect(failure(' <tool_use_error>Invalid path</tool_use_error>')).toBe('error');
  expect(failure('It said <tool_use_error>')).toBe(null);
  expect(failure('')).toBe(null);
});

test('JSON longer than 200,000 characters is not looked into', () => {
  const json = (length: number): string => `{"exit_code":1,"output":"${'x'.repeat(length - 27)}"}`;
  expect(json(200_000)).toHaveLength(200_000);
  expect(failure(json(200_000))).toBe('exit code 1');
  expect(failure(json(200_001))).toBe(null);
  expect(failure(`exit code 1\n${'x'.repeat(300_000)}`)).toBe('exit code 1');
});

test('what is said about a result beside its call', () => {
  const image: Part = mediaPart('image');
  expect(resultSummary([mediaPart('audio')])).toBe('audio');
  expect(resultSummary([mediaPart('video')])).toBe('a video');
  expect(resultSummary([mediaPart('file'), image])).toBe('a file');
  expect(resultSummary([])).toBe('nothing');
  expect(resultSummary([text(' \n ')])).toBe('nothing');
  expect(resultSummary([image])).toBe('an image');
  expect(resultSummary([text(' '), image])).toBe('an image');
  expect(resultSummary([text('ok'), image])).toBe('ok');
  expect(resultSummary([text('\nok\n')])).toBe('ok');
  expect(resultSummary([text('a\nb')])).toBe('2 lines');
  expect(resultSummary([text('a\n\nb')])).toBe('3 lines');
  expect(resultSummary([text('a'), text('b'), text('c')])).toBe('3 lines');
  expect(resultSummary([text('x\n'.repeat(1204))])).toBe('1,204 lines');
  expect(resultSummary([text('x'.repeat(24))])).toBe('x'.repeat(24));
  expect(resultSummary([text('x'.repeat(25))])).toBe('25 characters');
  expect(resultSummary([{ kind: 'other', json: '{"a":1}' }])).toBe('{"a":1}');
});

test('the text of a result is its texts and its JSON, each on lines of its own', () => {
  const parts: Part[] = [
    text('a'),
    text(''),
    { kind: 'thinking', text: 'no' },
    mediaPart('image'),
    { kind: 'other', json: '{}' },
  ];
  expect(resultText(parts)).toBe('a\n{}');
});
