import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { InputOutputError } from '../../src/platform/errors.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { tailPath } from '../../src/store/index/index-files.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { wordFindings } from '../../src/report/doctor/word-findings.ts';
import { aiLine, dumpStore, makeBase, makeFolder, run } from '../ingest/make.ts';

/** A store of an older version has no checksum in its state: what the index and other files repeat must agree with it. */

interface Scene {
  store: string;
  log: string;
  state: string;
}

type Older = Record<string, unknown> & {
  commit: number;
  next_log: number;
  index: { generation: number; base: number; length: number };
  logs: Record<string, unknown>[];
};

/** Three commits, and the state as version 0.1.0 wrote it, changed. */
async function makeScene(change: (state: Older) => void, prepare?: (store: string) => void): Promise<Scene> {
  const folder = makeFolder();
  const scene = {
    store: join(folder, 'store'),
    log: join(folder, 'access.log'),
    state: join(folder, 'store', '.state.json'),
  };
  for (let n = 1; n <= 3; n++) {
    writeFileSync(scene.log, Array.from({ length: 4 * n }, (_, i) => aiLine(`s${i % 2}`, i)).join(''));
    await run(scene.store, scene.log);
  }
  prepare?.(scene.store);
  const { crc: _, ...state } = JSON.parse(readFileSync(scene.state, 'utf8'));
  delete state.prices.crc;
  state.format = 3;
  delete state.coverage;
  change(state);
  writeFileSync(scene.state, JSON.stringify(state));
  return scene;
}

const rounds = ({ store }: Scene): number => {
  let sum = 0;
  for (const { rounds: count } of readSnapshot(store).sessions.heads()) sum += count;
  return sum;
};

test('intact: it is read, and a run with nothing new converts it', async () => {
  const scene = await makeScene(() => undefined);
  expect(rounds(scene)).toBe(12);
  const whole = dumpStore(scene.store);
  expect((await repairStore(nodeFiles, scene.store, false)).problems).toEqual([]);
  expect(JSON.parse(readFileSync(scene.state, 'utf8'))).toMatchObject({ format: 3, commit: 3 });
  expect(await run(scene.store, scene.log)).toMatchObject({ rounds: 0 });
  expect(JSON.parse(readFileSync(scene.state, 'utf8'))).toMatchObject({ format: 5, commit: 4 });
  const { mtimeMs } = statSync(scene.state);
  expect(await run(scene.store, scene.log)).toMatchObject({ rounds: 0 });
  expect(statSync(scene.state).mtimeMs).toBe(mtimeMs);
  expect(dumpStore(scene.store)).toEqual(whole);
});

test('intact, with a base: it is read', async () => {
  const scene = await makeScene(() => undefined, makeBase);
  expect(rounds(scene)).toBe(12);
});

const PLACE = 'names a part of the index that no commit wrote';

describe('damaged: every command stops, and repair gives the same store back', () => {
  test.each<[string, (state: Older) => void, message: RegExp]>([
    ['no index', ({ index }) => (index.length = 0), /counts 3 commits, but nothing of the index/],
    [
      'more than there is',
      ({ index }) => (index.length = 2 ** 53 - 1),
      /but 9007199254740991 were committed/,
    ],
    ['one byte less', ({ index }) => index.length--, /the index .* is damaged|is not what was committed/],
    ['another index', ({ index }) => (index.generation = 2), /the index .* is missing/],
    ['a base', ({ index }) => (index.base = 400), /\.index-1\.base is missing/],
  ])('%s', async (_, change, message) => {
    const whole = dumpStore((await makeScene(() => undefined)).store);
    const scene = await makeScene(change);
    const before = readFileSync(scene.state);
    await expect(run(scene.store, scene.log)).rejects.toThrow(InputOutputError);
    await expect(run(scene.store, scene.log)).rejects.toThrow(message);
    expect(() => readSnapshot(scene.store)).toThrow(message);
    expect(() => readSnapshot(scene.store)).toThrow(/Run monitor repair/);
    const { findings } = await diagnose(nodeFiles, {
      dir: scene.store,
      logPaths: [scene.log],
      schedules: [],
      program: { node: 'node', script: 'monitor' },
      now: Date.now(),
    });
    const found = wordFindings(findings).find(({ code }) => code === 'store-unreadable');
    expect(found?.what).toMatch(message);
    expect(readFileSync(scene.state)).toEqual(before);
    const { problems } = await repairStore(nodeFiles, scene.store, true);
    expect(problems.map((one) => one.problem)).toEqual([PLACE]);
    expect(dumpStore(scene.store)).toEqual(whole);
    expect(await run(scene.store, scene.log)).toMatchObject({ rounds: 0 });
    expect(dumpStore(scene.store)).toEqual(whole);
  });
});

