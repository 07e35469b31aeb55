import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../cli/run.ts';
import { filesOf, line, makeFolder, makeSite, render, writeLists } from './make.ts';
import { entriesOf, quickSessions, storeQuickly } from './quick-store.ts';

const tokens = { model: 'test-a', input_token: 1_000_000, output_token: 100_000 };
const user = { role: 'user', content: 'hi' };

async function json<T>(...argv: string[]): Promise<T> {
  return JSON.parse((await run([...argv, '--json'])).out);
}

const read = (siteDir: string, path: string) => JSON.parse(readFileSync(join(siteDir, path), 'utf8'));

test('a session’s JSON has its sums and its rounds, each with what it cost', async () => {
  const { dataDir, siteDir } = await makeSite([
    line('2026-02-01T17:00:00.000Z', {
      session_id: 's',
      ...tokens,
      messages: [user],
      question: 'hi',
      answer: 'yo',
    }),
    line('2026-02-01T17:01:00.000Z', {
      session_id: 's',
      ...tokens,
      model: 'no-such-model',
      messages: [user, user],
    }),
  ]);
  // Other sessions' rounds change the family; threads are those of all rounds.
  const { family, threads, ...shown } = await json<Record<string, unknown>>(
    'show',
    's',
    '--no-messages',
    '--data-dir',
    dataDir,
  );
  expect([family, threads]).toEqual([null, []]);
  const { rounds, title, parts, ...sums } = read(siteDir, 'api/sessions/s.json');
  expect({ ...sums, rounds: shown['rounds'] }).toEqual(shown);
  expect([title, parts]).toEqual(['hi', []]);
  expect(rounds).toMatchObject([
    {
      round: 1,
      cost_usd: 2,
      price_state: 'priced',
      new_messages: [user],
      context: [[1, 0, 1]],
      answer: 'yo',
    },
    { round: 2, cost_usd: null, price_state: 'unpriced', input_tokens: 1_000_000 },
  ]);
});

test('a session whose last request failed has the model of its last answer, on pages and in JSON alike', async () => {
  const failed = (time: string, session: string): string =>
    line(time, { session_id: session, messages: [user] }).replace('"200"', '"503"');
  const { dataDir, siteDir } = await makeSite([
    line('2026-02-01T17:00:00.000Z', { session_id: 's', ...tokens, model: 'b', input_token: 9_000_000 }),
    line('2026-02-01T17:20:00.000Z', { session_id: 's', ...tokens }),
    failed('2026-02-01T17:40:00.000Z', 's'),
    failed('2026-02-02T17:40:00.000Z', 'none'),
  ]);
  const { sessions } = read(siteDir, 'api/sessions.json') as {
    sessions: { model: string; models: string[] }[];
  };
  expect(sessions.map(({ model, models }) => [model, models])).toEqual([
    ['unknown', ['unknown']],
    ['test-a', ['b', 'test-a']],
  ]);
  const listed = await json<{ sessions: { model: string }[] }>('list', '--data-dir', dataDir);
  expect(listed.sessions.map(({ model }) => model)).toEqual(['unknown', 'test-a']);
  expect(read(siteDir, 'api/sessions/s.json').model).toBe('test-a');
  const html = readFileSync(join(siteDir, 'sessions/index.html'), 'utf8');
  const names = [...html.matchAll(/<bdi class="model-name">([^<]*)</g)].map(([, name]) => name);
  // The last one is of the row that the browser fills in.
  expect(names).toEqual(['no answer', 'test-a', '']);
  const { out } = await run(['list', '--data-dir', dataDir]);
  expect(out).toMatch(/test-a \+1 .*\n/);
  expect(out).toContain('no answer');
});

