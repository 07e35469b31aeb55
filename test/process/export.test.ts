import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { line, makeStore } from '../cli/run.ts';
import { start, startMonitor, BIN } from './make.ts';

// The built program. 40 requests that repeat two megabytes: an export that takes its time.
let dir: string;
let store: string;
let out: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'export-process-'));
  const messages = [{ role: 'user', content: 'x'.repeat(2_000_000) }];
  const round = { session_id: 's', model: 'test-a', input_token: 1, messages };
  store = await makeStore(
    dir,
    Array.from({ length: 40 }, () => line('2026-02-01T17:00:00.000Z', round)),
  );
  out = join(dir, 'out');
});
afterAll(() => rmSync(dir, { recursive: true }));

const ARGS = ['--with-messages', '--quiet'];

/** Starts an export over a file that is there, and waits until it has written something. */
async function startExport(): Promise<ReturnType<typeof startMonitor>> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  writeFileSync(join(out, 'rounds.ndjson'), 'old');
  const started = startMonitor('export', join(out, 'rounds.ndjson'), '--data-dir', store, ...ARGS);
  while (started.child.exitCode === null) {
    const temporary = readdirSync(out).find((name) => name.endsWith('.tmp'));
    const size = temporary && statSync(join(out, temporary), { throwIfNoEntry: false })?.size;
    if (size) return started;
    await setTimeout(1);
  }
  throw new Error(`it ended before it was seen to write: ${(await started.ended).err}`);
}

const old = (): string => readFileSync(join(out, 'rounds.ndjson'), 'utf8');

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends it, and leaves the old file and nothing beside it',
  async (signal) => {
    const { child, ended } = await startExport();
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal, out: '', err: '' });
    expect([old(), readdirSync(out)]).toEqual(['old', ['rounds.ndjson']]);
  },
);

test('SIGKILL leaves the old file; the next export is whole', async () => {
  const { child, ended } = await startExport();
  child.kill('SIGKILL');
  await ended;
  expect(old()).toBe('old');
  const again = startMonitor(
    'export',
    join(out, 'rounds.ndjson'),
    '--data-dir',
    store,
    '--format',
    'csv',
    '--quiet',
  );
  expect(await again.ended).toMatchObject({ code: 0, err: '' });
  expect(old().split('\n')).toHaveLength(42);
});

test('a reader of a pipe that goes away is no fault', async () => {
  const script = `"$0" "$1" export - --format ndjson ${ARGS.join(' ')} --data-dir "$2" | head -c 3; echo " \${PIPESTATUS[0]}"; "$0" "$1" export /dev/fd/3 --format ndjson ${ARGS.join(' ')} --data-dir "$2" 3> >(head -c 3 >/dev/null); echo "$?"`;
  const { ended } = start('bash', ['-c', script, process.execPath, BIN, store]);
  expect(await ended).toMatchObject({ out: '{"s 0\n0\n', err: '' });
});

test('html comes from the bundle that has pages', async () => {
  const args = ['export', '-', '--format', 'html', '--conversation', 's', '--data-dir', store];
  const { code, out: html, err } = await startMonitor(...args).ended;
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(html.match(/<article /g)).toHaveLength(40);
  expect(html).toContain('1,950,000 more characters: <a href="#raw">raw JSON</a>');
});
