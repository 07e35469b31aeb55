import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { pruneStore, type PruneOptions, type PruneResult } from '../../src/maintenance/prune/prune-store.ts';
import { refreshPrices } from '../../src/maintenance/refresh/refresh-prices.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { BusyError } from '../../src/platform/errors.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { createPriceResolver } from '../../src/pricing/resolve.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { mergeCells } from '../../src/model/usage-cells.ts';
import { contentOf } from '../platform/make.ts';
import { aiLine, dumpStore, failAt, makeFolder, run } from '../ingest/make.ts';

const FEBRUARY = Date.UTC(2026, 1, 1);
const MARCH = Date.UTC(2026, 2, 1);
const NOW = Date.UTC(2026, 3, 1);

/** The `n`-th request of a session, in another month perhaps. */
function lineAt(session: string, n: number, month: 1 | 2, rest: Record<string, unknown> = {}): string {
  const line = aiLine(session, n, { consumer: `team-${n % 2}`, ...rest });
  return month === 1 ? line : line.replace('"start_time":"2026-02', '"start_time":"2026-03');
}

interface Scene {
  folder: string;
  log: string;
  store: string;
}

/** Two sessions of February, one with many messages, one that went on in March, one of March; a rejected line. */
async function makeScene(): Promise<Scene> {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  const store = join(folder, 'sessions');
  writeFileSync(
    log,
    [
      ...[0, 1, 2].map((n) => lineAt('old', n, 1, { model: n === 1 ? 'gpt-4o-mini' : 'gpt-4o' })),
      ...Array.from({ length: 70 }, (_, n) => lineAt('a/b long', n, 1)),
      lineAt('both', 0, 1),
      lineAt('both', 1, 2),
      lineAt('new', 0, 2),
      '{"ai_log":"{cut message","x":""}\n',
    ].join(''),
  );
  await run(store, log);
  return { folder, log, store };
}

function copyScene(scene: Scene): Scene {
  const folder = makeFolder();
  cpSync(scene.folder, folder, { recursive: true, preserveTimestamps: true });
  return { folder, log: join(folder, 'access.log'), store: join(folder, 'sessions') };
}

function prune(scene: Scene, options: Partial<PruneOptions> = {}, files: Files = nodeFiles): PruneResult {
  return pruneStore(files, {
    dir: scene.store,
    before: MARCH,
    content: false,
    isDryRun: false,
    now: NOW,
    ...options,
  });
}

const entryOf = (scene: Scene, id: string): SessionEntry => {
  const entry = readSnapshot(scene.store).sessions.get(id);
  if (!entry) throw new Error(`no session ${id}`);
  return entry;
};

