import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { refreshPrices } from '../../src/maintenance/refresh/refresh-prices.ts';
import { importSessions } from '../../src/maintenance/import/import-sessions.ts';
import type { ParseOptions } from '../../src/ingest/options.ts';
import type { RecoverOptions } from '../../src/maintenance/recover/recover.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { readSnapshot } from '../../src/store/read.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { token } from '../redact/make-secrets.ts';
import { DOCKER_PART_BYTES } from '../../src/logs/wrapped-line.ts';
import { cutLine, WRAPS } from '../logs/wrap.ts';
import { contentOf, placesOf } from '../ingest/container.ts';
import { aiLine, dumpStore, failAt, makeFolder, otherLine, run, storedRequests } from '../ingest/make.ts';
import { originalFile, roundsOf, writeOriginals } from '../ingest/original.ts';

interface Scene {
  folder: string;
  log: string;
  store: string;
}

const sceneIn = (folder: string): Scene => ({
  folder,
  log: join(folder, 'access.log'),
  store: join(folder, 'store'),
});

const lines = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, i) => aiLine('a', from + i) + otherLine(i) + aiLine('b', from + i),
  ).join('');

/** Two logs, the older one rotated: rounds 0 to 2 of sessions a and b in it, 3 and 4 in the live one. */
async function makeScene(options: Partial<ParseOptions> = {}, text = lines): Promise<Scene> {
  const scene = sceneIn(makeFolder());
  writeFileSync(scene.log, text(0, 3));
  await run(scene.store, scene.log, options);
  renameSync(scene.log, `${scene.log}.1`);
  writeFileSync(scene.log, text(3, 5));
  await run(scene.store, scene.log, options);
  return scene;
}

function copyScene({ folder }: Scene): Scene {
  const copy = makeFolder();
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
  return sceneIn(copy);
}

const entryOf = ({ store }: Scene, id: string): SessionEntry | undefined =>
  readSnapshot(store).sessions.get(id);
const fileOf = (scene: Scene, id: string): string => join(scene.store, entryOf(scene, id)?.file ?? 'none');
const repair = ({ store }: Scene, apply: boolean, options: RecoverOptions = {}) =>
  repairStore(nodeFiles, store, apply, options);
/** But for how a request is made of earlier ones' messages. */
const allOf = ({ store }: Scene): unknown => [
  JSON.parse(JSON.stringify(contentOf(store), (key, value: unknown) => (key === 'context' ? null : value))),
  placesOf(store),
  dumpStore(store),
];

/** All rounds come back, with the same numbers, places, texts and costs; and nothing is read twice afterwards. */
async function expectBack(
  scene: Scene,
  damage: () => void,
  recovered: number,
  options: RecoverOptions = {},
): Promise<void> {
  const before = allOf(scene);
  const rounds = storedRequests(scene.store).length;
  damage();
  const dry = await repair(scene, false, options);
  expect(dry).toMatchObject({
    recoveredRounds: recovered,
    lostRounds: 0,
    rounds,
    unseen: [],
    isApplied: false,
  });
  expect(await repair(scene, true, options)).toEqual({ ...dry, isApplied: true });
  expect(allOf(scene)).toEqual(before);
  expect((await repair(scene, false)).problems).toEqual([]);
  expect((await run(scene.store, scene.log)).rounds).toBe(0);
  appendFileSync(scene.log, aiLine('a', 5));
  expect((await run(scene.store, scene.log)).rounds).toBe(1);
  expect(entryOf(scene, 'a')?.rounds).toBe(6);
}

const indexOf = ({ store }: Scene): string =>
  join(store, readdirSync(store).find((name) => name.startsWith('.index-')) ?? '');

/** Behind so many of its rounds, in the middle of the next. */
function cutBehind(path: string, rounds: number): void {
  const all = readFileSync(path, 'utf8').split('\n');
  truncateSync(path, Buffer.byteLength(all.slice(0, rounds + 1).join('\n')) + 20);
}

