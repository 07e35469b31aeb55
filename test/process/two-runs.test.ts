import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aiLine, makeFolder, storedRequests } from '../ingest/make.ts';
import { parseArgs, parseWell, runMonitor, startMonitor, type Started } from './make.ts';

interface Scene {
  log: string;
  /** A log that the store has read whole. */
  readLog: string;
  store: string;
}

async function makeScene(): Promise<Scene> {
  const folder = makeFolder();
  const [log, readLog, store] = [
    join(folder, 'access.log'),
    join(folder, 'other.log'),
    join(folder, 'sessions'),
  ];
  writeFileSync(readLog, aiLine('other', 0));
  await parseWell(readLog, store);
  return { log, readLog, store };
}

const requests = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => aiLine('a', from + i));

const busyLine = (store: string): string =>
  `monitor: another run holds the store ${store}; try again later\n`;

test('row 26: eight runs at a time, again and again: each ends with 0, or with 75 and one line; each round is stored once', async () => {
  const { log, store } = await makeScene();
  for (let turn = 1; turn <= 4; turn++) {
    appendFileSync(log, requests(turn * 50 - 50, turn * 50).join(''));
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => runMonitor(...parseArgs(log, store), '--json')),
    );
    for (const { code, out, err } of runs) {
      expect([0, 75]).toContain(code);
      expect(err).toBe(code === 75 ? busyLine(store) : '');
      if (code === 75) expect(out).toBe('');
    }
    const answers = runs.flatMap(({ code, out }) =>
      code === 0 ? [(JSON.parse(out) as { rounds: number }).rounds] : [],
    );
    expect(answers.reduce((sum, rounds) => sum + rounds, 0)).toBe(50);
    expect(storedRequests(store)).toHaveLength(turn * 50 + 1);
  }
  expect(new Set(storedRequests(store)).size).toBe(201);
  expect(await parseWell(log, store)).toMatchObject({ rounds: 0 });
});

test('eight first runs at a time make one store', async () => {
  const folder = makeFolder();
  const [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];
  writeFileSync(log, requests(0, 50).join(''));
  const runs = await Promise.all(
    Array.from({ length: 8 }, () => runMonitor(...parseArgs(log, store), '--quiet')),
  );
  for (const { code, err } of runs) {
    expect([0, 75]).toContain(code);
    expect(err).toBe('');
  }
  expect(storedRequests(store)).toEqual(Array.from({ length: 50 }, (_, n) => `a-${n}`).toSorted());
});

/** A run that holds the store's lock: it reads its price file under it, and that is a pipe nobody writes to. */
async function startHolder({ log, store }: Scene): Promise<Started & { pipe: FileHandle }> {
  const path = join(makeFolder(), 'prices.json');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const started = startMonitor(...parseArgs(log, store), '--prices', path);
  // Opening a pipe takes until somebody has it open at the other end.
  return { ...started, pipe: await open(path, 'w') };
}

test('while one holds the store, a second run ends at once with 75, and one with nothing new with 0', async () => {
  const scene = await makeScene();
  const { log, readLog, store } = scene;
  writeFileSync(log, requests(0, 20).join(''));
  const { pipe, ended } = await startHolder(scene);
  expect(await runMonitor(...parseArgs(log, store))).toEqual({
    code: 75,
    signal: null,
    out: '',
    err: busyLine(store),
  });
  expect(await parseWell(readLog, store)).toMatchObject({ rounds: 0 });
  expect(storedRequests(store)).toEqual(['other-0']);

  await pipe.writeFile('{"models":[]}');
  await pipe.close();
  const { code, err } = await ended;
  expect([code, err]).toEqual([0, expect.stringMatching(/prices\.json: now this store's price file/)]);
  expect(await parseWell(log, store)).toMatchObject({ rounds: 0 });
  expect(storedRequests(store)).toHaveLength(21);
});

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'the lock of a holder ended by %s is free at once',
  async (signal) => {
    const scene = await makeScene();
    const { log, store } = scene;
    writeFileSync(log, requests(0, 20).join(''));
    const { child, ended, pipe } = await startHolder(scene);
    child.kill(signal);
    expect((await ended).signal).toBe(signal);
    await pipe.close();
    expect(await parseWell(log, store)).toMatchObject({ rounds: 20 });
    expect(storedRequests(store)).toHaveLength(21);
  },
);
