import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePatternFile, readPatternFile } from '../../src/redact/pattern-file.ts';
import { createRedactor, type Redactor } from '../../src/redact/redact.ts';
import { InputOutputError, UsageError } from '../../src/platform/errors.ts';
import { makeFolder } from '../platform/make.ts';
import { token } from './make-secrets.ts';

const fileOf = (...patterns: unknown[]): string => JSON.stringify({ patterns });

async function redactorOf(...patterns: [name: string, pattern: string][]): Promise<Redactor> {
  const text = fileOf(...patterns.map(([name, pattern]) => ({ name, pattern })));
  return createRedactor({ kinds: ['secrets'], patterns: await parsePatternFile(text, 'own.json') });
}

async function errorOf(text: string): Promise<string> {
  const error: unknown = await parsePatternFile(text, 'own.json').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return (error as Error).message;
}

describe('the user’s own patterns', () => {
  test('replace what they match, by their names, and come before the built-in ones', async () => {
    const { text } = await redactorOf(['employee', 'EMP-[0-9]{6}'], ['our-token', '(?i)ghp_[a-z0-9]+']);
    const github = `ghp_${token(36)}`;
    expect(text(`😀 EMP-123456 EMP-12345 ${github} password=hunter2`)).toBe(
      '😀 [redacted:employee] EMP-12345 [redacted:our-token] password=[redacted:password]',
    );
  });

  test('with a group replace only what it holds; where it took no part, all', async () => {
    const { text } = await redactorOf(['host', 'host=([a-z.]+)'], ['either', 'left-(\\d+)|right']);
    expect(text('host=db.internal, left-12, right, host=')).toBe(
      'host=[redacted:host], left-[redacted:either], [redacted:either], host=',
    );
  });

  test('find one character, and numbers of JSON', async () => {
    const { text } = await redactorOf(['digit', '^7$'], ['ssn', '[0-9]{9}']);
    expect(text('7')).toBe('[redacted:digit]');
    expect(text('{"n":123456789,"m":7}')).toBe('{"n":"[redacted:ssn]","m":"[redacted:digit]"}');
  });

  test('that would backtrack for ever take as long as the text', async () => {
    const { text } = await redactorOf(['evil', '(?:a+)+b'], ['worse', '(?:x|x|xx)*y']);
    const long = `${'a'.repeat(50_000)} ${'x'.repeat(50_000)}`;
    expect(text(long)).toBe(long);
    expect(text(`${long}y`)).toBe(`${'a'.repeat(50_000)} [redacted:worse]`);
  });
});

const LIST = 'expected {"patterns": [{"name": "employee-id", "pattern": "EMP-[0-9]{6}"}]}';

test.each([
  ['{', /^own\.json is not a pattern file: it is not JSON \(.*\)\. expected \{"patterns": /],
  ['[]', `own.json is not a pattern file:\n  ${LIST}`],
  ['{"patterns":[]}', `own.json is not a pattern file:\n  patterns: ${LIST}`],
  ['{"patterns":[],"x":1}', 'unknown field "x"'],
  [fileOf({ name: 'a' }), 'patterns[0].pattern: expected a regular expression of 1 to 1000 characters'],
  [fileOf({ name: 'a', pattern: '' }), 'patterns[0].pattern: expected a regular expression'],
  [fileOf({ name: 'a', pattern: 'x'.repeat(1001) }), 'patterns[0].pattern: expected a regular expression'],
  [
    fileOf({ name: 'A b', pattern: 'x' }),
    'patterns[0].name: expected a name of at most 40 lower-case letters',
  ],
  [
    fileOf({ name: 'x]', pattern: 'x' }),
    'patterns[0].name: expected a name of at most 40 lower-case letters',
  ],
  [fileOf({ name: 'a', pattern: 'x', flags: 'i' }), 'patterns[0]: unknown field "flags"'],
  [
    fileOf({ name: 'a', pattern: 'x' }, { name: 'a', pattern: 'y' }),
    '\n  patterns[1].name: "a" is used twice',
  ],
  [
    fileOf({ name: 'a', pattern: '(' }),
    '\n  patterns[0].pattern: "(" is not a regular expression of RE2, which has no lookaround and no backreferences (',
  ],
  [fileOf({ name: 'a', pattern: '(?=x)' }), '"(?=x)" is not a regular expression of RE2'],
  [fileOf({ name: 'a', pattern: '(x)\\1' }), '"(x)\\\\1" is not a regular expression of RE2'],
  [fileOf({ name: 'a', pattern: 'x*' }), 'patterns[0].pattern: "x*" matches the empty string'],
  [
    fileOf(...Array.from({ length: 101 }, (_, i) => ({ name: `p${i}`, pattern: 'x' }))),
    'patterns: expected at most 100 patterns',
  ],
])('%.60s is an error that says what was expected', async (text, message) => {
  const said = await errorOf(text);
  if (typeof message === 'string') expect(said).toContain(message);
  else expect(said).toMatch(message);
});

test('a file that is not there is an error of input', async () => {
  const folder = makeFolder();
  await expect(readPatternFile(join(folder, 'none.json'))).rejects.toThrow(InputOutputError);
  writeFileSync(join(folder, 'own.json'), `\uFEFF${fileOf({ name: 'a', pattern: 'x' })}`);
  expect(await readPatternFile(join(folder, 'own.json'))).toEqual([{ name: 'a', pattern: 'x' }]);
});