describe('a session file that lost rounds gets them back from the logs that hold them', () => {
  test.each<[string, (path: string) => void, number]>([
    ['missing', (path) => rmSync(path), 5],
    ['empty', (path) => truncateSync(path, 0), 5],
    ['cut in its last round', (path) => cutBehind(path, 4), 1],
    ['cut in its first round', (path) => cutBehind(path, 0), 5],
    ['damaged in its second round', (path) => writeFileSync(path, damaged(path, 2)), 4],
    ['another session’s', (path) => cpSync(path.replace('a.json', 'b.json'), path), 5],
  ])('%s', async (_, damage, recovered) => {
    const scene = await makeScene();
    await expectBack(scene, () => damage(fileOf(scene, 'a')), recovered);
  });

  test('all of them', async () => {
    const scene = await makeScene();
    await expectBack(scene, () => ['a', 'b'].forEach((id) => rmSync(fileOf(scene, id))), 10);
  });

  test.each<[string, (scene: Scene) => RecoverOptions]>([
    ['compressed', ({ log }) => compress(`${log}.1`, `${log}.1.gz`)],
    ['renamed by logrotate again', ({ log }) => move(`${log}.1`, `${log}.2`)],
    ['given a date', ({ log }) => move(`${log}.1`, `${log}-20260201`)],
    ['moved to a folder that is named', ({ log, folder }) => moveAway(`${log}.1`, folder)],
  ])('when a log was %s since', async (_, change) => {
    const scene = await makeScene();
    const options = change(scene);
    await expectBack(scene, () => rmSync(fileOf(scene, 'a')), 5, options);
  });

  test('when the live log has grown, and what was never read waits for its run', async () => {
    const scene = await makeScene();
    rmSync(fileOf(scene, 'a'));
    appendFileSync(scene.log, lines(5, 6));
    expect(await repair(scene, true)).toMatchObject({ rounds: 10, recoveredRounds: 5, lostRounds: 0 });
    expect((await run(scene.store, scene.log)).rounds).toBe(2);
    expect(storedRequests(scene.store)).toEqual(
      [0, 1, 2, 3, 4, 5].flatMap((n) => [`a-${n}`, `b-${n}`]).toSorted(),
    );
  });

  test('of two logs that grew side by side, in the order of their times', async () => {
    const scene = sceneIn(makeFolder());
    const [first, second] = [join(scene.folder, 'one.log'), join(scene.folder, 'two.log')];
    const pattern = join(scene.folder, '*.log');
    for (const n of [0, 2, 4]) {
      appendFileSync(first, aiLine('a', n));
      appendFileSync(second, aiLine('a', n + 1));
      await run(scene.store, pattern);
    }
    const before = allOf(scene);
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({ recoveredRounds: 6, lostRounds: 0 });
    expect(allOf(scene)).toEqual(before);
  });

  test.each(['cri', 'docker'] as const)('%s, also where rotations tore a line', async (form) => {
    // Longer than Docker's buffer.
    const lineOf = (n: number): string => aiLine('a', n, { reasoning: 'x'.repeat(20_000) });
    const text = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => wrapped(form, lineOf(from + i))).join('');
    const scene = sceneIn(makeFolder());
    const all = text(0, 6);
    // In the middle of a line's parts.
    const cut =
      all.lastIndexOf('\n', all.indexOf(wrapped(form, lineOf(3))) + wrapped(form, lineOf(3)).length - 2) + 1;
    writeFileSync(scene.log, all.slice(0, cut));
    await run(scene.store, scene.log);
    renameSync(scene.log, `${scene.log}.1`);
    writeFileSync(scene.log, all.slice(cut));
    await run(scene.store, scene.log);
    expect(entryOf(scene, 'a')?.rounds).toBe(6);
    const before = allOf(scene);
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({ recoveredRounds: 6, lostRounds: 0 });
    expect(allOf(scene)).toEqual(before);
  });

  test('a line that supervisord tore', async () => {
    const scene = sceneIn(makeFolder());
    const all = Array.from({ length: 4 }, (_, n) => aiLine('a', n)).join('');
    writeFileSync(scene.log, all.slice(0, -300));
    await run(scene.store, scene.log);
    renameSync(scene.log, `${scene.log}.1`);
    writeFileSync(scene.log, `${all.slice(-300)}${aiLine('a', 4)}`);
    await run(scene.store, scene.log);
    await expectBack(scene, () => rmSync(fileOf(scene, 'a')), 5);
  });

  test('rounds without a time stay in the quarter of an hour in which they were counted', async () => {
    const bare = (n: number): string => aiLine('a', n).replace(/"start_time":"[^"]*",/, '');
    const scene = sceneIn(makeFolder());
    writeFileSync(scene.log, bare(0) + aiLine('a', 1));
    await run(scene.store, scene.log);
    const usage = entryOf(scene, 'a')?.usage;
    appendFileSync(scene.log, '\n');
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({ recoveredRounds: 2, lostRounds: 0 });
    expect(entryOf(scene, 'a')?.usage).toEqual(usage);
  });
});

