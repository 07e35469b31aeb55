import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  importSessions,
  type ImportOptions,
  type ImportResult,
} from '../../src/maintenance/import/import-sessions.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { BusyError, InputOutputError, UsageError } from '../../src/platform/errors.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { contentOf } from '../platform/make.ts';
import { aiLine, dumpStore, failAt, makeFolder, run } from '../ingest/make.ts';
import { originalFile, originalRound, roundsOf, writeOriginals } from '../ingest/original.ts';

interface Scene {
  folder: string;
  from: string;
  store: string;
}

function makeScene(files: Readonly<Record<string, string>> = THREE): Scene {
  const folder = makeFolder();
  return { folder, from: writeOriginals(folder, files), store: join(folder, 'store') };
}

const THREE = {
  'a.json': originalFile('a', roundsOf(3)),
  'b.json': originalFile('b', roundsOf(1)),
  'default.json': originalFile('default', roundsOf(2)),
};

function take(
  scene: Scene,
  options: Partial<ImportOptions> = {},
  files: Files = nodeFiles,
): Promise<ImportResult> {
  const { from, store: dir } = scene;
  return importSessions(files, {
    from,
    dir,
    force: false,
    isDryRun: false,
    now: Date.UTC(2026, 1, 3, 4),
    toUtc: (local) => local,
    ...options,
  });
}

const outcomes = ({ files }: ImportResult): unknown[] =>
  files.map(({ outcome, rounds }) => [outcome, rounds]);

function roundsIn(store: string): Record<string, number> {
  return Object.fromEntries([...readSnapshot(store).sessions.values()].map(({ id, rounds }) => [id, rounds]));
}

