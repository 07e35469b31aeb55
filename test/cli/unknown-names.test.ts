import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { line, makeStore, run, type Ran } from './run.ts';

let dir: string;
let store: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'names-'));
  const round = (session: string, model: string, consumer?: string) => ({
    session_id: session,
    model,
    input_token: 1000,
    ...(consumer !== undefined && { consumer }),
  });
  store = await makeStore(dir, [
    line('2026-01-15T10:00:00Z', round('agent:old:cron:x', 'qwen-turbo', 'ann')),
    line('2026-02-02T10:00:00Z', round('agent:main:discord:1', 'qwen-max', 'ci-bot')),
    line('2026-02-02T11:00:00Z', round('agent:main:main', 'gpt-4o', 'ci\u001b[31m-runner')),
    line('2026-02-02T12:00:00Z', round('other', 'gpt-4o')),
  ]);
});
afterAll(() => rmSync(dir, { recursive: true }));

const ask = (...argv: string[]): Promise<Ran> => run([...argv, '--data-dir', store]);

const MODEL = "monitor: no model 'qwen-mx' in the store. Did you mean 'qwen-max'?\n";
const NO_MODEL = "monitor: no model 'zzzzzzzzzzzzzzz' in the store. List them with 'monitor stats-model'\n";
const CONSUMER = "monitor: no consumer 'ci' in the store. Did you mean 'ci-runner' or 'ci-bot'?\n";

describe('a name that is nowhere in the store is said on stderr, with the nearest', () => {
  test.each([
    [['list', '--model', 'qwen-mx'], MODEL],
    [['list', '--model', 'qwen-mx', '--json'], MODEL],
    [['list', '--consumer', 'ci'], CONSUMER],
    [
      ['list', '--agent', 'mian', '--limit', '0'],
      "monitor: no agent 'mian' in the store. Did you mean 'main'?\n",
    ],
    [
      ['list', '--channel', 'discrod', '--rollup'],
      "monitor: no channel 'discrod' in the store. Did you mean 'discord'?\n",
    ],
    [['list', '--pruned', '--model', 'qwen-mx'], MODEL],
    [['list', '--agent', 'main', '--model', 'qwen-mx'], MODEL],
    [['list', '--model', 'qwen-mx', '--since', '2026-02-01'], MODEL],
    [['stats-model', '--model', 'qwen-mx'], MODEL],
    [['stats-model', '--model', 'qwen-mx', '--json'], MODEL],
    [['stats-date', '--model', 'zzzzzzzzzzzzzzz'], NO_MODEL],
    [['stats-consumer', '--consumer', 'ci', '--group-by', 'session'], CONSUMER],
    [['stats-consumer', '--consumer', 'ci', '--model', 'qwen-mx', '--days', '2'], MODEL + CONSUMER],
    [['export', '-', '--model', 'qwen-mx'], MODEL],
    [['export', '-', '--format', 'csv', '--model', 'qwen-mx'], MODEL],
    [['export', '-', '--format', 'ndjson', '--with-messages', '--consumer', 'ci', '--quiet'], CONSUMER],
  ])('%j', async (argv, said) => {
    const { code, err } = await ask(...argv);
    expect(code).toBe(0);
    expect(err).toBe(said);
  });

  test.each([
    ['--format', 'csv'],
    ['--format', 'md'],
    ['--format', 'focus', '--billing-account-id', 'x'],
  ])('a file of an export, under --quiet: %s %s', async (...format) => {
    const file = join(dir, 'costs');
    const ran = await ask('export', file, ...format, '--consumer', 'ci', '--quiet');
    expect(ran).toEqual({ code: 0, out: '', err: CONSUMER });
    expect(readFileSync(file, 'utf8')).not.toContain('gpt-4o');
  });

  test('an empty report is what it was', async () => {
    const { out } = await ask('stats-model', '--model', 'qwen-mx', '--json');
    expect(JSON.parse(out)).toMatchObject({ version: 1, rows: [] });
    expect((await ask('list', '--model', 'qwen-mx', '--json')).out).toContain('"sessions":[]');
  });

  test('a store without rounds has no names', async () => {
    const empty = await makeStore(join(dir, 'empty'), ['{}\n']);
    const ran = await run(['stats-model', '--model', 'gpt-4o', '--data-dir', empty]);
    expect([ran.code, ran.err]).toEqual([
      0,
      "monitor: no model 'gpt-4o' in the store: it has no rounds yet\n",
    ]);
    const check = ['check', '--budget-usd', '1', '--consumer', 'ci-bot', '--quiet', '--data-dir', empty];
    expect((await run(check)).code).toBe(2);
  });

  test('and a session: whole ids or starts, at most three', async () => {
    for (const command of ['show', 'url']) {
      const { code, err } = await ask(command, 'agent:main:discrod:1');
      expect([code, err]).toEqual([
        1,
        "monitor: no session 'agent:main:discrod:1'. Did you mean:\n  agent:main:discord:1\n",
      ]);
    }
    const lines = ['a', 'b', 'c', 'd'].map((end) =>
      line('2026-02-02T10:00:00Z', { session_id: `sess_12${end}`, model: 'm' }),
    );
    const four = await makeStore(join(dir, 'four'), lines);
    const { err } = await run(['show', 'sess_12x', '--data-dir', four]);
    expect(err).toBe("monitor: no session 'sess_12x'. Did you mean:\n  sess_12a\n  sess_12b\n  sess_12c\n");
  });
});