describe('what the logs hold no more is named', () => {
  test('with its time, its tokens, its cost and its log', async () => {
    const scene = await makeScene();
    const gone = `${scene.log}.1`;
    rmSync(gone);
    rmSync(fileOf(scene, 'a'));
    const dry = await repair(scene, false);
    expect(dry).toMatchObject({ sessions: 2, rounds: 7, recoveredRounds: 2, lostRounds: 3 });
    expect(dry.problems).toEqual([
      {
        file: join(scene.store, 'a.json'),
        session: 'a',
        problem: 'is missing',
        repair: 'none of its rounds are left, 2 rounds read again, 3 rounds lost',
        recoveredRounds: 2,
        lostRounds: 3,
        lost: {
          from: Date.UTC(2026, 1, 1),
          to: Date.UTC(2026, 1, 1) + 4000,
          input: 100 + 101 + 102,
          output: 30,
          // gpt-4o: 2.5 USD per million tokens in, 10 out.
          costs: new Map([['USD', 303n * 2_500_000_000_000n + 30n * 10_000_000_000_000n]]),
          unpriced: 0,
          logs: [gone],
        },
      },
    ]);
    await repair(scene, true);
    expect(storedRequests(scene.store)).toEqual(['a-3', 'a-4', 'b-0', 'b-1', 'b-2', 'b-3', 'b-4']);
    expect(entryOf(scene, 'a')).toMatchObject({ rounds: 2, created: Date.UTC(2026, 1, 1) + 3000 });
    expect((await repair(scene, false)).problems).toEqual([]);
  });

  test('a log of another content under the same name gives nothing back', async () => {
    const scene = await makeScene();
    writeFileSync(`${scene.log}.1`, readFileSync(`${scene.log}.1`, 'utf8').replace('"gpt-4o', '"gpt-4x'));
    rmSync(fileOf(scene, 'a'));
    const { recoveredRounds, lostRounds, problems } = await repair(scene, false);
    expect([recoveredRounds, lostRounds, problems[0]?.lost?.logs]).toEqual([2, 3, [`${scene.log}.1`]]);
  });

  test('a damaged compressed log is said', async () => {
    const scene = await makeScene();
    const bytes = gzipSync(readFileSync(`${scene.log}.1`));
    rmSync(`${scene.log}.1`);
    writeFileSync(`${scene.log}.1.gz`, bytes.subarray(0, -20));
    rmSync(fileOf(scene, 'a'));
    const { lostRounds, unseen } = await repair(scene, false);
    expect([lostRounds, unseen]).toEqual([
      3,
      [`${scene.log}.1.gz: the compressed file is incomplete or damaged`],
    ]);
  });
});

