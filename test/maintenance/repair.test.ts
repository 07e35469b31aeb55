import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repairStore, type RepairResult } from '../../src/maintenance/repair/repair.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { mergeCells } from '../../src/model/usage-cells.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { stateText, type State } from '../../src/store/state.ts';
import {
  aiLine,
  changeBit,
  dumpStore,
  failAt,
  makeBase,
  makeFolder,
  otherLine,
  run,
  storedRequests,
} from '../ingest/make.ts';

const lines = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, i) => aiLine('a', from + i) + otherLine(i) + aiLine('b', from + i),
  ).join('');

interface Scene {
  folder: string;
  log: string;
  store: string;
}

const sceneIn = (folder: string): Scene => ({
  folder,
  log: join(folder, 'access.log'),
  store: join(folder, 'sessions'),
});

/** Two commits: sessions a and b of five rounds each, c/d of one, a rejected line, and a log that is gone and closed. */
async function makeScene(): Promise<Scene> {
  const scene = sceneIn(makeFolder());
  writeFileSync(scene.log, lines(0, 3));
  await run(scene.store, scene.log);
  rmSync(scene.log);
  writeFileSync(scene.log, aiLine('c/d', 0) + lines(3, 5) + '{"ai_log":"{cut","x":""}\n');
  for (let i = 0; i < 3; i++) await run(scene.store, scene.log);
  return scene;
}

function copyScene(scene: Scene): Scene {
  const folder = makeFolder();
  cpSync(scene.folder, folder, { recursive: true, preserveTimestamps: true });
  return sceneIn(folder);
}

const repair = (scene: Scene, apply: boolean) => repairStore(nodeFiles, scene.store, apply);
/** The same while no log is there. */
async function repairWithoutLogs(scene: Scene, apply: boolean): Promise<RepairResult> {
  renameSync(scene.log, `${scene.folder}/away`);
  const result = await repair(scene, apply);
  renameSync(`${scene.folder}/away`, scene.log);
  return result;
}
const pathIn = (scene: Scene, name: string): string => join(scene.store, name);
const indexOf = (scene: Scene): string =>
  pathIn(scene, readdirSync(scene.store).find((name) => name.startsWith('.index-')) ?? '');
const stateOf = (scene: Scene) => JSON.parse(readFileSync(pathIn(scene, '.state.json'), 'utf8'));