/** All that reports are made of: each session's cells, in an order that says nothing. */
function usageIn(scene: Scene): unknown {
  const cellText = (cell: UsageCell): string =>
    JSON.stringify(Object.entries(cell).toSorted(), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  return [...readSnapshot(scene.store).sessions.values()]
    .map(({ id, rounds, errors, created, updated, usage }) => ({
      id,
      rounds,
      errors,
      created,
      updated,
      usage: mergeCells(usage).map(cellText).toSorted(),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const filesIn = ({ store }: Scene): string[] =>
  readdirSync(store)
    .filter((name) => name.endsWith('.json') || name.startsWith('.memory'))
    .toSorted();
const isSound = async ({ store }: Scene): Promise<unknown> =>
  (await repairStore(nodeFiles, store, false)).problems;
const numbersIn = (scene: Scene, id: string): number[] =>
  [...expandRounds(readRoundLines(scene.store, entryOf(scene, id)))].map(({ stored }) => stored.round);

describe('sessions', () => {
  test('whose last round is older go, with their files, and every sum stays', async () => {
    const scene = await makeScene();
    const before = usageIn(scene);
    expect(filesIn(scene)).toEqual([
      '.memory-a%2Fb%20long',
      '.state.json',
      '.store.json',
      'a%2Fb%20long.json',
      'both.json',
      'new.json',
      'old.json',
    ]);
    const bytes = ['.memory-a%2Fb%20long', 'a%2Fb%20long.json', 'old.json']
      .map((name) => nodeFiles.stat(join(scene.store, name))?.size ?? 0)
      .reduce((a, b) => a + b);
    expect(prune(scene)).toEqual({ sessions: 2, rounds: 73, bytes, rejectedLines: 0, isDryRun: false });
    expect(filesIn(scene)).toEqual(['.state.json', '.store.json', 'both.json', 'new.json']);
    expect(usageIn(scene)).toEqual(before);
    expect(entryOf(scene, 'old')).toMatchObject({
      title: null,
      end: 0,
      rounds: 3,
      pruned: NOW,
      pruned_rounds: 3,
    });
    expect(numbersIn(scene, 'old')).toEqual([]);
    expect(numbersIn(scene, 'both')).toEqual([1, 2]);
    expect(await isSound(scene)).toEqual([]);
    expect(prune(scene)).toMatchObject({ sessions: 0, rounds: 0 });
    expect(readFileSync(join(scene.store, '.pruned.jsonl'), 'utf8')).not.toContain('message');
  });

  test('of exactly that age stay', async () => {
    const scene = await makeScene();
    const { updated } = entryOf(scene, 'old');
    expect(prune(scene, { before: updated }).sessions).toBe(0);
    expect(prune(scene, { before: updated + 1 })).toMatchObject({ sessions: 1, rounds: 3 });
  });

  test('go on under their id: a new file, the next number, exact sums, and can be pruned again', async () => {
    const scene = await makeScene();
    const whole = copyScene(scene);
    prune(scene);
    const more = lineAt('old', 3, 2) + lineAt('old', 4, 2, { model: 'gpt-4o-mini' });
    for (const { log, store } of [scene, whole]) {
      appendFileSync(log, more);
      await run(store, log);
    }
    expect(usageIn(scene)).toEqual(usageIn(whole));
    expect(numbersIn(scene, 'old')).toEqual([4, 5]);
    const old = entryOf(scene, 'old');
    expect(old).toMatchObject({ rounds: 5, pruned: NOW, pruned_rounds: 3, title: 'old message 6' });
    expect(old.file).not.toBe('old.json');
    const [round] = expandRounds(readRoundLines(scene.store, old));
    expect(round?.messages?.length).toBe(7);
    expect(await isSound(scene)).toEqual([]);
    // In another process, as it were: the memory is read back.
    appendFileSync(scene.log, lineAt('old', 5, 2));
    await run(scene.store, scene.log);
    expect(numbersIn(scene, 'old')).toEqual([4, 5, 6]);
    const summary = JSON.parse(readFileSync(join(scene.store, entryOf(scene, 'old').file), 'utf8'));
    expect(summary).toMatchObject({ messages_count: 6, pruned_rounds: 3, total_input_tokens: 615 });
    expect(await isSound(scene)).toEqual([]);
    const before = usageIn(scene);
    expect(prune(scene, { before: NOW })).toMatchObject({ sessions: 3, rounds: 3 + 2 + 1 });
    expect(usageIn(scene)).toEqual(before);
    expect(await isSound(scene)).toEqual([]);
    expect(filesIn(scene)).toEqual(['.state.json', '.store.json']);
  });

  test('--dry-run says the same and writes nothing', async () => {
    const scene = await makeScene();
    const before = contentOf(scene.store);
    const dry = prune(scene, { isDryRun: true });
    expect(contentOf(scene.store)).toEqual(before);
    expect({ ...dry, isDryRun: false }).toEqual(prune(scene));
  });

  test('a damaged round is named with its file, and nothing is removed', async () => {
    const scene = await makeScene();
    const path = join(scene.store, 'old.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"round":2', '"round":x'));
    const before = contentOf(scene.store);
    expect(() => prune(scene)).toThrow(
      `the session file ${path} is damaged: a round does not match its checksum`,
    );
    expect(contentOf(scene.store)).toEqual(before);
  });

  test('a damaged one is named before anything is removed', async () => {
    const scene = await makeScene();
    truncateSync(join(scene.store, 'old.json'), 20);
    const before = contentOf(scene.store);
    expect(() => prune(scene)).toThrow(/old\.json is /);
    expect(contentOf(scene.store)).toEqual(before);
  });

  test('not while another run holds the store', async () => {
    const scene = await makeScene();
    const release = takeLock(join(scene.store, '.lock'), 'it');
    expect(() => prune(scene)).toThrow(BusyError);
    release();
  });
});

describe('--content', () => {
  const texts = ({ store }: Scene): string =>
    readdirSync(store)
      .filter((name) => name !== '.store.json')
      .map((name) => readFileSync(join(store, name), 'latin1'))
      .join('\n');

  test('takes every text of old sessions, and no number', async () => {
    const scene = await makeScene();
    const before = usageIn(scene);
    const rounds = (id: string): unknown[] =>
      [...expandRounds(readRoundLines(scene.store, entryOf(scene, id)))].map(
        ({ stored: { context: _c, crc: _crc, ...stored } }) => stored,
      );
    const kept = rounds('old');
    const result = prune(scene, { content: true });
    expect(result).toMatchObject({ sessions: 2, rounds: 73 });
    expect(result.bytes).toBeGreaterThan(10_000);
    expect(usageIn(scene)).toEqual(before);
    expect(rounds('old')).toEqual(kept);
    expect(filesIn(scene)).toEqual([
      '.state.json',
      '.store.json',
      'a%2Fb%20long~1.json',
      'both.json',
      'new.json',
      'old~1.json',
    ]);
    expect(texts(scene)).not.toContain('old message');
    expect(texts(scene)).not.toContain('long message');
    expect(texts(scene)).toContain('both message');
    expect(entryOf(scene, 'old')).toMatchObject({
      title: null,
      file: 'old~1.json',
      pruned_content: { at: NOW, rounds: 3 },
    });
    expect(JSON.parse(readFileSync(join(scene.store, 'old~1.json'), 'utf8'))).toMatchObject({
      messages_count: 3,
      pruned_content: true,
    });
    expect(await isSound(scene)).toEqual([]);
    expect(prune(scene, { content: true })).toMatchObject({ sessions: 0, bytes: 0 });
  });

  test('rounds that come later have their texts, and go in their turn', async () => {
    const scene = await makeScene();
    prune(scene, { content: true });
    appendFileSync(scene.log, lineAt('old', 3, 2));
    await run(scene.store, scene.log);
    const [, , , last] = expandRounds(readRoundLines(scene.store, entryOf(scene, 'old')));
    expect([last?.stored.round, last?.messages?.length, last?.newMessages, last?.question]).toEqual([
      4,
      7,
      7,
      '"old message 6"',
    ]);
    expect(entryOf(scene, 'old')).toMatchObject({
      rounds: 4,
      pruned_content: { at: NOW, rounds: 3 },
      title: 'old message 6',
    });
    expect(await isSound(scene)).toEqual([]);
    expect(prune(scene, { content: true, before: NOW })).toMatchObject({ sessions: 3, rounds: 1 + 2 + 1 });
    expect(texts(scene)).not.toMatch(/(old|both|new) message/);
    const before = usageIn(scene);
    expect(prune(scene, { before: NOW })).toMatchObject({ sessions: 4, rounds: 77 });
    expect(usageIn(scene)).toEqual(before);
    expect(await isSound(scene)).toEqual([]);
  });

  test('many sessions go in bounded commits', async () => {
    const scene = await makeScene();
    const commitOf = (): number => JSON.parse(readFileSync(join(scene.store, '.state.json'), 'utf8')).commit;
    const before = commitOf();
    prune(scene, { content: true, batchBytes: 1 });
    expect(commitOf()).toBe(before + 2);
    expect(await isSound(scene)).toEqual([]);
  });
});

test('the text of rejected lines goes with the age of their log', async () => {
  const scene = await makeScene();
  const path = join(scene.store, '.rejected.jsonl');
  const line = readFileSync(path, 'utf8');
  expect(prune(scene, { before: FEBRUARY }).rejectedLines).toBe(0);
  expect(prune(scene, { before: Date.now() + 1000, isDryRun: true }).rejectedLines).toBe(1);
  expect(readFileSync(path, 'utf8')).toBe(line);
  expect(prune(scene, { before: Date.now() + 1000 }).rejectedLines).toBe(1);
  const { text: _text, ...rest } = JSON.parse(line);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(rest);
  expect(readFileSync(path, 'utf8').length).toBe(line.length);
  appendFileSync(scene.log, '{"ai_log":"{cut again"\n');
  await run(scene.store, scene.log);
  expect(readFileSync(path, 'utf8').split('\n').length).toBe(3);
  expect(await isSound(scene)).toEqual([]);
});

describe('a repair keeps what was pruned', () => {
  function remove({ store }: Scene, lost: RegExp): void {
    const names = readdirSync(store).filter((name) => lost.test(name));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) rmSync(join(store, name));
  }

  async function revived(): Promise<Scene> {
    const scene = await makeScene();
    prune(scene);
    appendFileSync(scene.log, lineAt('old', 3, 2));
    await run(scene.store, scene.log);
    return scene;
  }

  test.each([
    ['the index', /^\.index/],
    ['the tail of the index', /^\.index.*jsonl$/],
    ['the state', /^\.state/],
  ])('where %s is lost', async (_, lost) => {
    const scene = await revived();
    const before = usageIn(scene);
    remove(scene, lost);
    expect(await repairStore(nodeFiles, scene.store, true)).toMatchObject({ lostRounds: 0 });
    expect(usageIn(scene)).toEqual(before);
    expect(entryOf(scene, 'old')).toMatchObject({ rounds: 4, pruned: NOW, pruned_rounds: 3 });
    expect(entryOf(scene, 'a/b long')).toMatchObject({ rounds: 70, pruned: NOW, pruned_rounds: 70 });
    expect(await isSound(scene)).toEqual([]);
    appendFileSync(scene.log, lineAt('old', 4, 2));
    expect((await run(scene.store, scene.log)).rounds).toBe(1);
    expect(numbersIn(scene, 'old')).toEqual([4, 5]);
    expect(prune(scene, { before: NOW })).toMatchObject({ sessions: 3, rounds: 2 + 2 + 1 });
    expect(await isSound(scene)).toEqual([]);
  });

  test('where the file of later rounds is lost, too', async () => {
    const scene = await revived();
    rmSync(join(scene.store, entryOf(scene, 'old').file));
    const away = `${scene.folder}/away`;
    renameSync(scene.log, away);
    expect(await repairStore(nodeFiles, scene.store, true)).toMatchObject({ lostRounds: 1 });
    expect(entryOf(scene, 'old')).toMatchObject({ rounds: 3, pruned_rounds: 3, end: 0 });
    expect(await isSound(scene)).toEqual([]);
  });

  test('and the log gives back the later rounds alone, though it holds the pruned ones', async () => {
    const scene = await revived();
    const before = [usageIn(scene), numbersIn(scene, 'old')];
    rmSync(join(scene.store, entryOf(scene, 'old').file));
    const result = await repairStore(nodeFiles, scene.store, true);
    expect(result).toMatchObject({ recoveredRounds: 1, lostRounds: 0 });
    expect(entryOf(scene, 'old')).toMatchObject({ rounds: 4, pruned: NOW, pruned_rounds: 3 });
    expect([usageIn(scene), numbersIn(scene, 'old')]).toEqual(before);
    expect(await isSound(scene)).toEqual([]);
  });

  test('and does not bring back a file that a killed prune left behind', async () => {
    const scene = await makeScene();
    const left = readFileSync(join(scene.store, 'old.json'));
    prune(scene);
    const before = usageIn(scene);
    writeFileSync(join(scene.store, 'old.json'), left);
    remove(scene, /^\.index/);
    await repairStore(nodeFiles, scene.store, true);
    expect(usageIn(scene)).toEqual(before);
    prune(scene);
    expect(existsSync(join(scene.store, 'old.json'))).toBe(false);
  });

  test('says where their sums are damaged', async () => {
    const scene = await makeScene();
    prune(scene);
    truncateSync(join(scene.store, '.pruned.jsonl'), 10);
    await expect(repairStore(nodeFiles, scene.store, false)).rejects.toThrow(
      /\.pruned\.jsonl, is truncated\. Nothing was changed/,
    );
    expect(readSnapshot(scene.store).sessions.size).toBe(4);
  });
});

test('a refresh of prices leaves pruned rounds what they cost', async () => {
  const scene = await makeScene();
  prune(scene);
  appendFileSync(scene.log, lineAt('old', 3, 2));
  await run(scene.store, scene.log);
  const costOf = (id: string): bigint => entryOf(scene, id).usage.reduce((sum, { cost }) => sum + cost, 0n);
  const before = [costOf('old'), costOf('a/b long'), costOf('new')] as const;
  const prices = join(scene.folder, 'prices.json');
  writeFileSync(prices, JSON.stringify({ models: [{ match: 'gpt-4o', input: 25, output: 100 }] }));
  const { readPriceFile } = await import('../../src/pricing/price-file.ts');
  const resolve = createPriceResolver([await readPriceFile(prices)]);
  await refreshPrices(nodeFiles, scene.store, { prices: async () => ({ resolve }), mayReprice: true });
  // Ten times for what is there: one round of 103 and 10 tokens.
  const one = 103n * 2_500_000_000_000n + 10n * 10_000_000_000_000n;
  expect(costOf('old')).toBe(before[0] + 9n * one);
  expect(costOf('a/b long')).toBe(before[1]);
  expect(costOf('new')).toBe(10n * before[2]);
  expect(await isSound(scene)).toEqual([]);
});

describe('a reader that asked before', () => {
  test('finds the rounds in the file that a prune of texts made, and no later ones', async () => {
    const scene = await makeScene();
    const old = entryOf(scene, 'old');
    prune(scene, { content: true });
    appendFileSync(scene.log, lineAt('old', 3, 2));
    await run(scene.store, scene.log);
    expect([...expandRounds(readRoundLines(scene.store, old))].map(({ stored }) => stored.round)).toEqual([
      1, 2, 3,
    ]);
  });

  test('is told where they are gone', async () => {
    const scene = await makeScene();
    const old = entryOf(scene, 'old');
    prune(scene);
    expect(() => [...readRoundLines(scene.store, old)]).toThrow(
      'the session "old" in ' + scene.store + ' was pruned while it was read. Ask again',
    );
  });

  test('is told of a file that is missing for another reason', async () => {
    const scene = await makeScene();
    rmSync(join(scene.store, 'old.json'));
    expect(() => [...readRoundLines(scene.store, entryOf(scene, 'old'))]).toThrow(/old\.json is missing/);
  });
});

/** Each kind of kill begins at another operation, so that together they meet each; MONITOR_EVERY=1 tries all. */
const STEP = process.env['MONITOR_EVERY'] ? 1 : 3;

describe.each([false, true])('killed at any operation (--content: %s)', (content) => {
  test.each([
    ['before', undefined, 0],
    ['torn', undefined, 0],
    ['after', undefined, 1],
    ['before', 'ENOSPC', 2],
  ] as const)(
    '%s (%s): the store before or after, no sum changed, and run again it completes',
    async (fault, code, first) => {
      const scene = await makeScene();
      appendFileSync(scene.log, lineAt('new', 1, 2));
      await run(scene.store, scene.log);
      const before = dumpStore(scene.store);
      const sums = usageIn(scene);
      const whole = copyScene(scene);
      const counting = failAt(Infinity, 'before');
      prune(whole, { content }, counting.files);
      const after = dumpStore(whole.store);
      const { operations } = counting;
      expect(operations.length).toBeGreaterThan(40);
      for (let at = first; at < operations.length; at += fault === 'torn' ? 1 : STEP) {
        if (fault === 'torn' && operations[at] !== 'write') continue;
        const copy = copyScene(scene);
        const faulty = failAt(at, fault, code);
        expect(() => prune(copy, { content }, faulty.files), `operation ${at}`).toThrow(
          /operation|dead|ENOSPC|EIO/,
        );
        expect(usageIn(copy), `left by operation ${at} ${operations[at]}`).toEqual(sums);
        expect([before, after], `left by operation ${at} ${operations[at]}`).toContainEqual(
          dumpStore(copy.store),
        );
        expect(await isSound(copy), `left by operation ${at} ${operations[at]}`).toEqual([]);
        prune(copy, { content });
        expect(dumpStore(copy.store), `finished after operation ${at} ${operations[at]}`).toEqual(after);
        const stems = (one: Scene): string[] => filesIn(one).map((name) => name.replace(/~\d+/, '~'));
        expect(stems(copy), `finished after operation ${at} ${operations[at]}`).toEqual(stems(whole));
      }
    },
  );
});