describe('names that are there are no error', () => {
  test.each([
    [['stats-model', '--model', 'QWEN-max']],
    [['list', '--agent', 'MAIN', '--channel', 'discord']],
    [['list', '--model', 'qwen-max', '--search', 'nothing']],
    [['stats-model', '--model', 'qwen-max', '--consumer', 'ann']],
    [['export', '-', '--consumer', 'ann', '--since', '2026-02-01', '--quiet']],
  ])('%j', async (argv) => {
    const { code, err } = await ask(...argv);
    expect([code, err]).toEqual([0, '']);
  });

  test.each([
    [['stats-model', '--model', 'qwen-turbo', '--days', '7'], "model 'qwen-turbo'", '2026-01-15'],
    [['stats-date', '--consumer', 'ann'], "consumer 'ann'", '2026-01-15'],
    [['stats-model', '--model', 'gpt-4o', '--until', '2026-01-20', '--json'], "model 'gpt-4o'", '2026-02-02'],
    [['list', '--agent', 'old', '--since', '2026-02-01'], "agent 'old'", '2026-01-15'],
    [
      ['export', '-', '--model', 'qwen-turbo', '--consumer', 'ann', '--since', '2026-02-01'],
      "model 'qwen-turbo' and consumer 'ann'",
      '2026-01-15',
    ],
  ])('%j: not in the period is said', async (argv, names, last) => {
    const { code, err } = await ask(...argv);
    expect([code, err]).toEqual([
      0,
      `monitor: no rounds of ${names} in this period; the last was on ${last}\n`,
    ]);
  });
});

describe('--session-key of a store', () => {
  const parse = (name: string, key: string, ids: string[], ...more: string[]): Promise<Ran> => {
    const log = join(dir, `${name}.log`);
    writeFileSync(
      log,
      ids.map((id) => line('2026-02-02T10:00:00Z', { session_id: id, model: 'm' })).join(''),
    );
    const argv = ['parse', '--log-path', log, '--data-dir', join(dir, name), '--session-key', key];
    return run([...argv, '--quiet', ...more]);
  };

  test('that no round has is said, also under --quiet, as long as others are left out', async () => {
    const key = 'agent:mian:main';
    const message = `only the session '${key}' is stored (--session-key), and no round of it has been read yet`;
    expect(await parse('key', key, ['agent:main:main', 'x\u001b[2J'])).toEqual({
      code: 0,
      out: '',
      err: `monitor: ${join(dir, 'key')}: ${message}. Did you mean 'agent:main:main'?\n`,
    });
    expect((await parse('key2', key, ['x\u001b[2J'])).err).toBe(
      `monitor: ${join(dir, 'key2')}: ${message}\n`,
    );
    const { out } = await parse('key3', key, ['x'], '--json');
    expect(JSON.parse(out).warnings).toEqual([{ path: join(dir, 'key3'), message }]);
  });

  test('that a round has is not', async () => {
    expect(await parse('known', 'a', ['a', 'b'])).toEqual({ code: 0, out: '', err: '' });
    expect(await parse('known', 'a', ['a', 'b', 'c'])).toEqual({ code: 0, out: '', err: '' });
  });
});
