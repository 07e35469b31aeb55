import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { aiLine, dumpStore, makeFolder, run, storedRequests } from '../ingest/make.ts';
import { environment, parseArgs, parseWell, runMonitor, testUnless } from './make.ts';

function mount(...args: string[]): string {
  const { status, stderr } = spawnSync('mount', args, { env: environment, encoding: 'utf8' });
  return status === 0 ? '' : (stderr ?? '') || 'mount does not start';
}

function unmount(folder: string): void {
  spawnSync('umount', [folder], { env: environment });
}

function whyNoMount(): string | false {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-'));
  const problem = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder);
  unmount(folder);
  rmdirSync(folder);
  return problem !== '' && `no disk that can run full: ${problem.trim()}`;
}

const testOnSmallDisk = testUnless(whyNoMount());

let log: string;
let disk: string;
let store: string;

beforeEach(() => {
  const folder = makeFolder();
  [log, disk] = [join(folder, 'access.log'), join(folder, 'disk')];
  store = join(disk, 'sessions');
  mkdirSync(disk);
});

afterEach(() => unmount(disk));

const lines = (session: string, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => aiLine(session, from + i)).join('');

/** A run that must fail for want of room, and say where; returns what readers see behind it. */
async function runFull(): Promise<unknown> {
  const { code, out, err } = await runMonitor(...parseArgs(log, store));
  expect([code, out]).toEqual([74, '']);
  expect(err).toMatch(/^monitor: [^\n]*no space left on device[^\n]*\n$/);
  expect(err).toContain(disk);
  return dumpStore(store);
}

testOnSmallDisk(
  'full in the middle: exit code 74, the last commit stands, and with more room all is there',
  async () => {
    mount('-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', disk);
    writeFileSync(log, lines('a', 0, 3) + lines('b', 0, 3));
    await parseWell(log, store);
    const before = dumpStore(store);
    const state = readFileSync(join(store, '.state.json'), 'utf8');
    appendFileSync(log, lines('a', 3, 90) + lines('c', 0, 120));

    expect(await runFull()).toEqual(before);
    expect(await runFull()).toEqual(before);
    expect(readFileSync(join(store, '.state.json'), 'utf8')).toBe(state);
    const listed = await runMonitor('list', '--json', '--output-dir', store);
    expect([listed.code, (JSON.parse(listed.out) as { total: number }).total]).toEqual([0, 2]);

    mount('-o', 'remount,size=64m', disk);
    expect(await parseWell(log, store)).toMatchObject({ rounds: 207 });
    const calm = join(makeFolder(), 'sessions');
    await run(calm, log);
    expect(dumpStore(store)).toEqual(dumpStore(calm));
  },
);

testOnSmallDisk('a disk that grows page by page: each run fails whole until one fits', async () => {
  mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk);
  writeFileSync(log, lines('a', 0, 2));
  await parseWell(log, store);
  const before = dumpStore(store);
  appendFileSync(log, ['a', 'b', 'c', 'd'].map((session) => lines(session, 2, 12)).join(''));
  let failed = 0;
  for (let kib = 32; ; kib += 4) {
    mount('-o', `remount,size=${kib}k`, disk);
    const { code } = await runMonitor(...parseArgs(log, store), '--quiet');
    if (code === 0) break;
    failed++;
    expect(code).toBe(74);
    expect(dumpStore(store)).toEqual(before);
  }
  expect(failed).toBeGreaterThan(3);
  expect(storedRequests(store)).toHaveLength(42);
  expect(await parseWell(log, store)).toMatchObject({ rounds: 0 });
});

testOnSmallDisk('no room for one file more: the same', async () => {
  mount('-t', 'tmpfs', '-o', 'size=1m,nr_inodes=9', 'tmpfs', disk);
  writeFileSync(log, lines('a', 0, 2));
  await parseWell(log, store);
  const before = dumpStore(store);
  appendFileSync(log, ['a', 'b', 'c', 'd', 'e', 'f'].map((session) => lines(session, 2, 4)).join(''));
  expect(await runFull()).toEqual(before);
  mount('-o', 'remount,nr_inodes=100', disk);
  expect(await parseWell(log, store)).toMatchObject({ rounds: 12 });
  expect(storedRequests(store)).toHaveLength(14);
});
