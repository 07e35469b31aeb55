import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { pruneStore } from '../../../src/maintenance/prune/prune-store.ts';
import { nodeFiles } from '../../../src/platform/files.ts';
import { readSnapshot } from '../../../src/store/read.ts';
import { stateText } from '../../../src/store/state.ts';
import { aiLine, makeFolder, run, storedRequests } from '../make.ts';

/** What happens to logs in the field besides rotation: each line is stored once, and none is lost. */

interface Scene {
  /** Where logs may be: every file in it is parsed. */
  logs: string;
  log: string;
  store: string;
}

function makeScene(): Scene {
  const folder = makeFolder();
  mkdirSync(join(folder, 'logs'));
  return {
    logs: join(folder, 'logs'),
    log: join(folder, 'logs', 'access.log'),
    store: join(folder, 'store'),
  };
}

/** Lines of three sessions that take turns. */
const line = (n: number): string => aiLine(`s${n % 3}`, n);
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `s${(from + i) % 3}-${from + i}`);

async function parse({ logs, store }: Scene): Promise<{ rounds: number; known: number }> {
  const { rounds, knownRounds } = await run(store, join(logs, '*.log'));
  return { rounds, known: knownRounds };
}

/** Parses until nothing is new, and expects exactly these rounds. */
async function expectStored(scene: Scene, expected: string[]): Promise<void> {
  await parse(scene);
  expect((await parse(scene)).rounds).toBe(0);
  expect((await parse(scene)).rounds).toBe(0);
  expect(storedRequests(scene.store)).toEqual(expected.toSorted());
}

describe('a log that forks', () => {
  test('a copy elsewhere, and both go on', async () => {
    const scene = makeScene();
    const copy = join(scene.logs, 'other.log');
    writeFileSync(scene.log, lines(0, 20));
    await parse(scene);
    copyFileSync(scene.log, copy);
    appendFileSync(scene.log, lines(20, 27));
    appendFileSync(copy, lines(27, 37));
    expect(await parse(scene)).toEqual({ rounds: 17, known: 20 });
    await expectStored(scene, ids(0, 37));
    appendFileSync(scene.log, lines(37, 40));
    appendFileSync(copy, lines(40, 42));
    expect(await parse(scene)).toEqual({ rounds: 5, known: 0 });
  });

  test('two logs with a common history, met by the first run', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 30));
    writeFileSync(join(scene.logs, 'other.log'), lines(0, 20) + lines(30, 50));
    expect(await parse(scene)).toEqual({ rounds: 50, known: 20 });
    await expectStored(scene, ids(0, 50));
  });

  test('an old copy grows where the log itself is gone', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 40));
    await parse(scene);
    rmSync(scene.log);
    const copy = join(scene.logs, 'copy.log');
    writeFileSync(copy, lines(0, 12));
    await parse(scene);
    appendFileSync(copy, lines(40, 43));
    await expectStored(scene, ids(0, 43));
  });
});

describe('a log that is cut, split or joined', () => {
  test('its head is cut off', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 40));
    await parse(scene);
    writeFileSync(scene.log, lines(20, 50));
    await expectStored(scene, ids(0, 50));
  });

  test('it is split in two', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 40));
    await parse(scene);
    rmSync(scene.log);
    writeFileSync(join(scene.logs, 'a.log'), lines(0, 23));
    writeFileSync(join(scene.logs, 'b.log'), lines(23, 40));
    await expectStored(scene, ids(0, 40));
  });

  test('rotated logs are concatenated', async () => {
    const scene = makeScene();
    writeFileSync(`${scene.log}.1`, lines(0, 20));
    writeFileSync(scene.log, lines(20, 42));
    await parse(scene);
    writeFileSync(`${scene.log}.1`, lines(0, 42));
    rmSync(scene.log);
    writeFileSync(scene.log, lines(42, 44));
    await expectStored(scene, ids(0, 44));
  });

  test('a file that holds the same log twice, met by the first run', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 20) + lines(0, 25));
    expect(await parse(scene)).toEqual({ rounds: 25, known: 20 });
  });

  test('one line is taken out by hand', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 40));
    await parse(scene);
    writeFileSync(scene.log, lines(0, 17) + lines(18, 41));
    await expectStored(scene, ids(0, 41));
  });
});