describe('what is part of the store stays so', () => {
  test('no texts where it keeps none', async () => {
    const scene = await makeScene({ filters: { no_content: true } });
    await expectBack(scene, () => rmSync(fileOf(scene, 'a')), 5);
    expect(readFileSync(fileOf(scene, 'a'), 'utf8')).not.toContain('a message');
  });

  test('no secrets where it redacts', async () => {
    const secret = `ghp_${token(36)}`;
    const text = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) =>
        aiLine('a', from + i, { question: `is ${secret} good?` }),
      ).join('');
    const scene = await makeScene({ filters: { redact: ['secrets'] } }, text);
    await expectBack(scene, () => rmSync(fileOf(scene, 'a')), 5);
    expect(readFileSync(fileOf(scene, 'a'), 'utf8')).not.toContain(secret);
  });

  test('no other sessions, and no earlier rounds, where it filters', async () => {
    const filters = { session_key: 'a', since: new Date(Date.UTC(2026, 1, 1) + 2000).toISOString() };
    const scene = await makeScene({ filters });
    const before = allOf(scene);
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({
      sessions: 1,
      rounds: 3,
      recoveredRounds: 3,
      lostRounds: 0,
    });
    expect(allOf(scene)).toEqual(before);
  });

  test('a text that was pruned does not come back with its round', async () => {
    const scene = await makeScene();
    const when = { before: Date.UTC(2026, 1, 2), content: true, isDryRun: false, now: Date.UTC(2026, 2, 1) };
    pruneStore(nodeFiles, { dir: scene.store, ...when });
    appendFileSync(scene.log, aiLine('a', 5));
    await run(scene.store, scene.log);
    const before = dumpStore(scene.store);
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({ recoveredRounds: 6, lostRounds: 0 });
    // Without their texts, nothing is known of the tools of its first rounds.
    const withoutTools = (dump: unknown) =>
      (dump as Record<string, unknown>[]).map((one) => ({ ...one, tools: null }));
    expect(withoutTools(dumpStore(scene.store))).toEqual(withoutTools(before));
    const stored = readFileSync(fileOf(scene, 'a'), 'utf8').split('\n');
    expect(stored.filter((line) => line.includes('"new_messages"')).length).toBe(1);
    expect(entryOf(scene, 'a')?.pruned_content).toEqual({ at: when.now, rounds: 5 });
    expect((await repair(scene, false)).problems).toEqual([]);
  });

  test('rounds that were pruned do not come back in the place of later ones of the same quarter of an hour', async () => {
    const scene = await makeScene();
    const when = { before: Date.UTC(2026, 1, 2), content: false, isDryRun: false, now: Date.UTC(2026, 2, 1) };
    pruneStore(nodeFiles, { dir: scene.store, ...when });
    appendFileSync(scene.log, aiLine('a', 5));
    await run(scene.store, scene.log);
    const before = allOf(scene);
    expect(storedRequests(scene.store)).toEqual(['a-5']);
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({ recoveredRounds: 1, lostRounds: 0 });
    expect(allOf(scene)).toEqual(before);
    expect(entryOf(scene, 'a')).toMatchObject({ rounds: 6, pruned_rounds: 5, pruned: when.now });
  });

  test('rounds cost what they cost, by the prices of their time and by a refresh', async () => {
    const prices = (input: number): string => {
      const path = join(makeFolder(), 'prices.json');
      writeFileSync(path, JSON.stringify({ models: [{ match: 'gpt-4o', input, output: 0 }] }));
      return path;
    };
    const scene = sceneIn(makeFolder());
    writeFileSync(scene.log, lines(0, 3));
    await run(scene.store, scene.log, { pricesPath: prices(1) });
    appendFileSync(scene.log, lines(3, 5));
    await run(scene.store, scene.log, { pricesPath: prices(100) });
    const copy = copyScene(scene);
    const before = allOf(scene);
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({ recoveredRounds: 5, lostRounds: 0, pricedToday: 0 });
    expect(allOf(scene)).toEqual(before);
    await refreshPrices(nodeFiles, copy.store, {
      prices: () => Promise.resolve({ resolve: () => Promise.resolve(undefined) }),
      mayReprice: true,
    });
    const refreshed = (readSnapshot(copy.store).sessions.get('a')?.usage ?? []).map(({ price, rounds }) => [
      price,
      rounds,
    ]);
    expect(refreshed).toEqual([['unpriced', 5]]);
    rmSync(fileOf(copy, 'a'));
    expect(await repair(copy, true)).toMatchObject({ recoveredRounds: 5, lostRounds: 0 });
    expect((entryOf(copy, 'a')?.usage ?? []).map(({ price, rounds }) => [price, rounds])).toEqual(refreshed);
  });
});

describe('imported rounds', () => {
  async function imported(): Promise<Scene & { from: string }> {
    const scene = sceneIn(makeFolder());
    const from = writeOriginals(scene.folder, { 'a.json': originalFile('a', roundsOf(3)) });
    writeFileSync(scene.log, aiLine('z', 0));
    await run(scene.store, scene.log);
    const options = {
      from,
      dir: scene.store,
      force: false,
      isDryRun: false,
      toUtc: (ms: number) => ms,
      now: 0,
    };
    await importSessions(nodeFiles, options);
    return { ...scene, from };
  }

  test('come back from the file that was imported', async () => {
    const scene = await imported();
    const before = allOf(scene);
    rmSync(fileOf(scene, 'a'));
    expect(await repair(scene, true)).toMatchObject({ recoveredRounds: 3, lostRounds: 0 });
    expect(allOf(scene)).toEqual(before);
  });

  test('are named with that file where it is gone, or another', async () => {
    const scene = await imported();
    appendFileSync(join(scene.from, 'a.json'), ' ');
    rmSync(fileOf(scene, 'a'));
    const { problems } = await repair(scene, false);
    expect(problems[0]).toMatchObject({ lostRounds: 3, lost: { logs: [join(scene.from, 'a.json')] } });
  });
});