/** Every number that a reader sees, and every summary on disk as a whole JSON document. */
function everythingOf(scene: Scene): unknown {
  const entries = [...readSnapshot(scene.store).sessions.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return entries.map(({ file, usage, id, created, updated, rounds, model, title, errors }) => ({
    facts: { id, created, updated, rounds, model, title, errors },
    usage: mergeCells(usage)
      .map((cell) => JSON.stringify({ ...cell, cost: String(cell.cost), saved: String(cell.saved) }))
      .toSorted(),
    document: { ...JSON.parse(readFileSync(pathIn(scene, file), 'utf8')), memory: null },
  }));
}

/** The log grows by two rounds: each round of it is then stored once. */
async function expectToGoOn(scene: Scene, lost: readonly string[] = []): Promise<void> {
  const before = storedRequests(scene.store);
  appendFileSync(scene.log, lines(5, 6));
  expect((await run(scene.store, scene.log)).rounds).toBe(2);
  expect(storedRequests(scene.store)).toEqual([...before, 'a-5', 'b-5'].toSorted());
  const all = ['c/d-0', ...[0, 1, 2, 3, 4, 5].flatMap((n) => [`a-${n}`, `b-${n}`])];
  expect(storedRequests(scene.store)).toEqual(all.filter((id) => !lost.includes(id)).toSorted());
  expect((await repair(scene, false)).problems).toEqual([]);
}

/** Repairs a copy of the store that was damaged: nothing may be lost. */
async function expectExact(
  damage: (scene: Scene) => void,
  problems: RegExp[],
  scene?: Scene,
): Promise<Scene> {
  const whole = scene ?? (await makeScene());
  const damaged = copyScene(whole);
  damage(damaged);
  const dry = await repair(damaged, false);
  expect(
    dry.problems.map(({ file, problem }) => `${file.slice(damaged.store.length + 1)} ${problem}`),
  ).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  const nothing = { recoveredRounds: 0, differingRounds: 0, pricedToday: 0, lostRounds: 0, unseen: [] };
  expect({ ...dry, problems: [] }).toEqual({
    ...nothing,
    problems: [],
    sessions: 3,
    rounds: 11,
    isApplied: false,
  });
  const done = await repair(damaged, true);
  expect(done).toEqual({ ...dry, isApplied: true });
  expect(dumpStore(damaged.store)).toEqual(dumpStore(whole.store));
  expect(everythingOf(damaged)).toEqual(everythingOf(whole));
  expect((await repair(damaged, false)).problems).toEqual([]);
  expect((await repair(damaged, true)).isApplied).toBe(false);
  expect((await run(damaged.store, damaged.log)).rounds).toBe(0);
  await expectToGoOn(damaged);
  return damaged;
}

test('a sound store: nothing is found, and nothing is done', async () => {
  const scene = await makeScene();
  const state = stateOf(scene);
  expect(await repair(scene, true)).toMatchObject({
    problems: [],
    sessions: 3,
    rounds: 11,
    recoveredRounds: 0,
    lostRounds: 0,
    isApplied: false,
  });
  expect(stateOf(scene)).toEqual(state);
  expect(state.logs).toHaveLength(1);
  expect(readFileSync(indexOf(scene), 'utf8')).toContain('"closed"');
});

const stateFile = (write: (path: string, text: string) => void) => (scene: Scene) => {
  const path = pathIn(scene, '.state.json');
  write(path, readFileSync(path, 'utf8'));
};

const removeState = (scene: Scene): void => rmSync(pathIn(scene, '.state.json'));

describe('a state is made anew from the index', () => {
  test.each<[string, (path: string, text: string) => void, RegExp]>([
    ['missing', (path) => rmSync(path), /^\.state\.json is missing$/],
    ['empty', (path) => writeFileSync(path, ''), /is empty$/],
    ['cut', (path, text) => writeFileSync(path, text.slice(0, 90)), /is not valid JSON/],
    ['garbage', (path) => writeFileSync(path, '\0\0\0'), /is not valid JSON/],
    [
      'of the Python original',
      (path) => writeFileSync(path, '{"/var/log/access.log":{"offset":12}}'),
      /Python original/,
    ],
    [
      'of another store',
      (path, text) => writeFileSync(path, stateText({ ...(JSON.parse(text) as State), store: 'x' })),
      /belongs to another store$/,
    ],
  ])('where it is %s', async (_, write, problem) => {
    const scene = await makeScene();
    const { logs, next_log: nextLog, prices, rejected, commit } = stateOf(scene);
    const repaired = await expectExact(stateFile(write), [problem], scene);
    const after = copyScene(scene);
    stateFile(write)(after);
    await repair(after, true);
    expect(stateOf(after)).toMatchObject({ logs, next_log: nextLog, prices, rejected, commit: commit + 1 });
    expect(existsSync(pathIn(repaired, '.state.json.tmp'))).toBe(false);
  });

  test('where it is older than the index', async () => {
    const scene = sceneIn(makeFolder());
    writeFileSync(scene.log, lines(0, 3));
    await run(scene.store, scene.log);
    const old = readFileSync(pathIn(scene, '.state.json'));
    appendFileSync(scene.log, lines(3, 4));
    await run(scene.store, scene.log);
    appendFileSync(scene.log, lines(4, 5) + aiLine('c/d', 0));
    await run(scene.store, scene.log);
    await expectExact(
      (damaged) => writeFileSync(pathIn(damaged, '.state.json'), old),
      [/is older than the index: it counts 1 commits, and the index 3$/],
      scene,
    );
  });

  test('that names other log positions than the index: an error, until one of them is moved away', async () => {
    const scene = await makeScene();
    const state = stateOf(scene);
    const other = { ...state, logs: state.logs.map((log: object) => ({ ...log, head: 'other' })) };
    writeFileSync(pathIn(scene, '.state.json'), stateText(other));
    await expect(repair(scene, true)).rejects.toThrow(/one of them is damaged, but it is not known which/);
    expect(readFileSync(pathIn(scene, '.state.json'), 'utf8')).toBe(stateText(other));
    removeState(scene);
    await repair(scene, true);
    await expectToGoOn(scene);
  });

  test('of a newer version: repair does not touch it', async () => {
    const scene = await makeScene();
    const text = JSON.stringify({ ...stateOf(scene), format: 6 });
    writeFileSync(pathIn(scene, '.state.json'), text);
    await expect(repair(scene, true)).rejects.toThrow('update monitor');
    expect(readFileSync(pathIn(scene, '.state.json'), 'utf8')).toBe(text);
  });

  test('a whole batch whose state was never renamed may be counted', async () => {
    const scene = await makeScene();
    const state = readFileSync(pathIn(scene, '.state.json'));
    appendFileSync(scene.log, lines(5, 6));
    await run(scene.store, scene.log);
    const whole = dumpStore(scene.store);
    writeFileSync(pathIn(scene, '.state.json'), state);
    // One commit behind is what a kill leaves: no damage to the index.
    expect(
      (await repair(scene, false)).problems.every(({ problem }) =>
        problem.startsWith('has a different summary'),
      ),
    ).toBe(true);
    removeState(scene);
    await repair(scene, true);
    expect(dumpStore(scene.store)).toEqual(whole);
    expect((await run(scene.store, scene.log)).rounds).toBe(0);
  });

  test('a batch of a killed run that a later run wrote over is not counted', async () => {
    const scene = await makeScene();
    const killed = copyScene(scene);
    const before = dumpStore(scene.store);
    appendFileSync(killed.log, lines(5, 6));
    await run(killed.store, killed.log);
    // The killed run's index, and session files as the next run left them when it was killed too.
    cpSync(indexOf(killed), indexOf(scene));
    appendFileSync(pathIn(scene, 'a.json'), 'torn');
    removeState(scene);
    await repair(scene, true);
    expect(dumpStore(scene.store)).toEqual(before);
    await expectToGoOn(scene);
  });

  test('rejected lines of a run that was killed are read again', async () => {
    const scene = await makeScene();
    const { rejected } = stateOf(scene);
    expect(rejected.length).toBeGreaterThan(0);
    appendFileSync(pathIn(scene, '.rejected.jsonl'), '{"path":"p","at":[2,999999],"reason":"r"}\n');
    removeState(scene);
    await repair(scene, true);
    expect(stateOf(scene).rejected).toEqual(rejected);
  });
});

describe('an index is made anew from the session files', () => {
  test.each<[string, (path: string) => void, RegExp]>([
    ['missing', (path) => rmSync(path), /^\.index-1\.jsonl is missing$/],
    ['empty', (path) => truncateSync(path, 0), /is truncated: 0 of/],
    ['cut', (path) => truncateSync(path, statSync(path).size - 9), /is truncated: \d+ of/],
    ['garbage', (path) => writeFileSync(path, Buffer.alloc(statSync(path).size, 'x')), /has damaged lines$/],
    ['holding a damaged first line', (path) => damageLine(path, 0), /has damaged lines$/],
    ['holding a damaged line of positions', (path) => damageLine(path, 2), /has damaged lines$/],
    ['holding a damaged session', (path) => damageLine(path, 3), /has damaged lines$/],
    ['holding a damaged last line', (path) => damageLine(path, -1), /has damaged lines$/],
  ])('where it is %s', async (_, damage, problem) => {
    await expectExact((scene) => damage(indexOf(scene)), [problem]);
  });

  test.each(['record', 'table', 'files', 'positions', 'cells', 'parts'])(
    'where a bit of its base has changed: in %s',
    async (part) => {
      const scene = await makeScene();
      const { path, partAt } = makeBase(scene.store);
      const damage = ({ store }: Scene): void => changeBit(join(store, basename(path)), partAt(part));
      await expectExact(damage, [/^\.index-2\.base is damaged$/], scene);
    },
  );

  test('and the summaries that a readable line vouches for are not written again', async () => {
    const scene = await makeScene();
    const c = pathIn(scene, 'c%2Fd.json');
    const before = statSync(c);
    damageLine(indexOf(scene), 0);
    await repair(scene, true);
    expect(statSync(c).mtimeMs).toBe(before.mtimeMs);
    expect(JSON.parse(readFileSync(c, 'utf8')).memory).toBeDefined();
  });

  test('with the state lost too: from the last positions that can be read', async () => {
    await expectExact(
      (scene) => {
        damageLine(indexOf(scene), 0);
        removeState(scene);
      },
      [/^\.state\.json is missing$/, /has damaged lines$/],
    );
  });

  test('a whole earlier store under a later state is no cut index: an error, and a way that loses nothing', async () => {
    const scene = await makeScene();
    const restored = copyScene(scene);
    appendFileSync(scene.log, lines(5, 6));
    expect((await run(scene.store, scene.log)).rounds).toBe(2);
    cpSync(scene.log, restored.log, { preserveTimestamps: true });
    cpSync(pathIn(scene, '.state.json'), pathIn(restored, '.state.json'));
    await expect(repair(restored, true)).rejects.toThrow(
      /the index and the rounds in .* are from commit \d+/,
    );
    await expect(repair(restored, false)).rejects.toThrow('Restore both from one backup');
    removeState(restored);
    await repair(restored, true);
    expect((await run(restored.store, restored.log)).rounds).toBe(2);
    expect(dumpStoreOf(restored)).toEqual(dumpStoreOf(scene));
  });

  test('a closed log whose line is lost is known from when it was open; its rounds count', async () => {
    const scene = await makeScene();
    const path = indexOf(scene);
    const closedAt = readFileSync(path, 'utf8')
      .split('\n')
      .findIndex((line) => line.startsWith('{"closed"'));
    const damaged = await expectExact(
      (copy) => damageLine(indexOf(copy), closedAt),
      [/has damaged lines$/],
      scene,
    );
    // A copy of the log that was gone turns up.
    writeFileSync(`${damaged.log}.1`, lines(0, 3));
    expect((await run(damaged.store, damaged.log)).rounds).toBe(0);
  });

  test('a closed log of which nothing is left is said to be unknown; its rounds count', async () => {
    const scene = await makeScene();
    rmSync(indexOf(scene));
    const [problem] = (await repair(scene, false)).problems;
    expect(problem?.repair).toContain('; 1 of the logs that were gone can no longer be recognized');
    const before = dumpStoreOf(await makeScene());
    await repair(scene, true);
    expect(dumpStoreOf(scene)).toEqual(before);
  });

  test('rounds of a run that was killed are not counted, and read again', async () => {
    const scene = await makeScene();
    const state = readFileSync(pathIn(scene, '.state.json'));
    appendFileSync(scene.log, lines(5, 6));
    await run(scene.store, scene.log);
    const whole = dumpStore(scene.store);
    writeFileSync(pathIn(scene, '.state.json'), state);
    rmSync(indexOf(scene));
    expect(await repair(scene, true)).toMatchObject({ sessions: 3, rounds: 11, lostRounds: 0 });
    expect((await run(scene.store, scene.log)).rounds).toBe(2);
    expect(dumpStore(scene.store)).toEqual(whole);
  });

  test('rounds of a log that no commit knew are not counted, and read again', async () => {
    const scene = await makeScene();
    const state = readFileSync(pathIn(scene, '.state.json'));
    writeFileSync(`${scene.log}.1`, aiLine('a', 7) + aiLine('new', 0));
    await run(scene.store, scene.log);
    const whole = dumpStore(scene.store);
    writeFileSync(pathIn(scene, '.state.json'), state);
    rmSync(indexOf(scene));
    expect(await repair(scene, true)).toMatchObject({ sessions: 3, rounds: 11, lostRounds: 0 });
    expect((await run(scene.store, scene.log)).rounds).toBe(2);
    expect(dumpStore(scene.store)).toEqual(whole);
  });

  test('each place in the logs counts once: a second file of a session adds nothing', async () => {
    await expectExact(
      (scene) => {
        cpSync(pathIn(scene, 'a.json'), pathIn(scene, 'a~1.json'));
        const text = readFileSync(pathIn(scene, 'b.json'), 'utf8');
        writeFileSync(
          pathIn(scene, 'stolen.json'),
          text.replace('"session_id":"b"', '"session_id":"stolen"'),
        );
        rmSync(indexOf(scene));
      },
      [/is missing$/],
    );
  });

  test('files that are none of the store’s stay as they are', async () => {
    const scene = await makeScene();
    const notes = { 'notes.json': '{"mine":1}\n', 'notes.txt': 'x', 'zero.json': '' };
    for (const [name, text] of Object.entries(notes)) writeFileSync(pathIn(scene, name), text);
    rmSync(indexOf(scene));
    expect(await repair(scene, true)).toMatchObject({ sessions: 3, rounds: 11 });
    for (const [name, text] of Object.entries(notes))
      expect(readFileSync(pathIn(scene, name), 'utf8')).toBe(text);
  });

  test('and a session cut too: what the readable lines knew of it is said to be lost', async () => {
    const scene = await makeScene();
    damageLine(indexOf(scene), 2);
    cutBehindRound(scene, 'a.json', 2);
    const { problems, rounds, lostRounds } = await repairWithoutLogs(scene, true);
    expect(problems[1]).toMatchObject({ session: 'a', problem: 'is damaged after round 2', lostRounds: 3 });
    expect([rounds, lostRounds]).toEqual([8, 3]);
    await expectToGoOn(scene, ['a-2', 'a-3', 'a-4']);
  });

  test('and a session missing too', async () => {
    const scene = await makeScene();
    damageLine(indexOf(scene), 2);
    rmSync(pathIn(scene, 'b.json'));
    const { problems } = await repairWithoutLogs(scene, true);
    expect(problems[1]).toMatchObject({ session: 'b', problem: 'is missing', lostRounds: 5 });
    await expectToGoOn(scene, ['b-0', 'b-1', 'b-2', 'b-3', 'b-4']);
  });

  test('neither state nor index: an error that says what is lost, and nothing is changed', async () => {
    const scene = await makeScene();
    removeState(scene);
    rmSync(indexOf(scene));
    const names = readdirSync(scene.store);
    await expect(repair(scene, true)).rejects.toThrow(
      /no index in .* says how far the logs were read.*new --output-dir/,
    );
    expect(readdirSync(scene.store)).toEqual(names);
  });
});

describe('a session file that lost rounds', () => {
  test.each<[string, (scene: Scene) => void, string, number]>([
    ['missing', (scene) => rmSync(pathIn(scene, 'a.json')), 'is missing', 0],
    ['cut in a round', (scene) => cutBehindRound(scene, 'a.json', 2), 'is damaged after round 2', 2],
    ['cut in the first round', (scene) => cutBehindRound(scene, 'a.json', 0), 'is damaged after round 0', 0],
    ['empty', (scene) => truncateSync(pathIn(scene, 'a.json'), 0), 'has a damaged first line', 0],
    ['damaged in a round', (scene) => damageLine(pathIn(scene, 'a.json'), 3), 'is damaged after round 2', 2],
    ['of NULs behind a round', (scene) => fillBehindRound(scene, 'a.json', 3), 'is damaged after round 3', 3],
    [
      'another session’s',
      (scene) => cpSync(pathIn(scene, 'b.json'), pathIn(scene, 'a.json')),
      'holds another session',
      0,
    ],
  ])('%s: what can be read is kept, and nothing else changes', async (_, damage, problem, kept) => {
    const scene = await makeScene();
    const others = dumpOf(scene).filter(({ id }) => id !== 'a');
    const rounds =
      dumpOf(scene)
        .find(({ id }) => id === 'a')
        ?.texts.slice(0, kept) ?? [];
    damage(scene);
    const report = await repairWithoutLogs(scene, false);
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ session: 'a', problem, lostRounds: 5 - kept });
    expect(await repairWithoutLogs(scene, true)).toMatchObject({
      rounds: 6 + kept,
      lostRounds: 5 - kept,
      isApplied: true,
    });
    expect(dumpOf(scene).filter(({ id }) => id !== 'a')).toEqual(others);
    const left = dumpOf(scene).find(({ id }) => id === 'a');
    expect(left?.texts ?? []).toEqual(rounds);
    expect(left?.input ?? 0).toBe([100, 101, 102].slice(0, kept).reduce((sum, n) => sum + n, 0));
    expect(left?.counted ?? 0).toBe(kept);
    everythingOf(scene);
    await expectToGoOn(
      scene,
      [0, 1, 2, 3, 4].slice(kept).map((n) => `a-${n}`),
    );
  });

  test('a round whose messages are not there is damaged, though its line is valid JSON', async () => {
    const scene = await makeScene();
    const text = readFileSync(pathIn(scene, 'a.json'), 'utf8').split('\n');
    text[3] = (text[3] ?? '').replace('"new_messages"', '"new_massages"');
    writeFileSync(pathIn(scene, 'a.json'), text.join('\n'));
    expect(await repairWithoutLogs(scene, true)).toMatchObject({ rounds: 8, lostRounds: 3 });
    await expectToGoOn(scene, ['a-2', 'a-3', 'a-4']);
  });

  test('the damaged file is kept out of the way', async () => {
    const scene = await makeScene();
    damageLine(pathIn(scene, 'a.json'), 3);
    const damaged = readFileSync(pathIn(scene, 'a.json'));
    await repair(scene, true);
    expect(existsSync(pathIn(scene, 'a.json'))).toBe(false);
    expect(readFileSync(pathIn(scene, '.damaged-a.json'))).toEqual(damaged);
  });

  test('a damaged first line costs no round', async () => {
    await expectExact(
      (scene) => damageLine(pathIn(scene, 'a.json'), 0),
      [/^a\.json has a damaged first line$/],
    );
  });

  test('a damaged summary costs no round', async () => {
    await expectExact(
      (scene) => damageLine(pathIn(scene, 'a.json'), -1),
      [/^a\.json has a different summary/],
    );
  });

  test('a number in the index that its rounds do not bear out', async () => {
    await expectExact(
      (scene) => {
        const text = readFileSync(indexOf(scene), 'utf8');
        expect(text).toContain('"",1,3,303,');
        // Of another number the checksum can have more digits, or fewer, and the file is as long as the state says.
        const others = Array.from({ length: 690 }, (_, i) =>
          text.replace('"",1,3,303,', `"",1,3,${310 + i},`),
        );
        const other = others.map(vouched).find((changed) => changed.length === text.length);
        writeFileSync(indexOf(scene), other ?? '');
      },
      [/^a\.json is sound, but the index differs from it \(usage\)$/],
    );
  });
});

