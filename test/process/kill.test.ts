import {
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { dumpStore, makeFolder, run, storedRequests } from '../ingest/make.ts';
import { asCri, asDocker, Gateway, type Wrap } from './gateway.ts';
import { parseArgs, parseWell, randomNumbers, startMonitor, type Ran } from './make.ts';
import { SEED } from '../seed.ts';

/** MONITOR_KILLS=1000 npx vitest run test/process/kill.test.ts tries more. */
const KILLS = Number(process.env['MONITOR_KILLS'] ?? 60);
const KEPT = 4;

/** A run of the program that is killed when its store has changed so many times, or after so many milliseconds. */
async function runAndKill(
  log: string,
  store: string,
  at: { changes: number } | { ms: number },
): Promise<Ran> {
  const { child, ended } = startMonitor(...parseArgs(log, store));
  const kill = (): void => void child.kill('SIGKILL');
  if ('ms' in at) {
    const timer = setTimeout(kill, at.ms);
    return ended.finally(() => clearTimeout(timer));
  }
  let changes = 0;
  const watcher = watch(store, () => {
    if (++changes >= at.changes) kill();
  });
  return ended.finally(() => watcher.close());
}

/** As logrotate does it, by renaming or by copying; the second rotation is compressed, the oldest goes. */
function rotate(gateway: Gateway, copies: boolean): void {
  const path = (n: number): string => `${gateway.log}.${n}`;
  gateway.finishLine();
  rmSync(`${path(KEPT)}.gz`, { force: true });
  for (let n = KEPT - 1; n > 1; n--) {
    if (existsSync(`${path(n)}.gz`)) renameSync(`${path(n)}.gz`, `${path(n + 1)}.gz`);
  }
  if (existsSync(path(1))) {
    writeFileSync(`${path(2)}.gz`, gzipSync(readFileSync(path(1))));
    rmSync(path(1));
  }
  if (copies) {
    copyFileSync(gateway.log, path(1));
    truncateSync(gateway.log);
  } else {
    renameSync(gateway.log, path(1));
    gateway.reopen();
  }
}

const FORMS: [name: string, kills: number, wrap: Wrap | undefined][] = [
  ['a plain log', KILLS, undefined],
  ["Kubernetes' log", Math.ceil(KILLS / 4), asCri],
  ["Docker's log", Math.ceil(KILLS / 4), asDocker],
];

test.each(FORMS)(
  `kills at random moments, over %s that grows and rotates, change nothing (%i, MONITOR_SEED=${SEED})`,
  async (_, most, wrap) => {
    const random = randomNumbers(SEED);
    const folder = makeFolder();
    const log = join(folder, 'access.log');
    const store = join(folder, 'sessions');
    /** The store of runs that nobody kills. */
    const calm = join(folder, 'calm');
    const gateway = new Gateway(log, wrap);
    let kills = 0;
    let rotations = 0;
    let usualMs = 0;
    for (let i = 0; kills < most; i++) {
      gateway.write(Math.floor(random() * 8));
      if (random() < 0.5) gateway.beginLine(random());
      if (rotations < KEPT - 1 && random() < 0.4) {
        rotate(gateway, random() < 0.5);
        rotations++;
        gateway.write(Math.floor(random() * 5));
      }
      if (i > 0) {
        const byChanges = random() < 0.7;
        const at = byChanges ? { changes: 1 + Math.floor(random() * 20) } : { ms: random() * usualMs };
        const { code, signal, err } = await runAndKill(log, store, at);
        if (signal === 'SIGKILL') kills++;
        else expect([code, err]).toEqual([0, '']);
      }
      if (i > 0 && random() < 0.4) continue;
      const began = performance.now();
      await parseWell(log, store);
      usualMs = performance.now() - began;
      await run(calm, log);
      expect(dumpStore(store), `after ${kills} kills`).toEqual(dumpStore(calm));
      rotations = 0;
    }
    gateway.write(1);
    gateway.close();
    await parseWell(log, store);
    expect(storedRequests(store)).toEqual(gateway.written.toSorted());
    expect(await parseWell(log, store)).toMatchObject({ rounds: 0 });
  },
  // Only what hangs meets it: a kill and two runs behind it take a second, on a busy machine five.
  KILLS * 10_000,
);
