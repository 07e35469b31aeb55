import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore } from './run.ts';

// The built program, as people run it.
const MONITOR = `node ${resolve('bin/monitor.js')}`;
let dir: string;
let store: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pipe-'));
  const messages = [{ role: 'user', content: 'x'.repeat(1_000_000) }];
  const round = { session_id: 's', model: 'test-a', input_token: 1, messages };
  store = await makeStore(
    dir,
    Array.from({ length: 20 }, () => line('2026-02-01T17:00:00.000Z', round)),
  );
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

function bash(script: string): { out: string; err: string } {
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  return { out: stdout, err: stderr };
}

test.each(['show s --json', 'show s --full', 'list'])('%s | head is quiet, with exit 0', (command) => {
  const { out, err } = bash(
    `${MONITOR} ${command} --data-dir ${store} | head -c 3; echo " \${PIPESTATUS[0]}"`,
  );
  expect(out).toMatch(/^.{3} 0\n$/);
  expect(err).toBe('');
});

test('search | head is quiet, with exit 0', async () => {
  const messages = Array.from({ length: 4000 }, (_, i) => ({ role: 'user', content: `needle ${i}` }));
  const many = await makeStore(join(dir, 'many'), [
    line('2026-02-01T17:00:00.000Z', { session_id: 's', model: 'test-a', input_token: 1, messages }),
  ]);
  for (const json of ['', '--json']) {
    const search = `${MONITOR} search needle --limit 0 ${json} --data-dir ${many}`;
    expect(bash(`${search} | head -c 1 | wc -c; echo "\${PIPESTATUS[0]}"`)).toEqual({
      out: '1\n0\n',
      err: '',
    });
    expect(Number(bash(`${search} | wc -c`).out)).toBeGreaterThan(80_000);
  }
});

test('20 requests that repeat a megabyte come through a pipe whole', () => {
  const { out, err } = bash(`${MONITOR} show s --json --data-dir ${store} | wc -c; echo "\${PIPESTATUS[0]}"`);
  const [bytes, code] = out.split('\n');
  expect([Number(bytes) > 20_000_000, code, err]).toEqual([true, '0', '']);
});

test('a full disk behind stdout is exit 74', () => {
  const { out, err } = bash(`${MONITOR} list --data-dir ${store} > /dev/full; echo $?`);
  expect(out).toBe('74\n');
  expect(err).toMatch(
    /^monitor: cannot write the output: no space left on device \(ENOSPC\)\. Free some space/,
  );
});