describe('a log that comes back', () => {
  test('a snapshot of the volume is restored, and other lines follow', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 40));
    await parse(scene);
    truncateSync(scene.log, lines(0, 25).length);
    appendFileSync(scene.log, lines(40, 43));
    await expectStored(scene, ids(0, 43));
  });

  test('the same, and a run comes by before other lines follow', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 40));
    await parse(scene);
    truncateSync(scene.log, lines(0, 25).length);
    await parse(scene);
    appendFileSync(scene.log, lines(40, 60));
    await expectStored(scene, ids(0, 60));
  });

  test('a restored access.log.1 is met half written', async () => {
    const scene = makeScene();
    writeFileSync(`${scene.log}.1`, lines(0, 20));
    writeFileSync(scene.log, lines(20, 40));
    await parse(scene);
    rmSync(`${scene.log}.1`);
    appendFileSync(scene.log, lines(40, 43));
    await parse(scene);
    await parse(scene);
    writeFileSync(`${scene.log}.1`, lines(0, 11));
    await parse(scene);
    appendFileSync(`${scene.log}.1`, lines(11, 20));
    await expectStored(scene, ids(0, 43));
  });

  test('a restored log is compressed, renamed and moved to another folder', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 40));
    writeFileSync(join(scene.logs, 'live.log'), aiLine('live', 0));
    await parse(scene);
    rmSync(scene.log);
    await parse(scene);
    await parse(scene);
    const moved = join(scene.logs, 'moved.log');
    writeFileSync(moved, lines(30, 45));
    writeFileSync(`${moved}.1.gz`, gzipSync(lines(5, 30)));
    await expectStored(scene, [...ids(0, 45), 'live-0']);
  });

  test('an older half in a file of the same name, and of another inode', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 20));
    await parse(scene);
    writeFileSync(`${scene.log}.new`, lines(0, 10));
    renameSync(`${scene.log}.new`, scene.log);
    await parse(scene);
    appendFileSync(scene.log, lines(20, 21));
    await expectStored(scene, ids(0, 21));
  });
});

describe('lines without a request id', () => {
  const bare = (n: number): string => aiLine('s', n).replace(/"request_id":"[^"]*",/, '');
  const many = (...numbers: number[]): string => numbers.map(bare).join('');
  const rounds = (scene: Scene): number => storedRequests(scene.store).length;

  test('equal lines of one log are as many rounds', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, many(0, 1, 1, 1, 2));
    expect(await parse(scene)).toEqual({ rounds: 5, known: 0 });
  });

  test('another log with them adds those that it has more of', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, many(0, 1, 1, 2));
    await parse(scene);
    writeFileSync(join(scene.logs, 'other.log'), many(1, 1, 1, 3));
    expect(await parse(scene)).toEqual({ rounds: 2, known: 2 });
    expect(rounds(scene)).toBe(6);
  });

  test('a third log with them adds those that it has more of than either', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, many(0, 1));
    writeFileSync(join(scene.logs, 'b.log'), many(2, 1, 1));
    expect(await parse(scene)).toEqual({ rounds: 4, known: 1 });
    writeFileSync(join(scene.logs, 'c.log'), many(3, 1, 1, 1));
    expect(await parse(scene)).toEqual({ rounds: 2, known: 2 });
    writeFileSync(join(scene.logs, 'd.log'), many(4, 1, 1, 1));
    expect(await parse(scene)).toEqual({ rounds: 1, known: 3 });
  });
});

