import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, run } from './run.ts';

/** A log with a secret, an address and a badge number, parsed with options; the title that is stored. */
async function titleWith(...options: string[]): Promise<string> {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  writeFileSync(join(folder, 'own.json'), '{"patterns":[{"name":"badge","pattern":"B-[0-9]+"}]}');
  writeFileSync(
    log,
    line('2026-02-01T00:00:00Z', { session_id: 'a', question: 'a@example.org B-12 PASSWORD=hunter2' }),
  );
  const named = options.map((option) => option.replace('own.json', join(folder, 'own.json')));
  const store = join(folder, 'store');
  const parsed = await run(['parse', '--log-path', log, '--data-dir', store, ...named]);
  expect([parsed.code, parsed.err]).toEqual([0, '']);
  const { out } = await run(['list', '--data-dir', store, '--json']);
  return (JSON.parse(out) as { sessions: { title: string }[] }).sessions[0]?.title ?? '';
}

test.each([
  [[], 'a@example.org B-12 PASSWORD=hunter2'],
  [['--redact'], 'a@example.org B-12 PASSWORD=[redacted:password]'],
  [['--redact', 'email'], '[redacted:email] B-12 PASSWORD=hunter2'],
  [['--redact', 'email, secrets', '--quiet'], '[redacted:email] B-12 PASSWORD=[redacted:password]'],
  [['--redact-patterns', 'own.json'], 'a@example.org [redacted:badge] PASSWORD=hunter2'],
  [
    ['--redact', '--redact-patterns', 'own.json'],
    'a@example.org [redacted:badge] PASSWORD=[redacted:password]',
  ],
])('parse %j', async (options, title) => {
  expect(await titleWith(...options)).toBe(title);
});

test.each(['passwords', 'secrets,', 'email,all', ''])('--redact %j is wrong usage', async (kinds) => {
  const { code, err } = await run(['parse', '--redact', kinds]);
  expect(code).toBe(2);
  expect(err).toContain('It must be a comma-separated list of secrets, email, phone, card, cn-id.');
});

test('a file of patterns that is none, or not there', async () => {
  const folder = makeFolder();
  const path = join(folder, 'own.json');
  const args = ['parse', '--data-dir', join(folder, 'store'), '--redact-patterns', path];
  expect(await run(args)).toMatchObject({
    code: 74,
    err: expect.stringContaining(
      `cannot read the pattern file ${path}: no such file or folder (ENOENT). Check the path`,
    ),
  });
  writeFileSync(path, '{"patterns":[{"name":"x","pattern":"("}]}');
  expect(await run(args)).toMatchObject({
    code: 2,
    err: expect.stringContaining(`${path} is not a pattern file:\n  patterns[0].pattern: "(" is not`),
  });
});

test('a session id stays as logged, so that sessions stay apart', async () => {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  const keys = ['a', 'b'].map((end) => `ghp_${'0123456789'.repeat(3)}abcde${end}`);
  const lines = keys.map((id) => line('2026-02-01T00:00:00Z', { session_id: id, question: `use ${id}` }));
  writeFileSync(log, lines.join(''));
  const store = join(folder, 'store');
  expect((await run(['parse', '--redact', '--log-path', log, '--data-dir', store])).code).toBe(0);
  const { out } = await run(['list', '--json', '--data-dir', store]);
  const { sessions } = JSON.parse(out) as { sessions: { session_id: string; title: string }[] };
  expect(sessions.map(({ session_id: id }) => id).toSorted()).toEqual(keys);
  expect(sessions.map(({ title }) => title)).toEqual(Array(2).fill('use [redacted:github-token]'));
});
