import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { line, makeStore, run } from './run.ts';

let folder: string;
let store: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'));
  const ai = { input_token: 3, model: 'test-a', output_token: 1, session_id: 's' };
  store = await makeStore(folder, [line('2026-02-01T00:00:00Z', ai), line('2026-02-01T00:00:01Z', ai)]);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a sound store is exit 0', async () => {
  expect(await run(['repair', '--data-dir', store])).toEqual({
    code: 0,
    out: 'The store is sound: 2 rounds of 1 session.\n',
    err: '',
  });
});

test('a damaged one is exit 1 and says what to do; --apply is exit 0, and then it is sound', async () => {
  rmSync(join(store, '.state.json'));
  const found = `${store}/.state.json is missing: a new one is made from the index, as of commit 1.\n`;
  expect(await run(['repair', '--data-dir', store])).toEqual({
    code: 1,
    out: `${found}Nothing was changed yet. After a repair: 2 rounds of 1 session are counted, 0 rounds lost.\n`,
    err: `monitor: the store needs repair: run monitor repair --apply --data-dir ${store}\n`,
  });
  expect((await run(['list', '--data-dir', store])).err).toContain('monitor repair');
  expect(await run(['repair', '--apply', '--data-dir', store])).toEqual({
    code: 0,
    out: `${found}Repaired: 2 rounds of 1 session are counted, 0 rounds lost.\n`,
    err: '',
  });
  expect((await run(['repair', '--data-dir', store])).code).toBe(0);
});

test('--json', async () => {
  rmSync(join(folder, 'access.log'));
  writeFileSync(join(store, 's.json'), '');
  const { code, out } = await run(['repair', '--json', '--data-dir', store]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    version: 1,
    sound: false,
    applied: false,
    sessions: 0,
    rounds: 0,
    recovered_rounds: 0,
    recovered_otherwise_counted: 0,
    recovered_at_todays_prices: 0,
    lost_rounds: 2,
    unread_logs: [],
    problems: [
      {
        file: join(store, 's.json'),
        session_id: 's',
        problem: 'has a damaged first line',
        repair: 'none of its rounds are left, 2 rounds lost',
        recovered_rounds: 0,
        lost_rounds: 2,
        lost: {
          from: '2026-02-01T00:00:00.000Z',
          to: '2026-02-01T00:00:01.000Z',
          input_tokens: 6,
          output_tokens: 2,
          cost_usd: 0.000026,
          costs: { USD: 0.000026 },
          unpriced_rounds: 0,
          logs: [join(folder, 'access.log')],
        },
      },
    ],
  });
});

test('rounds that a log still holds are read again, wherever it lies now', async () => {
  const [log, moved] = [join(folder, 'access.log'), join(folder, 'moved')];
  const before = (await run(['list', '--json', '--data-dir', store])).out;
  rmSync(join(store, 's.json'));
  renameSync(log, moved);
  const lost = await run(['repair', '--data-dir', store]);
  expect(lost.out).toBe(
    `${store}/s.json is missing: none of its rounds are left, 2 rounds lost ` +
      '(between 2026-02-01 00:00:00 and 2026-02-01 00:00:01 UTC; 6 tokens in, 2 out, <$0.0001; ' +
      `the logs that held them can no longer be read: ${log}).\n` +
      'Nothing was changed yet. After a repair: 0 rounds of 0 sessions are counted, 2 rounds lost.\n',
  );
  expect(await run(['repair', '--apply', '--log-path', moved, '--data-dir', store])).toEqual({
    code: 0,
    out:
      `${store}/s.json is missing: none of its rounds are left, 2 rounds read again.\n` +
      'Repaired: 2 rounds of 1 session are counted, 2 of them read again, 0 rounds lost.\n',
    err: '',
  });
  expect((await run(['list', '--json', '--data-dir', store])).out).toBe(before);
});

test('rounds that are lost for good are said by every sum, and by doctor', async () => {
  rmSync(join(folder, 'access.log'));
  rmSync(join(store, 's.json'));
  await run(['repair', '--apply', '--data-dir', store]);
  const note = '2 rounds of this store are lost, and in no sum: monitor doctor says which.';
  for (const command of ['list', 'stats-model', 'stats-date', 'stats-consumer']) {
    expect((await run([command, '--data-dir', store])).out, command).toContain(`\n${note}\n`);
    expect(JSON.parse((await run([command, '--json', '--data-dir', store])).out), command).toMatchObject({
      lost_rounds: 2,
    });
  }
  const check = ['check', '--budget-tokens', '5', '--per', 'total', '--data-dir', store];
  expect(await run(check)).toEqual({
    code: 0,
    out: 'within budget: 0 of 5 tokens (0%) in total; 2 rounds of this store are lost, and in no sum\n',
    err: '',
  });
  expect(JSON.parse((await run([...check, '--json'])).out)).toMatchObject({ lost_rounds: 2 });
  expect((await run(['export', '-', '--data-dir', store])).err).toBe(
    'monitor: 2 rounds of this store are lost, and in no sum: see monitor doctor\n',
  );
  const lost = JSON.parse(readFileSync(join(store, '.lost.jsonl'), 'utf8'));
  expect(lost).toEqual({
    commit: 2,
    session: 's',
    rounds: 2,
    from: '2026-02-01T00:00:00.000Z',
    to: '2026-02-01T00:00:01.000Z',
    input_tokens: 6,
    output_tokens: 2,
    cost_usd: '0.000026',
    logs: [join(folder, 'access.log')],
    repaired: '2026-02-03T04:00:00.000Z',
  });
  const said = JSON.parse((await run(['doctor', '--json', '--data-dir', store])).out).findings;
  expect(said).toContainEqual(
    expect.objectContaining({
      code: 'lost-rounds',
      severity: 'warning',
      what:
        '2 rounds of 1 session (from 2026-02-01T00:00:00.000Z to 2026-02-01T00:00:01.000Z) were lost with session files, ' +
        'and no log still had them when the store was repaired. They are missing from every total.',
    }),
  );
  // The state is lost, too: the list is known from its lines, as the commits made them.
  rmSync(join(store, '.state.json'));
  await run(['repair', '--apply', '--data-dir', store]);
  expect((await run(['list', '--data-dir', store])).out).toContain(note);
});

test('where no repair can help: 74, and why', async () => {
  rmSync(join(store, '.state.json'));
  rmSync(join(store, '.index-1.jsonl'));
  const { code, out, err } = await run(['repair', '--apply', '--data-dir', store]);
  expect([code, out]).toEqual([74, '']);
  expect(err).toMatch(/\.state\.json is missing, and no index in .* says how far the logs were read/);
});

test('a damaged .store.json is an error', async () => {
  appendFileSync(join(store, '.store.json'), 'x');
  expect((await run(['repair', '--data-dir', store])).code).toBe(74);
});
