import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, makeStore, run } from './run.ts';

/** It is 2026-02-03 in these tests. */
const LINES = [
  line('2025-10-01T08:00:00Z', {
    session_id: 'autumn',
    model: 'test-a',
    input_token: 1000,
    output_token: 10,
    question: 'Leaves?',
  }),
  line('2025-10-01T09:00:00Z', {
    session_id: 'autumn',
    model: 'test-a',
    input_token: 2000,
    output_token: 20,
    question: 'Apples?',
    consumer: 'x',
  }),
  line('2025-10-02T09:00:00Z', {
    session_id: 'both',
    model: 'other',
    input_token: 5,
    output_token: 5,
    question: 'Early?',
  }),
  line('2026-02-02T09:00:00Z', {
    session_id: 'both',
    model: 'test-a',
    input_token: 300,
    output_token: 3,
    question: 'Late?',
  }),
];

const store = (): Promise<string> => makeStore(makeFolder(), LINES);

/** Every sum that a report has. */
async function reports(dir: string): Promise<string[]> {
  const commands = [
    ['stats-model'],
    ['stats-date', '--since', '2025-01-01'],
    ['stats-date', '--days', '7'],
    ['stats-consumer'],
    ['stats-model', '--since', '2025-10-01', '--until', '2025-10-01'],
  ];
  const answers: string[] = [];
  for (const command of commands) {
    for (const json of [[], ['--json']])
      answers.push((await run([...command, '--data-dir', dir, ...json])).out);
  }
  return answers;
}