describe('lines without a time', () => {
  const timeless = (n: number, aiLog: Record<string, unknown> = {}): string =>
    aiLine(`s${n % 2}`, n, aiLog).replace(/"start_time":"[^"]*",/, '');
  const many = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => timeless(from + i)).join('');

  test.each([1, 1e9])('a copy, a part of it, and lines between (batches of %i)', async (batchSize) => {
    const scene = makeScene();
    const all = join(scene.logs, '*.log');
    writeFileSync(scene.log, many(0, 20));
    writeFileSync(join(scene.logs, 'copy.log'), many(20, 21) + many(5, 20) + many(21, 24));
    const first = await run(scene.store, all, { batchSize });
    expect([first.rounds, first.knownRounds]).toEqual([24, 15]);
    writeFileSync(join(scene.logs, 'part.log'), line(50) + many(3, 23));
    appendFileSync(scene.log, many(24, 26));
    const second = await run(scene.store, all, { batchSize });
    expect([second.rounds, second.knownRounds]).toEqual([3, 20]);
    expect(storedRequests(scene.store)).toHaveLength(27);
  });

  test('with a response id only, and ids with any characters', async () => {
    const scene = makeScene();
    const ids = ['plain', 'a"b', 'back\\', 'é', '\u{1f600}', ' '];
    const lines = ids
      .map((chat_id, n) => timeless(n, { chat_id }).replace(/"request_id":"[^"]*",?/, ''))
      .join('');
    const odd = ids
      .map((id, n) =>
        timeless(n + 9).replace(/"request_id":"[^"]*"/, () => `"request_id":${JSON.stringify(id)}`),
      )
      .join('');
    writeFileSync(scene.log, lines + odd);
    await parse(scene);
    writeFileSync(join(scene.logs, 'copy.log'), line(50) + odd + lines);
    expect(await parse(scene)).toEqual({ rounds: 1, known: 12 });
  });

  test('one of many bytes, among rounds that have a time, of the same ids', async () => {
    const scene = makeScene();
    const long = { question: 'x'.repeat(2_500_000), chat_id: 'c' };
    const [one, two] = [timeless(1, long), timeless(3, { chat_id: 'c' })];
    writeFileSync(scene.log, aiLine('s1', 1) + one + two + aiLine('s1', 3));
    await parse(scene);
    const other = timeless(3, { chat_id: 'c', input_token: 7 });
    writeFileSync(join(scene.logs, 'copy.log'), line(50) + two + one + other);
    expect(await parse(scene)).toEqual({ rounds: 2, known: 2 });
  });

  test('as often as the log with the most of them', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, many(0, 1) + many(0, 1) + many(1, 2));
    await parse(scene);
    writeFileSync(join(scene.logs, 'b.log'), line(50) + many(0, 1).repeat(3));
    expect(await parse(scene)).toEqual({ rounds: 2, known: 2 });
  });
});

describe('rounds that were pruned', () => {
  const prune = ({ store: dir }: Scene): unknown =>
    pruneStore(nodeFiles, {
      dir,
      before: Date.UTC(2026, 2, 1),
      content: false,
      isDryRun: false,
      now: Date.now(),
    });
  const counted = ({ store }: Scene): number => {
    let sum = 0;
    for (const { rounds } of readSnapshot(store).sessions.heads()) sum += rounds;
    return sum;
  };
  /** As version 0.1.0 pruned: only sums. */
  function dropKeys({ store }: Scene): void {
    const path = join(store, '.pruned.jsonl');
    const text = readFileSync(path, 'utf8').replaceAll(/"keys":\[\[.*?\]\],/g, '');
    writeFileSync(path, text);
    const state = JSON.parse(readFileSync(join(store, '.state.json'), 'utf8'));
    writeFileSync(
      join(store, '.state.json'),
      stateText({ ...state, crc: undefined, pruned: { length: text.length } }),
    );
  }
  /** Requests of another gateway: the same times, sessions, models and counts. */
  const others = lines(0, 12).replaceAll('"request_id":"', '"request_id":"other-');

  test('come again, with lines of another gateway that look alike', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 12));
    await parse(scene);
    prune(scene);
    writeFileSync(join(scene.logs, 'restored.log'), lines(3, 12));
    expect(await parse(scene)).toEqual({ rounds: 0, known: 9 });
    writeFileSync(join(scene.logs, 'other.log'), others);
    expect(await parse(scene)).toEqual({ rounds: 12, known: 0 });
    prune(scene);
    writeFileSync(join(scene.logs, 'both.log'), lines(1, 12) + others + lines(12, 13));
    const { warnings, knownRounds, takenAsPruned } = await run(scene.store, join(scene.logs, '*.log'));
    expect({ warnings, knownRounds, takenAsPruned }).toEqual({
      warnings: [],
      knownRounds: 23,
      takenAsPruned: 0,
    });
    expect(counted(scene)).toBe(25);
  });

  test('without a request id or a time', async () => {
    const scene = makeScene();
    const bare = lines(0, 12).replaceAll(/"request_id":"[^"]*",/g, '');
    const timeless = lines(12, 15).replaceAll(/"start_time":"[^"]*",/g, '');
    writeFileSync(scene.log, bare + timeless);
    await parse(scene);
    prune(scene);
    writeFileSync(join(scene.logs, 'restored.log'), line(15) + bare + timeless);
    expect(await parse(scene)).toEqual({ rounds: 1, known: 15 });
  });

  test('by an older version, which kept only sums: what fits is not counted, and that is said', async () => {
    const scene = makeScene();
    writeFileSync(scene.log, lines(0, 12));
    await parse(scene);
    prune(scene);
    dropKeys(scene);
    writeFileSync(join(scene.logs, 'restored.log'), lines(3, 12));
    writeFileSync(join(scene.logs, 's-other.log'), others + others);
    const { rounds, warnings, knownRounds, takenAsPruned } = await run(
      scene.store,
      join(scene.logs, '*.log'),
    );
    // Each log can have each pruned round once; the second half of the other log is its first half.
    expect({ rounds, knownRounds, takenAsPruned }).toEqual({
      rounds: 12,
      knownRounds: 21,
      takenAsPruned: 21,
    });
    expect(warnings).toEqual([
      {
        path: join(scene.store, '.pruned.jsonl'),
        message:
          '21 rounds were not counted: their logs may have been read before an older version pruned their sessions, and ' +
          'they fit into the sums that are left. Rounds of another gateway in the same 15 minutes fit as well',
      },
    ]);
  });
});