test('sessions.json and stats.json say what the commands say', async () => {
  const { dataDir, siteDir } = await makeSite([
    line('2026-02-01T17:00:00.000Z', { session_id: 'a:1', ...tokens, consumer: 'bot' }),
    line('2026-02-02T17:01:00.000Z', { session_id: 'a/2', ...tokens }),
  ]);
  const listed = await json<{ sessions: { gateways: string[] }[] }>('list', '--data-dir', dataDir);
  const links = [
    { page: '../sessions/a%252F2.html', json: './sessions/a%252F2.json' },
    { page: '../sessions/a:1.html', json: './sessions/a:1.json' },
  ];
  expect(read(siteDir, 'api/sessions.json')).toEqual({
    version: 1,
    total: 2,
    parts: [],
    // A site is of one store.
    sessions: listed.sessions.map(({ gateways: _one, ...session }, i) => ({ ...session, ...links[i] })),
  });
  const stats = read(siteDir, 'api/stats.json');
  const models = await json<{ rows: object[]; total: object }>('stats-model', '--data-dir', dataDir);
  expect([stats.version, stats.timezone, stats.total, stats.models]).toEqual([
    1,
    'Asia/Shanghai',
    models.total,
    models.rows,
  ]);
  expect(stats.dates.map(({ date }: { date: string }) => date)).toEqual(['2026-02-02', '2026-02-03']);
});

test('more than 1,000 sessions stand in parts, each once', () => {
  const until = Date.parse('2026-02-03T00:00:00Z');
  const entries = entriesOf(quickSessions(1001, 20, until));
  const siteDir = makeFolder();
  writeLists(siteDir, entries, until);
  const { total, parts, sessions } = read(siteDir, 'api/sessions.json');
  expect([total, parts.length, parts[0], sessions.length]).toEqual([
    1001,
    11,
    './sessions-2026-01-1.json',
    1000,
  ]);
  const ids = parts.flatMap((part: string) =>
    read(siteDir, `api/${part}`).sessions.map(({ session_id }: { session_id: string }) => session_id),
  );
  expect(ids).toEqual(entries.map(({ id }) => id));
});

test('beyond some 4 MB a session’s rounds stand in parts, which stay as they are', async () => {
  const folder = makeFolder();
  const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  const round = { at: Date.parse('2026-02-01T00:00:00Z'), model: 'm', input: 1, cached: 0, output: 0 };
  const session = { id: 's', title: 'hi', consumer: 'cron', rounds: [round] };
  const rounds = Array.from({ length: 12 }, () => ({ ...round, text: 'x'.repeat(450_000) }));
  storeQuickly(made.dataDir, [{ ...session, rounds }]);
  await render(made);
  const newest = read(made.siteDir, 'api/sessions/s.json');
  const closed = read(made.siteDir, 'api/sessions/s~p1.json');
  expect([newest.parts, closed.session_id, closed.first_round]).toEqual([['./s~p1.json'], 's', 1]);
  const numbers = [...closed.rounds, ...newest.rounds].map(({ round: number }: { round: number }) => number);
  expect(numbers).toEqual(rounds.map((_, i) => i + 1));
  const before = filesOf(made.siteDir).get('api/sessions/s~p1.json');
  storeQuickly(made.dataDir, [session]);
  await render(made);
  expect(filesOf(made.siteDir).get('api/sessions/s~p1.json')).toEqual(before);
});

test('what a repair could not bring back is said on each page with sums, and in their JSON', async () => {
  const lost = line('2026-02-01T17:00:00.000Z', { session_id: 'lost', ...tokens });
  const { dataDir, siteDir } = await makeSite([
    lost,
    lost,
    line('2026-02-01T17:01:00.000Z', { session_id: 's', ...tokens }),
  ]);
  const pages = ['index.html', 'models.html', 'dates.html', 'consumers.html'];
  const html = (page: string) => readFileSync(join(siteDir, page), 'utf8');
  const note = '<p>2 rounds of this store are lost, and in no sum.</p></div>';
  for (const page of pages) expect(html(page), page).not.toContain('are lost');
  expect(read(siteDir, 'api/stats.json')).not.toHaveProperty('lost_rounds');
  rmSync(join(dataDir, '..', 'access.log'));
  rmSync(join(dataDir, 'lost.json'));
  expect((await run(['repair', '--apply', '--data-dir', dataDir])).code).toBe(0);
  await render({ dataDir, siteDir });
  for (const page of pages) expect(html(page), page).toContain(note);
  expect(read(siteDir, 'api/stats.json')).toMatchObject({ lost_rounds: 2, total: { rounds: 1 } });
});