describe('an import', () => {
  test('stores every round once, priced by its own time, with its messages stored once', async () => {
    const scene = makeScene();
    const result = await take(scene);
    expect(outcomes(result)).toEqual([
      ['imported', 3],
      ['imported', 1],
      ['imported', 2],
    ]);
    expect(result).toMatchObject({ isDryRun: false, isBeforeParse: true });
    const [a] = dumpStore(scene.store) as {
      rounds: number;
      input: number;
      cost: string;
      texts: unknown[][];
    }[];
    expect(a).toMatchObject({ rounds: 3, input: 306, counted: 3 });
    // 306 input and 30 output tokens of gpt-4o: 2.5 and 10 USD per million.
    expect(a?.cost).toBe(String(306n * 2_500_000_000_000n + 30n * 10_000_000_000_000n));
    expect(a?.texts.map(([round, at]) => [round, at])).toEqual([
      [1, [1, 0]],
      [2, [1, 1]],
      [3, [1, 2]],
    ]);
    const stored = JSON.parse(readFileSync(join(scene.store, 'a.json'), 'utf8'));
    expect(stored.rounds.map(({ new_messages }: { new_messages: unknown[] }) => new_messages.length)).toEqual(
      [1, 2, 2],
    );
    expect(stored.rounds[2]).toMatchObject({ flags: ['imported'], timestamp: '2026-02-01T10:30:03.123Z' });
  });

  test('prices are those that parse takes: the price file, the shipped prices, the library', async () => {
    const models = ['mine', 'glm-4.6', 'gpt-4-turbo'];
    const rounds = models.map((model, i) => originalRound(i + 1, { model }));
    const scene = makeScene({ 'a.json': originalFile('a', rounds) });
    const pricesPath = join(scene.folder, 'prices.json');
    writeFileSync(pricesPath, JSON.stringify({ models: [{ match: 'mine', input: 1, output: 1 }] }));
    await take(scene, { pricesPath });
    const sources = readSnapshot(scene.store).priceLines.map(
      (line) => (JSON.parse(line) as { source: string }).source,
    );
    expect(sources).toEqual([
      'prices.json mine',
      expect.stringMatching(/^shipped glm-4\.6 /),
      'genai-prices 0.1.8 openai:gpt-4-turbo',
    ]);
  });

  test('twice doubles nothing, under another name or in another folder neither', async () => {
    const scene = makeScene();
    await take(scene);
    const before = contentOf(scene.store);
    expect(outcomes(await take(scene))).toEqual([
      ['known', 0],
      ['known', 0],
      ['known', 0],
    ]);
    const copy = { ...scene, from: writeOriginals(makeFolder(), { 'copy of a.json': THREE['a.json'] }) };
    expect(outcomes(await take(copy, { force: true }))).toEqual([['known', 0]]);
    expect(contentOf(scene.store)).toEqual(before);
  });

  test('of two files of one session takes the first', async () => {
    const scene = makeScene({ 'a.json': THREE['a.json'], 'a.old.json': originalFile('a', roundsOf(2)) });
    expect(outcomes(await take(scene))).toEqual([
      ['imported', 3],
      ['exists', 0],
    ]);
    expect(roundsIn(scene.store)).toEqual({ a: 3 });
  });

  test('leaves out sessions that the store has, and adds to them only when forced', async () => {
    const scene = makeScene();
    const log = join(scene.folder, 'access.log');
    writeFileSync(log, aiLine('a', 0));
    await run(scene.store, log);
    const result = await take(scene);
    expect(outcomes(result)).toEqual([
      ['exists', 0],
      ['imported', 1],
      ['imported', 2],
    ]);
    expect(result.isBeforeParse).toBe(false);
    expect(roundsIn(scene.store)).toEqual({ a: 1, b: 1, default: 2 });
    expect(outcomes(await take(scene, { force: true }))).toEqual([
      ['imported', 3],
      ['known', 0],
      ['known', 0],
    ]);
    expect(roundsIn(scene.store)).toEqual({ a: 4, b: 1, default: 2 });
    appendFileSync(log, aiLine('a', 1) + aiLine('b', 1));
    await run(scene.store, log);
    expect(roundsIn(scene.store)).toEqual({ a: 5, b: 2, default: 2 });
  });

  test('of a file that has grown takes what is new, when forced', async () => {
    const scene = makeScene();
    await take(scene);
    writeFileSync(join(scene.from, 'a.json'), originalFile('a', roundsOf(5)));
    expect(outcomes(await take(scene))).toEqual([
      ['exists', 0],
      ['known', 0],
      ['known', 0],
    ]);
    expect(outcomes(await take(scene, { force: true }))).toEqual([
      ['imported', 2],
      ['known', 0],
      ['known', 0],
    ]);
    const [a] = dumpStore(scene.store) as { texts: unknown[][] }[];
    expect(a?.texts.map(([, at]) => at)).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
      [4, 3],
      [4, 4],
    ]);
    writeFileSync(
      join(scene.from, 'a.json'),
      originalFile('a', [originalRound(1, { answer: 'x' }), ...roundsOf(6)]),
    );
    expect(outcomes(await take(scene, { force: true }))[0]).toEqual(['changed', 0]);
    writeFileSync(join(scene.from, 'a.json'), originalFile('a', roundsOf(4)));
    expect(outcomes(await take(scene, { force: true }))[0]).toEqual(['changed', 0]);
    expect(roundsIn(scene.store)).toEqual({ a: 5, b: 1, default: 2 });
  });

  test('names damaged files and takes the others', async () => {
    const scene = makeScene({
      'a.json': THREE['a.json'].slice(0, -20),
      'b.json': THREE['b.json'],
      'x.json': '{}',
    });
    const { files } = await take(scene);
    expect(files.map(({ outcome, problem }) => [outcome, problem])).toEqual([
      ['damaged', 'is not a complete JSON object: it was truncated, or written by another program'],
      ['imported', null],
      ['damaged', 'is not a session: it has no session_id, or no list of rounds'],
    ]);
    expect(roundsIn(scene.store)).toEqual({ b: 1 });
  });

  test('keeps to the filters of the store, and says what they keep out', async () => {
    const scene = makeScene({
      ...THREE,
      'b.json': originalFile('b', [
        originalRound(1),
        originalRound(2, { timestamp: '2026-03-01T00:00:00Z' }),
      ]),
    });
    const log = join(scene.folder, 'access.log');
    writeFileSync(log, aiLine('z', 0));
    await run(scene.store, log, {
      filters: { since: '2026-02-15T00:00:00.000Z', redact_patterns: [{ name: 'm', pattern: 'message' }] },
    });
    const { files } = await take(scene);
    expect(files.map(({ rounds, filtered }) => [rounds, filtered])).toEqual([
      [0, 3],
      [1, 1],
      [0, 2],
    ]);
    expect(roundsIn(scene.store)).toEqual({ b: 1 });
    expect(readFileSync(join(scene.store, 'b.json'), 'utf8')).toContain('"question":"[redacted:m] 2"');
    expect(readFileSync(join(scene.store, 'b.json'), 'utf8')).not.toContain('message ');
    expect(outcomes(await take(scene))).toEqual([
      ['known', 0],
      ['known', 0],
      ['known', 0],
    ]);
  });

  test('--dry-run says the same and writes nothing, not even a folder', async () => {
    const scene = makeScene({ ...THREE, 'x.json': '{' });
    const dry = await take(scene, { isDryRun: true });
    expect(existsSync(scene.store)).toBe(false);
    const real = await take(scene);
    expect(dry).toEqual({ ...real, isDryRun: true });
    const before = contentOf(scene.store);
    expect(outcomes(await take(scene, { isDryRun: true }))).toEqual(outcomes(await take(scene)));
    expect(contentOf(scene.store)).toEqual(before);
  });

  test('an imported file is no log: one that begins like nothing is read from its start', async () => {
    const scene = makeScene();
    await take(scene);
    const log = join(scene.folder, 'access.log');
    writeFileSync(log, '{}\n');
    await run(scene.store, log);
    appendFileSync(log, aiLine('new', 0));
    expect((await run(scene.store, log)).rounds).toBe(1);
  });
});

