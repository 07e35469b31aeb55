import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore, run } from './run.ts';

let dir: string;
let store: string;
let log: string;

const ROUND = {
  session_id: 'a',
  model: 'test-a',
  input_token: 10,
  output_token: 2,
  total_token: 12,
  messages: [{ role: 'user', content: 'hi' }],
};
const NOW = Date.parse('2026-02-03T04:00:00Z');

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'doctor-'));
  store = await makeStore(dir, [line('2026-02-01T17:00:00.000Z', ROUND), '{"ai_log":"-"}\n']);
  log = join(dir, 'access.log');
  const twoHours = new Date(NOW - 7_200_000);
  utimesSync(join(store, '.state.json'), twoHours, twoHours);
});
afterAll(() => rmSync(dir, { recursive: true }));

function doctor(...argv: string[]): ReturnType<typeof run> {
  const text = `* * * * * monitor parse --output-dir ${store} --quiet`;
  const schedules = () => [{ where: 'crontab -l', text }];
  return run(['doctor', '--log-path', log, '--data-dir', store, ...argv], { schedules, columns: 300 });
}

test('nothing wrong: a line for each part, and exit code 0', async () => {
  expect(await doctor()).toEqual({
    code: 0,
    err: '',
    out: `✓ Log: 1 file; of the newest 2 lines, 1 is an AI call
✓ Store: 1 round of 1 session; last stored 2 hours ago; nothing left to read; 0 rejected lines
✓ Prices: every round with token counts has one
✓ Schedule: * * * * * monitor parse --output-dir ${store} --quiet (crontab -l)

Nothing is wrong.
`,
  });
});

test('--json with nothing wrong', async () => {
  const { code, out } = await doctor('--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    version: 1,
    ok: true,
    findings: [],
    log: {
      files: 1,
      bytes: expect.any(Number),
      sampled_lines: 2,
      sampled_rounds: 1,
      unread_bytes: 0,
      paths: [log],
      last_written_at: new Date(statSync(log).mtimeMs).toISOString(),
    },
    store: {
      sessions: 1,
      rounds: 1,
      unpriced_rounds: 0,
      rejected_lines: 0,
      known_rounds: 0,
      held: 0,
      lost_bytes: 0,
      last_stored_at: '2026-02-03T02:00:00.000Z',
      targets: [],
    },
    schedule: [{ where: 'crontab -l', line: `* * * * * monitor parse --output-dir ${store} --quiet` }],
  });
});

test('rounds that the logs brought again are counted', async () => {
  const own = mkdtempSync(join(dir, 'known-'));
  const lines = [0, 1, 2].map((second) => line(`2026-02-01T17:00:0${second}.000Z`, ROUND));
  const made = await makeStore(own, lines);
  writeFileSync(join(own, 'copy.log'), lines.slice(1).join(''));
  await run(['parse', '--log-path', join(own, '*.log'), '--output-dir', made, '--quiet']);
  const argv = ['doctor', '--log-path', join(own, '*.log'), '--data-dir', made];
  expect((await run(argv, { columns: 300 })).out).toContain(
    '0 rejected lines; 2 rounds met again in the logs and not counted again\n',
  );
  expect(JSON.parse((await run([...argv, '--json'])).out).store).toMatchObject({
    rounds: 3,
    known_rounds: 2,
  });
});

test('no store, no schedule: exit code 1; a setting is never broken, whatever the width', async () => {
  const none = join(dir, 'none');
  const argv = ['doctor', '--log-path', log, '--data-dir', none];
  const { code, out, err } = await run(argv, { columns: 40 });
  expect([code, err]).toEqual([1, 'monitor: to fix: store-missing\n']);
  const command = `monitor parse --log-path ${log} --output-dir ${none}`;
  expect(out).toContain(`\n    ${command}\n`);
  const cron = command.replace('monitor', '/usr/bin/node /usr/local/bin/monitor');
  expect(out).toContain(`\n    * * * * * ${cron} --quiet\n`);
  expect(out).toContain('\n! There is no store yet. [store-missing]\n');
  expect(out).toMatch(/\n1 problem to fix\.\n$/);
  const { store: found, findings } = JSON.parse((await run([...argv, '--json'])).out);
  expect(found).toBeNull();
  expect(findings).toEqual([
    {
      code: 'store-missing',
      severity: 'warning',
      area: 'store',
      what: 'There is no store yet.',
      where: none,
      fix: 'The first run creates it.',
      setting: command,
    },
    expect.objectContaining({ code: 'no-schedule', severity: 'note' }),
  ]);
});

test('a stranger’s words do not reach the terminal raw', async () => {
  const hostile = join(dir, 'hostile.log');
  const model = 'x\u001b[31m\u202ey';
  writeFileSync(hostile, line('2026-02-01T17:00:00.000Z', { ...ROUND, model }));
  const hostileStore = join(dir, 'hostile');
  await run(['parse', '--log-path', hostile, '--output-dir', hostileStore]);
  const { out } = await run(['doctor', '--log-path', hostile, '--data-dir', hostileStore]);
  expect(out).toContain('[unpriced-rounds]');
  expect(out).not.toMatch(/[\u001b\u202e]/);
});