test.each([[[]], [['--content']]])(
  'prune %j: every report stays what it was, byte by byte',
  async (options) => {
    const dir = await store();
    const before = await reports(dir);
    const ran = await run(['prune', '--older-than', '90d', '--data-dir', dir, ...options]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(await reports(dir)).toEqual(before);
  },
);

test('prune says what it removed, with --dry-run what it would', async () => {
  const dir = await store();
  const dry = await run(['prune', '--older-than', '90d', '--dry-run', '--data-dir', dir]);
  expect(dry.out).toMatch(
    /^Nothing was changed\. A prune would remove 1 session \(2 rounds\), last used before 2025-11-05T04:00Z: [\d.]+ k?B of files\.\n$/,
  );
  expect(readdirSync(dir)).toContain('autumn.json');
  const { out } = await run(['prune', '--older-than', '90d', '--data-dir', dir]);
  expect(out).toMatch(
    /^Removed 1 session \(2 rounds\), last used before 2025-11-05T04:00Z; [\d.]+ k?B freed\.\n$/,
  );
  expect(readdirSync(dir)).not.toContain('autumn.json');
  expect((await run(['prune', '--older-than', '90d', '--data-dir', dir])).out).toBe(
    'Nothing to prune: no session was last used before 2025-11-05T04:00Z.\n',
  );
  expect((await run(['prune', '--older-than', '1d', '--content', '--dry-run', '--data-dir', dir])).out).toBe(
    'Nothing to prune: no session was last used before 2026-02-02T04:00Z.\n',
  );
});

test('--json', async () => {
  const dir = await store();
  const { out } = await run(['prune', '--older-than', '12w', '--content', '--data-dir', dir, '--json']);
  const document = JSON.parse(out) as { bytes: number };
  expect(document).toEqual({
    version: 1,
    dry_run: false,
    content: true,
    before: '2025-11-11T04:00:00.000Z',
    sessions: 1,
    rounds: 2,
    bytes: document.bytes,
    rejected_lines: 0,
  });
  expect(document.bytes).toBeGreaterThan(0);
});

test('a pruned session is not listed, and show says when it went', async () => {
  const dir = await store();
  await run(['prune', '--older-than', '90d', '--data-dir', dir]);
  const listed = async (...options: string[]): Promise<Record<string, unknown>[]> =>
    JSON.parse((await run(['list', '--data-dir', dir, '--json', ...options])).out).sessions;
  expect((await listed()).map(({ session_id }) => session_id)).toEqual(['both']);
  expect(await listed('--pruned')).toEqual([
    expect.objectContaining({
      session_id: 'autumn',
      title: null,
      messages_count: 2,
      total_input_tokens: 3000,
      cost_usd: 0.0033,
      pruned_at: '2026-02-03T04:00:00.000Z',
      pruned_rounds: 2,
    }),
  ]);
  expect(await run(['show', 'autumn', '--data-dir', dir])).toEqual({
    code: 1,
    out: '',
    err: "monitor: the session 'autumn' was pruned on 2026-02-03: only its numbers in statistics are left\n",
  });
});

test('show says what a session lacks', async () => {
  const dir = await store();
  await run(['prune', '--older-than', '90d', '--content', '--data-dir', dir]);
  const { code, out } = await run(['show', 'autumn', '--data-dir', dir]);
  expect(code).toBe(0);
  expect(out).toContain('🧹 Pruned:   the texts of rounds 1 to 2, on 2026-02-03\n');
  expect(out).toContain('(content not stored)');
  expect(out).not.toContain('Leaves');
  const shown = JSON.parse((await run(['show', 'autumn', '--data-dir', dir, '--json'])).out);
  expect(shown).toMatchObject({
    content_pruned_at: '2026-02-03T04:00:00.000Z',
    content_pruned_rounds: 2,
    messages_count: 2,
  });
  expect(shown.rounds.map(({ question }: { question: unknown }) => question)).toEqual([null, null]);
});

test('the site has no page of a pruned session, and its part in the sums', async () => {
  const dir = await store();
  const pages = (site: string): string[] =>
    readdirSync(join(site, 'sessions'), { recursive: true }).map(String);
  const site = join(makeFolder(), 'site');
  await run(['render', '--data-dir', dir, '--site-dir', site]);
  expect(pages(site).some((name) => name.includes('autumn'))).toBe(true);
  await run(['prune', '--older-than', '90d', '--data-dir', dir]);
  const rendered = await run(['render', '--data-dir', dir, '--site-dir', site]);
  expect([rendered.code, rendered.err]).toEqual([0, '']);
  expect(pages(site).some((name) => name.includes('autumn'))).toBe(false);
  // Where the sums have more sessions than the list, both say so.
  const textOf = (path: string): string => readFileSync(join(site, path), 'utf8');
  expect(textOf('index.html')).toContain('<span class="context">1 pruned, last round ');
  expect(textOf('sessions/index.html')).toContain(
    '<p class="lead">One more session was pruned. Only its numbers remain, in the statistics.</p>',
  );
});

test.each(['90', '0d', '1h', '-3d', '9999y', ''])('--older-than %j is wrong usage', async (age) => {
  const { code, err } = await run(['prune', '--older-than', age]);
  expect(code).toBe(2);
  expect(err).toContain('It must be an age in days, weeks or years, such as 90d, 12w or 1y.');
});

test('prune asks for an age', async () => {
  const { code, err } = await run(['prune']);
  expect([code, err]).toEqual([
    2,
    expect.stringContaining("required option '--older-than <age>' not specified"),
  ]);
});

test('an export of rounds says how many of those that were asked for are pruned; sums have them', async () => {
  const dir = await store();
  await run(['prune', '--older-than', '90d', '--data-dir', dir]);
  const stderrOf = async (...args: string[]) => (await run(['export', '-', '--data-dir', dir, ...args])).err;
  const lacking = (rounds: string): string =>
    `monitor: ${rounds} pruned and cannot be in this export; json, md and --group-by still count them\n`;

  expect(await stderrOf('--format', 'csv')).toBe(lacking('2 rounds were'));
  expect(await stderrOf('--format', 'ndjson', '--consumer', 'x')).toBe(lacking('1 round was'));
  expect(await stderrOf('--format', 'focus', '--billing-account-id', 'a')).toBe(lacking('2 rounds were'));
  expect(await stderrOf('--format', 'csv', '--since', '2025-10-02')).toBe('');

  // What stdout says is of the file, and so is what --strict misses.
  const file = join(makeFolder(), 'x');
  const lineOf = async (...args: string[]) =>
    (await run(['export', file, '--data-dir', dir, '--format', ...args])).out.slice(file.length);
  expect(await lineOf('csv')).toMatch(/^: 2 rounds of 1 session, /);
  expect(await lineOf('ndjson', '--with-messages')).toMatch(/^: 2 rounds of 1 session, /);
  expect(await lineOf('focus', '--billing-account-id', 'a')).toMatch(/^: 2 rounds of 1 session, /);
  for (const args of [['json'], ['csv', '--group-by', 'model']])
    expect(await lineOf(...args)).toMatch(/^: 4 rounds of 2 sessions, /);

  for (const format of ['json', 'md']) expect(await stderrOf('--format', format)).toBe('');
  expect(await stderrOf('--format', 'csv', '--group-by', 'model')).toBe('');
});