describe('damaged, and it is not known whether it or the index: every command stops, repair too', () => {
  test.each<[string, (state: Older) => void]>([
    ['an offset', ({ logs }) => (logs[0] = { ...logs[0], offset: 5 })],
    ['a digest', ({ logs }) => (logs[0] = { ...logs[0], head: 'other' })],
    ['the next log id', (state) => state.next_log++],
    ['a log less', (state) => (state.logs = [])],
  ])('%s', async (_, change) => {
    const scene = await makeScene(change);
    expect(() => readSnapshot(scene.store)).toThrow(
      /has other log positions than its index\. .*Run monitor repair/,
    );
    await expect(run(scene.store, scene.log)).rejects.toThrow(InputOutputError);
    await expect(repairStore(nodeFiles, scene.store, true)).rejects.toThrow(
      /move it away and run monitor repair again/,
    );
  });
});

test('another format, by which it has no base', async () => {
  const scene = await makeScene((state) => (state['format'] = 1), makeBase);
  expect(() => readSnapshot(scene.store)).toThrow('counts 3 commits, but nothing of the index');
  const { problems } = await repairStore(nodeFiles, scene.store, true);
  expect(problems.map(({ problem }) => problem)).toEqual([PLACE]);
  expect(rounds(scene)).toBe(12);
});

test('a count of commits that the index does not have: repair takes the state and makes a new index', async () => {
  const scene = await makeScene((state) => (state.commit = 2));
  expect(() => readSnapshot(scene.store)).toThrow(
    'does not match its index: it counts 2 commits, and the index 3',
  );
  await repairStore(nodeFiles, scene.store, true);
  expect(rounds(scene)).toBe(12);
  expect(await run(scene.store, scene.log)).toMatchObject({ rounds: 0 });
});

describe('other files', () => {
  const prune = (dir: string): void => {
    pruneStore(nodeFiles, {
      dir,
      before: Date.UTC(2027, 0),
      content: false,
      isDryRun: false,
      now: Date.now(),
    });
  };

  test.each<[string, (state: Older) => void]>([
    ['none of the sums of pruned rounds', (state) => delete state['pruned']],
    ['half a line of them', (state) => (state['pruned'] = { length: 9 })],
  ])('%s: repair reads them from their file', async (_, change) => {
    const scene = await makeScene(change, prune);
    expect(() => readSnapshot(scene.store)).toThrow(
      /does not match .*\.pruned\.jsonl: one of the two is damaged/,
    );
    const { problems } = await repairStore(nodeFiles, scene.store, true);
    expect(problems.map(({ problem }) => problem)).toEqual([
      `does not match ${join(scene.store, '.pruned.jsonl')}: one of the two is damaged`,
    ]);
    expect(rounds(scene)).toBe(12);
    expect(JSON.parse(readFileSync(scene.state, 'utf8')).pruned.length).toBe(
      statSync(join(scene.store, '.pruned.jsonl')).size,
    );
  });

  test('the list of lost rounds, and the end of the rejected lines', async () => {
    const lost = await makeScene((state) => (state['lost'] = { length: 0, rounds: 5 }));
    expect(() => readSnapshot(lost.store)).toThrow(/does not match .*\.lost\.jsonl/);
    const rejected = await makeScene(
      (state) => (state['rejected'] = { length: 7 }),
      (store) => writeFileSync(join(store, '.rejected.jsonl'), '{"a":1}\n'),
    );
    expect(() => readSnapshot(rejected.store)).toThrow(/does not match .*\.rejected\.jsonl/);
  });
});

test('what nothing repeats is not believed: the latest time of closed logs, the number of imports', async () => {
  const scene = await makeScene((state) => Object.assign(state, { closed_until: 5, imported: 0 }));
  const { state } = readSnapshot(scene.store);
  expect([state.closed_until, state.imported]).toEqual([undefined, undefined]);
});

test('the last line of the index has changed', async () => {
  const scene = await makeScene(
    () => undefined,
    (store) => {
      const path = tailPath(store, 1);
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(/"next_log":2(?!.*"next_log")/s, '"next_log":3'),
      );
    },
  );
  expect(() => readSnapshot(scene.store)).toThrow('has other log positions than its index');
});