describe('the price book', () => {
  test.each<[string, (path: string) => void, string]>([
    ['missing', (path) => rmSync(path), '.prices-1.jsonl is missing'],
    ['cut', (path) => truncateSync(path, 9), '.prices-1.jsonl is truncated'],
    ['damaged', (path) => damageLine(path, 0), '.prices-1.jsonl is damaged'],
  ])('%s: an error that names it', async (_, damage, message) => {
    const scene = await makeScene();
    rmSync(indexOf(scene));
    damage(pathIn(scene, '.prices-1.jsonl'));
    await expect(repair(scene, true)).rejects.toThrow(message);
  });

  test('missing with the state: the error names it too', async () => {
    const scene = await makeScene();
    removeState(scene);
    rmSync(pathIn(scene, '.prices-1.jsonl'));
    await expect(repair(scene, true)).rejects.toThrow('.prices-1.jsonl lacks entry 1');
  });
});

describe.each<[string, (scene: Scene) => void]>([
  ['a lost state', removeState],
  ['a lost index', (scene) => rmSync(indexOf(scene))],
  [
    'a damaged index and a lost state',
    (scene) => {
      damageLine(indexOf(scene), 0);
      removeState(scene);
    },
  ],
  ['a damaged session', (scene) => damageLine(pathIn(scene, 'a.json'), 3)],
  ['a damaged summary', (scene) => damageLine(pathIn(scene, 'a.json'), -1)],
])('a repair of %s', (_, damage) => {
  test.each(['before', 'torn', 'after'] as const)(
    'that is killed %s any operation can be made again',
    async (fault) => {
      const scene = await makeScene();
      damage(scene);
      const left = dumpStoreOf(scene);
      const repaired = copyScene(scene);
      const counting = failAt(Infinity, 'before');
      await repairStore(counting.files, repaired.store, true);
      const whole = dumpStoreOf(repaired);
      expect(counting.operations.length).toBeGreaterThan(20);
      for (let at = 0; at < counting.operations.length; at++) {
        if (fault === 'torn' && counting.operations[at] !== 'write') continue;
        const copy = copyScene(scene);
        await expect(
          repairStore(failAt(at, fault).files, copy.store, true),
          `operation ${at}`,
        ).rejects.toThrow(/killed|dead/);
        const where = `after operation ${at} ${counting.operations[at]}`;
        expect([left, whole], where).toContainEqual(dumpStoreOf(copy));
        await repair(copy, true);
        expect(dumpStoreOf(copy), where).toEqual(whole);
        expect((await repair(copy, false)).problems, where).toEqual([]);
      }
    },
  );
});