test('equal lines that have no time and no id are new in each log', async () => {
  const scene = makeScene();
  const ids = /"(request_id|start_time)":"[^"]*",/g;
  const refused = aiLine('default', 0, { input_token: 0, output_token: 0 }).replaceAll(ids, '');
  writeFileSync(scene.log, refused.repeat(10));
  await parse(scene);
  renameSync(scene.log, `${scene.log}.1`);
  writeFileSync(scene.log, line(0) + refused.repeat(3));
  expect(await parse(scene)).toEqual({ rounds: 4, known: 0 });
  appendFileSync(scene.log, refused);
  expect(await parse(scene)).toEqual({ rounds: 1, known: 0 });
});

test('lines of requests at the same time are new where their ids differ', async () => {
  const scene = makeScene();
  writeFileSync(scene.log, lines(0, 10));
  await parse(scene);
  const other = lines(0, 10).replaceAll(/"request_id":"/g, '"request_id":"other-');
  writeFileSync(join(scene.logs, 'other.log'), other);
  expect(await parse(scene)).toEqual({ rounds: 10, known: 0 });
});

test('what was read before is known by what the session has, and not by memory of this run', async () => {
  const scene = makeScene();
  writeFileSync(scene.log, lines(0, 40));
  await run(scene.store, scene.log, { batchSize: 1 });
  writeFileSync(join(scene.logs, 'part.log'), lines(10, 30));
  const { rounds, knownRounds } = await run(scene.store, join(scene.logs, '*.log'), { batchSize: 1 });
  expect({ rounds, knownRounds }).toEqual({ rounds: 0, knownRounds: 20 });
  expect(readFileSync(join(scene.logs, 'part.log'), 'utf8')).toBe(lines(10, 30));
});

test('requests of one second with one request id, as a client can send them, are all stored', async () => {
  const scene = makeScene();
  const refused = (second: number): string =>
    aiLine('s', second).replace(/"request_id":"[^"]*"/, '"request_id":"same"');
  const many = (...seconds: number[]): string => seconds.map(refused).join('');
  writeFileSync(scene.log, many(0, 0, 0, 1, 1, 2));
  expect(await parse(scene)).toEqual({ rounds: 6, known: 0 });
  appendFileSync(scene.log, many(2, 3, 3));
  expect(await parse(scene)).toEqual({ rounds: 3, known: 0 });
});