describe('what cannot be imported', () => {
  test('no folder, an empty one, a store', async () => {
    const scene = makeScene();
    await expect(take({ ...scene, from: join(scene.folder, 'none') })).rejects.toThrow(InputOutputError);
    await expect(take({ ...scene, from: makeFolder() })).rejects.toThrow(/holds no session files/);
    await take(scene);
    await expect(take({ ...scene, from: scene.store })).rejects.toThrow(UsageError);
  });

  test('into a store that another run holds', async () => {
    const scene = makeScene();
    await take(scene);
    const release = takeLock(join(scene.store, '.lock'), 'it');
    await expect(take(scene)).rejects.toThrow(BusyError);
    release();
  });
});

describe('repair counts imported rounds', () => {
  test.each([
    ['the index', '.index-1.jsonl'],
    ['the state', '.state.json'],
  ])('where %s is lost', async (_, name) => {
    const scene = makeScene();
    const log = join(scene.folder, 'access.log');
    writeFileSync(log, aiLine('z', 0));
    await run(scene.store, log);
    await take(scene);
    const before = dumpStore(scene.store);
    expect((await repairStore(nodeFiles, scene.store, false)).problems).toEqual([]);
    rmSync(join(scene.store, name));
    await repairStore(nodeFiles, scene.store, true);
    expect(dumpStore(scene.store)).toEqual(before);
    expect((await repairStore(nodeFiles, scene.store, false)).problems).toEqual([]);
  });

  test('and knows them again where the state is lost', async () => {
    const scene = makeScene();
    await take(scene);
    rmSync(join(scene.store, '.state.json'));
    await repairStore(nodeFiles, scene.store, true);
    expect(outcomes(await take(scene))).toEqual([
      ['known', 0],
      ['known', 0],
      ['known', 0],
    ]);
  });
});

/** Every fifth operation, each time from another on: the commit itself is tried at each in crash.test.ts. */
const STEP = 5;

describe.each([
  ['before', undefined, 0],
  ['torn', undefined, 0],
  ['after', undefined, 1],
  ['before', 'ENOSPC', 2],
] as const)('killed %s an operation (%s)', (fault, code, first) => {
  test('an import leaves whole files, and run again completes', async () => {
    const scene = makeScene();
    const log = join(scene.folder, 'access.log');
    writeFileSync(log, aiLine('z', 0) + aiLine('default', 0));
    await run(scene.store, log);
    const copyOf = (): Scene => {
      const folder = makeFolder();
      cpSync(scene.folder, folder, { recursive: true, preserveTimestamps: true });
      return { folder, from: join(folder, 'old'), store: join(folder, 'store') };
    };
    // A commit for each file.
    const options = { batchSize: 1, force: true };
    const whole = copyOf();
    const counting = failAt(Infinity, 'before');
    await take(whole, options, counting.files);
    const { operations } = counting;
    expect(operations.length).toBeGreaterThan(60);
    for (let at = first; at < operations.length; at += fault === 'torn' ? 1 : STEP) {
      if (fault === 'torn' && operations[at] !== 'write') continue;
      const copy = copyOf();
      const faulty = failAt(at, fault, code);
      await expect(take(copy, options, faulty.files), `operation ${at}`).rejects.toThrow(
        /operation|dead|ENOSPC|EIO/,
      );
      const left = roundsIn(copy.store);
      expect([undefined, 3], `operation ${at}`).toContain(left['a']);
      expect([1, 3], `operation ${at}`).toContain(left['default']);
      await take(copy, options);
      expect(dumpStore(copy.store), `finished after operation ${at} ${operations[at]}`).toEqual(
        dumpStore(whole.store),
      );
      for (const name of readdirSync(copy.store))
        if (!name.startsWith('.')) JSON.parse(readFileSync(join(copy.store, name), 'utf8'));
    }
  });
});