interface Dumped {
  id: string;
  input: number;
  counted: number;
  texts: unknown[];
}

const dumpOf = (scene: Scene): Dumped[] => dumpStore(scene.store) as Dumped[];

/** What a reader sees, or that it sees an error. */
function dumpStoreOf(scene: Scene): unknown {
  try {
    return dumpStore(scene.store);
  } catch (error) {
    return error instanceof Error ? error.constructor.name : '';
  }
}

/** Overwrites the middle of a line. */
/** Every line with the checksum that its bytes ask for, as if they had been written like this. */
function vouched(tail: string): string {
  return tail.split('\n').reduce((before, line, i) => {
    const sound = line.replace(/"crc":\d+\}$/, `"crc":${crc32(before)}}`);
    return i === 0 ? `${sound}\n` : line === '' ? before : `${before}${sound}\n`;
  }, '');
}

function damageLine(path: string, index: number): void {
  const all = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const at = index < 0 ? all.length + index : index;
  const line = all[at] ?? '';
  all[at] = `${line.slice(0, line.length >> 1)}\\${line.slice((line.length >> 1) + 1)}`.replaceAll('"', 'x');
  writeFileSync(path, `${all.join('\n')}\n`);
}

function offsetBehindRound(scene: Scene, name: string, round: number): number {
  const all = readFileSync(pathIn(scene, name)).toString('latin1').split('\n');
  return all.slice(0, round + 1).join('\n').length + 1;
}