describe('where the index is lost, too', () => {
  test('rounds and whole sessions come back, at the prices of the book', async () => {
    const scene = await makeScene();
    const before = dumpStore(scene.store);
    cutBehind(fileOf(scene, 'a'), 2);
    rmSync(fileOf(scene, 'b'));
    rmSync(indexOf(scene));
    const result = await repair(scene, true);
    expect(result).toMatchObject({
      sessions: 2,
      rounds: 10,
      recoveredRounds: 8,
      lostRounds: 0,
      pricedToday: 0,
    });
    expect(dumpStore(scene.store)).toEqual(before);
    expect((await repair(scene, false)).problems).toEqual([]);
  });

  test('a model that the book does not know gets today’s price, with a word', async () => {
    const scene = sceneIn(makeFolder());
    writeFileSync(scene.log, aiLine('a', 0) + aiLine('b', 0, { model: 'strange' }));
    await run(scene.store, scene.log);
    rmSync(fileOf(scene, 'b'));
    rmSync(indexOf(scene));
    const resolve = (model: string) =>
      Promise.resolve(
        model === 'strange'
          ? { schedule: { prices: [{ input: 2, output: 0 }] } as never, source: 'test' }
          : undefined,
      );
    expect(await repair(scene, true, { resolve })).toMatchObject({ recoveredRounds: 1, pricedToday: 1 });
    expect((entryOf(scene, 'b')?.usage ?? []).map((cell) => [cell.price, cell.cost])).toEqual([
      [2, 200n * 1_000_000_000_000n],
    ]);
    expect((await repair(scene, false)).problems).toEqual([]);
  });
});

describe.each<[string, (scene: Scene) => void]>([
  ['a missing session', (scene) => rmSync(fileOf(scene, 'a'))],
  ['a session that was cut', (scene) => cutBehind(fileOf(scene, 'a'), 2)],
])('a repair of %s', (_, damage) => {
  test.each(['before', 'torn', 'after'] as const)(
    'that is killed %s any operation can be made again',
    async (fault) => {
      const scene = await makeScene();
      const whole = dumpStore(scene.store);
      damage(scene);
      const counting = failAt(Infinity, 'before');
      await repairStore(counting.files, copyScene(scene).store, true);
      const { operations } = counting;
      expect(operations.length).toBeGreaterThan(40);
      for (let at = 0; at < operations.length; at++) {
        if (fault === 'torn' && operations[at] !== 'write') continue;
        const copy = copyScene(scene);
        const where = `${fault} operation ${at} ${operations[at]}`;
        await expect(repairStore(failAt(at, fault).files, copy.store, true), where).rejects.toThrow(
          /killed|dead/,
        );
        await repair(copy, true);
        expect(dumpStore(copy.store), where).toEqual(whole);
        expect((await repair(copy, false)).problems, where).toEqual([]);
        expect((await run(copy.store, copy.log)).rounds, where).toBe(0);
      }
    },
  );
});

function damaged(path: string, round: number): string {
  const all = readFileSync(path, 'utf8').split('\n');
  all[round] = (all[round] ?? '').replace('"model"', '"madel"');
  return all.join('\n');
}

function wrapped(form: 'cri' | 'docker', line: string): string {
  const size = form === 'cri' ? 150 : DOCKER_PART_BYTES;
  return cutLine('stdout', Buffer.from(line.trim()), [size], true)
    .map((piece) => WRAPS[form](piece).toString())
    .join('');
}

function move(from: string, to: string): RecoverOptions {
  renameSync(from, to);
  return {};
}

function compress(from: string, to: string): RecoverOptions {
  writeFileSync(to, gzipSync(readFileSync(from)));
  rmSync(from);
  return {};
}

function moveAway(from: string, folder: string): RecoverOptions {
  const archive = join(folder, 'archive');
  mkdirSync(archive);
  renameSync(from, join(archive, 'old'));
  return { logPaths: [join(archive, 'old')] };
}
