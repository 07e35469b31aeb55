import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { openSyncer } from '../../src/platform/syncer.ts';
import { makeFolder } from './make.ts';

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

test('syncs a file system as often as it is asked, and says where there is none', async () => {
  const folder = makeFolder();
  const syncer = openSyncer(folder);
  const none = openSyncer(join(folder, 'none'));
  try {
    expect([await syncer.sync(), await syncer.sync(), await none.sync()]).toEqual([true, true, false]);
  } finally {
    syncer.close();
    none.close();
  }
});

test('a name is no script', async () => {
  const folder = join(makeFolder(), '"; touch $(pwd)/made; echo "');
  const syncer = openSyncer(folder);
  expect([await syncer.sync(), existsSync('made')]).toEqual([false, false]);
  syncer.close();
});

test('one that was killed says so, again and again', async () => {
  const before = childrenOf(process.pid);
  const syncer = openSyncer(makeFolder());
  expect(await syncer.sync()).toBe(true);
  const pid = childrenOf(process.pid).find((child) => !before.includes(child)) ?? 0;
  process.kill(pid, 'SIGKILL');
  expect([await syncer.sync(), await syncer.sync()]).toEqual([false, false]);
  syncer.close();
});

test('ends with its parent, even if that is killed', async () => {
  const code = readFileSync('src/platform/syncer.ts', 'utf8');
  const file = join(makeFolder(), 'parent.mjs');
  const waits = `await openSyncer('.').sync(); console.log('ready'); setInterval(() => {}, 1000);`;
  writeFileSync(file, transformSync(`${code}\n${waits}`, { loader: 'ts' }).code);
  const child = spawn(process.execPath, [file]);
  await once(child.stdout, 'data');
  const pids = childrenOf(child.pid ?? 0);
  expect(pids.length).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 }).toEqual([]);
});