const cutBehindRound = (scene: Scene, name: string, round: number): void =>
  truncateSync(pathIn(scene, name), offsetBehindRound(scene, name, round) + 20);

function fillBehindRound(scene: Scene, name: string, round: number): void {
  const from = offsetBehindRound(scene, name, round);
  const bytes = readFileSync(pathIn(scene, name));
  writeFileSync(pathIn(scene, name), bytes.fill(0, from));
}

test('a state outside the store is made anew only where the user names it', async () => {
  const scene = await makeScene();
  const outside = join(makeFolder(), 'state.json');
  renameSync(pathIn(scene, '.state.json'), outside);
  const described = pathIn(scene, '.store.json');
  const text = readFileSync(described, 'utf8');
  writeFileSync(described, text.replace('".state.json"', JSON.stringify(outside)));
  expect((await repair(scene, true)).problems).toEqual([]);
  const state = readFileSync(outside);
  for (const [content, problem] of [
    ['root:x:0:0', 'is not valid JSON: it was truncated, or written by another program'],
    [undefined, 'is missing'],
  ] as const) {
    if (content === undefined) rmSync(outside);
    else writeFileSync(outside, content);
    for (const apply of [false, true]) {
      await expect(repair(scene, apply)).rejects.toThrow(
        `the state ${outside} ${problem}. It is outside of the store ${scene.store}, so it is made anew only if you name it. ` +
          `Nothing was changed. If it is this store's, add --state-file ${outside}`,
      );
      expect(existsSync(outside) ? readFileSync(outside, 'utf8') : undefined).toBe(content);
    }
    await expect(repairStore(nodeFiles, scene.store, true, { stateFile: '/other' })).rejects.toThrow(
      `--state-file is /other, but the store ${scene.store} was made with ${outside}`,
    );
    const { isApplied } = await repairStore(nodeFiles, scene.store, true, { stateFile: outside });
    expect(isApplied).toBe(true);
    const { commit, logs } = JSON.parse(readFileSync(outside, 'utf8')) as State;
    const before = JSON.parse(state.toString()) as State;
    expect([commit, logs]).toEqual([expect.any(Number), before.logs]);
  }
});
