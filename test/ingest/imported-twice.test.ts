import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  importSessions,
  type ImportOptions,
  type ImportResult,
} from '../../src/maintenance/import/import-sessions.ts';
import type { ParseOptions } from '../../src/ingest/options.ts';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import type { ParseResult } from '../../src/ingest/tally.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { isImported } from '../../src/model/log-position.ts';
import { commit } from '../../src/store/commit.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { readState } from '../../src/store/state.ts';
import { openStore } from '../../src/store/store.ts';
import { StoredIndex } from '../../src/store/index/stored-index.ts';
import { fc } from '../fast-check.ts';
import { contentOf } from '../platform/make.ts';
import { aiLine, dumpStore, failAt, makeFolder, otherLine, run } from './make.ts';
import { pythonFiles, writeOriginals } from './original.ts';

interface Scene {
  folder: string;
  log: string;
  store: string;
  from: string;
}

function makeScene(logLines: readonly string[], pythonLines: readonly string[], now?: string): Scene {
  const folder = makeFolder();
  const from = writeOriginals(folder, pythonFiles(pythonLines, now));
  const log = join(folder, 'access.log');
  writeFileSync(log, logLines.join(''));
  return { folder, log, from, store: join(folder, 'store') };
}

const NOW = Date.UTC(2026, 1, 6);

const take = (
  { from, store: dir }: Scene,
  options: Partial<ImportOptions> = {},
  files: Files = nodeFiles,
): Promise<ImportResult> =>
  importSessions(files, {
    from,
    dir,
    force: false,
    isDryRun: false,
    toUtc: (ms) => ms,
    now: NOW,
    ...options,
  });

const parse = (
  { store, log }: Scene,
  options: Partial<ParseOptions> = {},
  files: Files = nodeFiles,
): Promise<ParseResult> => run(store, log, options, files);

const pruneAll = ({ store: dir }: Scene): unknown =>
  pruneStore(nodeFiles, { dir, before: NOW, content: false, isDryRun: false, now: NOW });

const fileOf = ({ store }: Scene, id: string): string => readSnapshot(store).sessions.get(id)?.file ?? '';

/** Rounds and input tokens of each session. */
function sums(dir: string): Record<string, [rounds: number, input: number]> {
  return Object.fromEntries(
    [...readSnapshot(dir).sessions.values()]
      .map(({ id, usage }): [string, [number, number]] => [
        id,
        [
          usage.reduce((sum, { rounds }) => sum + rounds, 0),
          usage.reduce((sum, { input }) => sum + input, 0),
        ],
      ])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function flagsIn(dir: string, file: string): (string[] | undefined)[] {
  const { rounds } = JSON.parse(readFileSync(join(dir, file), 'utf8')) as { rounds: { flags?: string[] }[] };
  return rounds.map(({ flags }) => flags);
}

const outcomes = ({ files }: ImportResult): unknown[] =>
  files.map(({ outcome, rounds, parsed, doubtful }) => [outcome, rounds, parsed, doubtful]);

const conversation = (id: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => aiLine(id, n));

/** Two conversations, in turns, and a line that is no call. */
const LINES = [0, 1, 2, 3].flatMap((n) => [aiLine('a', n), otherLine(n), aiLine('b', n)]);
const WHOLE = { a: [4, 406], b: [4, 406] };

/** One of strangers: the same question, the same answer, the same counts. */
const ping = (minute: number): string =>
  aiLine('default', 0).replace('2026-02-01T00:00:00.000Z', `2026-02-01T00:${minute}:00.000Z`);

describe('a log that was imported is parsed', () => {
  test.each(['fast', 'slow'] as const)('no round counts twice (%s path)', async (linePath) => {
    const scene = makeScene(LINES, LINES);
    expect(outcomes(await take(scene))).toEqual([
      ['imported', 4, 0, 0],
      ['imported', 4, 0, 0],
    ]);
    const result = await parse(scene, { linePath });
    expect(result).toMatchObject({ rounds: 0, sessions: 0, importedBefore: 8, otherLines: 4, warnings: [] });
    expect(sums(scene.store)).toEqual(WHOLE);
    expect(await parse(scene, { linePath })).toMatchObject({ rounds: 0, importedBefore: 0 });
    expect(sums(scene.store)).toEqual(WHOLE);
  });

  test('what the original did not see is stored, with its own request', async () => {
    const scene = makeScene(LINES.slice(3), LINES.slice(0, 6));
    await take(scene);
    expect(await parse(scene)).toMatchObject({ rounds: 4, importedBefore: 2, otherLines: 3, warnings: [] });
    expect(sums(scene.store)).toEqual(WHOLE);
    const [a] = dumpStore(scene.store) as { texts: [number, unknown, string, unknown[]][] }[];
    expect(a?.texts.map(([round, , request, messages]) => [round, request, messages.length])).toEqual([
      [1, undefined, 1],
      [2, undefined, 3],
      [3, 'a-2', 5],
      [4, 'a-3', 7],
    ]);
  });

  test('in small batches and several runs: what was met is remembered', async () => {
    const scene = makeScene(LINES.slice(0, 5), LINES);
    await take(scene);
    expect(await parse(scene, { batchSize: 1 })).toMatchObject({ rounds: 0, importedBefore: 3 });
    const imported = [...readSnapshot(scene.store).closed.values()]
      .filter(isImported)
      .map((log) => log.imported);
    expect(imported).toMatchObject([
      { session: 'a', left: 2, met: [[0, 2]], last: 1 },
      { session: 'b', left: 3, met: [[0, 1]], last: 0 },
    ]);
    writeFileSync(scene.log, [...LINES, aiLine('a', 4)].join(''));
    expect(await parse(scene, { batchSize: 1 })).toMatchObject({ rounds: 1, importedBefore: 5 });
    expect(sums(scene.store)).toEqual({ a: [5, 510], b: [4, 406] });
    const after = [...readSnapshot(scene.store).closed.values()]
      .filter(isImported)
      .map((log) => log.imported);
    expect(after).toMatchObject([{ left: 0 }, { left: 0 }]);
  });

  test('another question, answer, model or count is another round', async () => {
    for (const other of [
      { question: 'else' },
      { answer: 'else' },
      { model: 'gpt-4o-mini' },
      { input_token: 99 },
      { output_token: 11 },
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'user', content: 'y' },
        ],
      },
    ]) {
      const scene = makeScene([aiLine('a', 0, other)], [aiLine('a', 0)]);
      await take(scene);
      expect(await parse(scene), JSON.stringify(other)).toMatchObject({ rounds: 1, importedBefore: 0 });
      expect(sums(scene.store)['a']?.[0]).toBe(2);
    }
  });

  test('the same text in another spelling, and counts that providers mean otherwise, are the same', async () => {
    const claude = { model: 'claude-sonnet-4-5', input_token: 3, cached_tokens: 5000, total_token: 5013 };
    const line = aiLine('a', 0, { question: 'Zürich "1"', ...claude }).replaceAll('ü', '\\\\u00fc');
    const scene = makeScene([line], [line]);
    await take(scene);
    expect(await parse(scene)).toMatchObject({ rounds: 0, importedBefore: 1 });
  });

  test('a session like it, and the same words long after, are other rounds', async () => {
    const late = (day: number): string => aiLine('a', 0).replace('2026-02-01T00', `2026-02-0${day}T00`);
    const scene = makeScene([late(4), aiLine('c', 0)], [aiLine('a', 0)]);
    await take(scene);
    expect(await parse(scene)).toMatchObject({ rounds: 2, importedBefore: 0 });
    const soon = makeScene([late(2)], [aiLine('a', 0)]);
    await take(soon);
    expect(await parse(soon)).toMatchObject({ rounds: 0, importedBefore: 1 });
  });

  test('after a round was met, the same line is the same round, and another request another one', async () => {
    const same = aiLine('a', 0);
    const other = same.replace('"request_id":"a-0"', '"request_id":"other"');
    const scene = makeScene([same, aiLine('a', 1), same, other], conversation('a', 2));
    await take(scene);
    expect(await parse(scene)).toMatchObject({
      rounds: 1,
      importedBefore: 2,
      knownRounds: 1,
      warnings: [],
    });
  });

  test('equal rounds are told apart by what stands before them', async () => {
    const lines = [aiLine('default', 7), ping(10), ping(11), aiLine('default', 8)];
    const scene = makeScene([...lines, ping(12)], lines);
    await take(scene);
    expect(await parse(scene)).toMatchObject({ rounds: 1, importedBefore: 4, warnings: [] });
    // Also where a run ends between them.
    const cut = makeScene(lines.slice(0, 2), lines);
    await take(cut);
    expect(await parse(cut)).toMatchObject({ rounds: 0, importedBefore: 2 });
    writeFileSync(cut.log, [...lines, ping(12)].join(''));
    expect(await parse(cut)).toMatchObject({ rounds: 1, importedBefore: 2, warnings: [] });
  });

  test('equal rounds with nothing before them are stored, flagged and said', async () => {
    const scene = makeScene([ping(10), ping(11)], [ping(10), ping(11), ping(12)]);
    await take(scene);
    expect(await parse(scene)).toMatchObject({
      rounds: 2,
      importedBefore: 0,
      warnings: [
        {
          path: join(scene.store, 'default.json'),
          message:
            '2 rounds of the log may have been imported before (the same model and token counts, but more than once ' +
            'or without a text, or the imported rounds were pruned): stored with the flag maybe-imported; what was imported too counts twice',
        },
      ],
    });
    expect(flagsIn(scene.store, 'default.json')).toEqual([
      ['imported'],
      ['imported'],
      ['imported'],
      ['maybe-imported'],
      ['maybe-imported'],
    ]);
  });
});

describe('a line that was recognised as an imported round comes again', () => {
  const globOf = ({ folder }: Scene): string => join(folder, '*.log');
  const parseAll = (scene: Scene, options: Partial<ParseOptions> = {}): Promise<ParseResult> =>
    run(scene.store, globOf(scene), options);

  test.each([1, 1e9])('in a part of the log, met by the same run (batches of %i)', async (batchSize) => {
    const scene = makeScene(LINES, LINES);
    writeFileSync(join(scene.folder, 'part.log'), LINES.slice(3, 9).join(''));
    await take(scene);
    expect(await parseAll(scene, { batchSize })).toMatchObject({
      rounds: 0,
      importedBefore: 8,
      knownRounds: 4,
      warnings: [],
    });
    expect(sums(scene.store)).toEqual(WHOLE);
  });

  test('in a copy that a later run meets, which goes on', async () => {
    const scene = makeScene(LINES, LINES);
    await take(scene);
    await parseAll(scene);
    writeFileSync(join(scene.folder, 'copy.log'), [...LINES.slice(1), aiLine('a', 4)].join(''));
    expect(await parseAll(scene)).toMatchObject({
      rounds: 1,
      importedBefore: 0,
      knownRounds: 7,
      warnings: [],
    });
    expect(sums(scene.store)).toEqual({ a: [5, 510], b: [4, 406] });
  });

  test('in a copy, before the rest of the log: the rest is still recognised as imported', async () => {
    const scene = makeScene(LINES.slice(0, 5), LINES);
    await take(scene);
    expect(await parseAll(scene)).toMatchObject({ importedBefore: 3 });
    writeFileSync(join(scene.folder, 'copy.log'), [otherLine(9), ...LINES].join(''));
    expect(await parseAll(scene)).toMatchObject({
      rounds: 0,
      importedBefore: 5,
      knownRounds: 3,
      warnings: [],
    });
    expect(sums(scene.store)).toEqual(WHOLE);
    const a = [...readSnapshot(scene.store).closed.values()].find(isImported);
    const lines = a?.imported.lines?.map(([log, from, digests]) => [log, from, digests.length]);
    // The first two rounds from the log, the other two from its copy; 12 characters for each.
    expect(lines).toEqual([
      [3, 0, 24],
      [4, 2, 24],
    ]);
  });

  test('in a copy, where the file was imported again after it had grown', async () => {
    const scene = makeScene(LINES.slice(0, 6), LINES.slice(0, 6));
    await take(scene);
    await parseAll(scene);
    writeOriginals(scene.folder, pythonFiles(LINES));
    expect(outcomes(await take(scene, { force: true }))).toEqual([
      ['imported', 2, 0, 0],
      ['imported', 2, 0, 0],
    ]);
    writeFileSync(join(scene.folder, 'copy.log'), [otherLine(9), ...LINES].join(''));
    expect(await parseAll(scene)).toMatchObject({
      rounds: 0,
      importedBefore: 4,
      knownRounds: 4,
      warnings: [],
    });
    writeFileSync(join(scene.folder, 'other.log'), [otherLine(8), ...LINES.slice(3)].join(''));
    expect(await parseAll(scene)).toMatchObject({
      rounds: 0,
      importedBefore: 0,
      knownRounds: 6,
      warnings: [],
    });
    expect(sums(scene.store)).toEqual(WHOLE);
  });

  test('in a copy, where files of a log that had been parsed were imported', async () => {
    const scene = makeScene(LINES.slice(3), LINES);
    await parseAll(scene);
    await take(scene, { force: true });
    writeFileSync(join(scene.folder, 'copy.log'), LINES.join(''));
    expect(await parseAll(scene)).toMatchObject({
      rounds: 0,
      importedBefore: 2,
      knownRounds: 6,
      warnings: [],
    });
    writeFileSync(join(scene.folder, 'other.log'), [otherLine(8), ...LINES].join(''));
    expect(await parseAll(scene)).toMatchObject({
      rounds: 0,
      importedBefore: 0,
      knownRounds: 8,
      warnings: [],
    });
    expect(sums(scene.store)).toEqual(WHOLE);
  });

  test('without a request id: as often as the log that has the most of them', async () => {
    const bare = (line: string): string => line.replace(/"request_id":"[^"]*",/, '');
    const lines = conversation('a', 3).map(bare);
    const scene = makeScene(lines, lines);
    await take(scene);
    await parseAll(scene);
    writeFileSync(join(scene.folder, 'other.log'), [lines[2], lines[1], lines[1]].join(''));
    expect(await parseAll(scene)).toMatchObject({ rounds: 1, importedBefore: 0, knownRounds: 2 });
    expect(sums(scene.store)).toEqual({ a: [4, 404] });
  });

  test('after the session was pruned', async () => {
    const scene = makeScene(LINES, LINES);
    await take(scene);
    await parseAll(scene);
    pruneAll(scene);
    writeFileSync(join(scene.folder, 'copy.log'), LINES.slice(2).join(''));
    expect(await parseAll(scene)).toMatchObject({ rounds: 0, knownRounds: 7, warnings: [] });
  });

  test.each(['before', 'torn', 'after'] as const)('when a run is killed %s an operation', async (fault) => {
    const scene = makeScene(LINES.slice(0, 6), LINES);
    await take(scene);
    await parseAll(scene);
    writeFileSync(join(scene.folder, 'copy.log'), LINES.slice(3).join(''));
    const files = failAt(Infinity, fault);
    const copyOf = (): Scene => {
      const folder = makeFolder();
      cpSync(scene.folder, folder, { recursive: true, preserveTimestamps: true });
      return { ...scene, folder, store: join(folder, 'store') };
    };
    const whole = copyOf();
    expect(await run(whole.store, globOf(whole), { batchSize: 1 }, files.files)).toMatchObject({
      rounds: 0,
      importedBefore: 4,
      knownRounds: 2,
    });
    for (let at = 1; at < files.operations.length; at += 5) {
      const copy = copyOf();
      const killed = failAt(at, fault).files;
      await run(copy.store, globOf(copy), { batchSize: 1 }, killed).catch(() => undefined);
      await parseAll(copy);
      expect(sums(copy.store), `operation ${at}`).toEqual(WHOLE);
    }
  });
});

describe('an imported round of which too little is known', () => {
  test('pruned before a log brought it: the line is stored, flagged and said', async () => {
    const scene = makeScene(conversation('a', 2), conversation('a', 2));
    await take(scene);
    pruneAll(scene);
    expect(await parse(scene)).toMatchObject({
      rounds: 2,
      importedBefore: 0,
      warnings: [{ path: join(scene.store, fileOf(scene, 'a')) }],
    });
    expect(flagsIn(scene.store, fileOf(scene, 'a'))).toEqual([['maybe-imported'], ['maybe-imported']]);
    // A second run knows that as well.
    writeFileSync(join(scene.folder, 'access.log'), [...conversation('a', 2), aiLine('a', 2)].join(''));
    expect(await parse(scene)).toMatchObject({ rounds: 1, warnings: [{}] });
    // What came long after the import is new.
    const later = aiLine('a', 3).replace('2026-02-01', '2026-02-04');
    writeFileSync(join(scene.folder, 'access.log'), [...conversation('a', 3), later].join(''));
    expect(await parse(scene)).toMatchObject({ rounds: 1, warnings: [] });
  });

  test('read from a line without a time or an id: a second such line is stored, flagged and said', async () => {
    const bare = conversation('a', 2).map((line) =>
      line.replaceAll(/"(request_id|start_time)":"[^"]*",/g, ''),
    );
    const scene = makeScene(bare, bare);
    writeFileSync(join(scene.folder, 'copy.log'), [otherLine(9), ...bare].join(''));
    await take(scene);
    expect(await run(scene.store, join(scene.folder, '*.log'))).toMatchObject({
      rounds: 2,
      importedBefore: 2,
      warnings: [{ path: join(scene.store, 'a.json') }],
    });
    expect(flagsIn(scene.store, 'a.json').slice(2)).toEqual([
      ['time-missing', 'maybe-imported'],
      ['time-missing', 'maybe-imported'],
    ]);
  });

  test('read from a log by an older build, which kept nothing of the line', async () => {
    const scene = makeScene(conversation('a', 2), conversation('a', 3));
    await take(scene);
    await parse(scene);
    const store = openStore(nodeFiles, scene.store);
    const state = readState(nodeFiles, store.statePath, store.id);
    const index = new StoredIndex(nodeFiles, store.dir, state);
    const closed = [...index.closed.values()].filter(isImported).map((log) => {
      const { lines, ...imported } = log.imported;
      expect(lines).toHaveLength(1);
      return { ...log, imported };
    });
    const nothing = { sessions: [], prices: [], rejected: [], logs: state.logs, nextLog: state.next_log };
    commit(nodeFiles, store, state, index, { ...nothing, closed });
    index.close();
    writeFileSync(join(scene.folder, 'copy.log'), [otherLine(9), ...conversation('a', 3)].join(''));
    expect(await run(scene.store, join(scene.folder, '*.log'))).toMatchObject({
      rounds: 2,
      importedBefore: 1,
      knownRounds: 0,
      warnings: [{ path: join(scene.store, 'a.json') }],
    });
    expect(flagsIn(scene.store, 'a.json').slice(3)).toEqual([['maybe-imported'], ['maybe-imported']]);
  });
});

describe('where no text is kept', () => {
  const filters = { no_content: true };

  async function makeNumbers(logLines: string[], pythonLines: string[]): Promise<Scene> {
    const scene = makeScene([otherLine(0)], pythonLines);
    await parse(scene, { filters });
    writeFileSync(scene.log, [otherLine(0), ...logLines].join(''));
    await take(scene);
    return scene;
  }

  test("a conversation's rounds are known by their counts, in their order", async () => {
    const scene = await makeNumbers(LINES, LINES);
    expect(await parse(scene)).toMatchObject({ rounds: 0, importedBefore: 8, warnings: [] });
    expect(sums(scene.store)).toEqual(WHOLE);
  });

  test('strangers are not, nor what comes against the order', async () => {
    const strangers = await makeNumbers([ping(1)], [ping(1)]);
    expect(await parse(strangers)).toMatchObject({ rounds: 1, importedBefore: 0, warnings: [{}] });
    const turned = await makeNumbers([aiLine('a', 1), aiLine('a', 0)], conversation('a', 2));
    expect(await parse(turned)).toMatchObject({ rounds: 1, importedBefore: 1, warnings: [{}] });
  });
});

test('where secrets are taken out, what is left is compared', async () => {
  const lines = conversation('a', 3);
  const scene = makeScene([otherLine(0)], lines);
  await parse(scene, { filters: { redact_patterns: [{ name: 'm', pattern: 'message' }] } });
  writeFileSync(scene.log, [otherLine(0), ...lines, aiLine('a', 3)].join(''));
  await take(scene);
  expect(await parse(scene)).toMatchObject({ rounds: 1, importedBefore: 3, warnings: [] });
});

describe('files of a log that was parsed are imported', () => {
  test('no round is taken again, with or without --force', async () => {
    const scene = makeScene(LINES, LINES);
    await parse(scene);
    const before = contentOf(scene.store);
    for (const options of [{}, { force: true }, { isDryRun: true, force: true }]) {
      expect(outcomes(await take(scene, options))).toEqual([
        ['parsed', 0, 4, 0],
        ['parsed', 0, 4, 0],
      ]);
      expect(contentOf(scene.store)).toEqual(before);
    }
  });

  test('--force takes what the log did not have any more', async () => {
    const scene = makeScene(LINES.slice(3), LINES.slice(0, 9));
    await parse(scene);
    expect(outcomes(await take(scene))).toEqual([
      ['exists', 0, 2, 0],
      ['exists', 0, 2, 0],
    ]);
    expect(outcomes(await take(scene, { force: true, isDryRun: true }))).toEqual([
      ['imported', 1, 2, 0],
      ['imported', 1, 2, 0],
    ]);
    expect(outcomes(await take(scene, { force: true }))).toEqual([
      ['imported', 1, 2, 0],
      ['imported', 1, 2, 0],
    ]);
    expect(sums(scene.store)).toEqual(WHOLE);
    writeFileSync(scene.log, [...LINES.slice(3), ...LINES.slice(0, 3)].join(''));
    expect(await parse(scene)).toMatchObject({ rounds: 0, importedBefore: 2 });
    expect(sums(scene.store)).toEqual(WHOLE);
  });

  test('a file that cannot be told from the log is left out, whole', async () => {
    const scene = makeScene([ping(10), ping(11)], [ping(10), ping(11), ping(12), aiLine('default', 5)]);
    await parse(scene);
    expect(outcomes(await take(scene))).toEqual([['exists', 0, 0, 3]]);
    expect(outcomes(await take(scene, { force: true }))).toEqual([['doubtful', 0, 0, 3]]);
    expect(sums(scene.store)).toEqual({ default: [2, 200] });
  });

  test('lines that the original read twice are not taken for others', async () => {
    const scene = makeScene(conversation('a', 2), [...conversation('a', 2), ...conversation('a', 2)]);
    await parse(scene);
    expect(outcomes(await take(scene, { force: true }))).toEqual([['doubtful', 0, 2, 2]]);
    expect(sums(scene.store)).toEqual({ a: [2, 201] });
  });

  test('a file that has grown since: what was parsed meanwhile is left out', async () => {
    const scene = makeScene([], LINES.slice(0, 6));
    await take(scene);
    writeFileSync(scene.log, LINES.slice(0, 9).join(''));
    await parse(scene);
    writeOriginals(scene.folder, pythonFiles(LINES));
    expect(outcomes(await take(scene, { force: true }))).toEqual([
      ['imported', 1, 1, 0],
      ['imported', 1, 1, 0],
    ]);
    expect(sums(scene.store)).toEqual(WHOLE);
  });
});

describe('what was met is kept', () => {
  test('in a store of an older build, which counted no imports', async () => {
    const scene = makeScene(LINES.slice(0, 6), LINES);
    await take(scene);
    const store = openStore(nodeFiles, scene.store);
    const state = readState(nodeFiles, store.statePath, store.id);
    const index = new StoredIndex(nodeFiles, store.dir, state);
    const closed = [...index.closed.values()].filter(isImported).map((log) => {
      const { digest, session, rounds } = log.imported;
      return { ...log, imported: { digest, session, rounds } };
    });
    const nothing = { sessions: [], prices: [], rejected: [], logs: state.logs, nextLog: state.next_log };
    const {
      imported: _,
      coverage: _coverage,
      ...older
    } = commit(nodeFiles, store, state, index, { ...nothing, closed });
    index.close();
    writeFileSync(store.statePath, JSON.stringify({ ...older, format: 3 }));
    expect(await parse(scene)).toMatchObject({ rounds: 0, importedBefore: 4 });
    expect(sums(scene.store)).toEqual(WHOLE);
    expect(readSnapshot(scene.store).state.imported).toBe(2);
    expect(
      [...readSnapshot(scene.store).closed.values()].filter(isImported).map((log) => log.imported),
    ).toMatchObject([
      { left: 2, until: Date.parse('2026-02-01T12:00:09.000Z') },
      { left: 2, until: Date.parse('2026-02-01T12:00:11.000Z') },
    ]);
  });

  test.each(['.state.json', '.index-1.jsonl'])('where repair makes %s anew', async (name) => {
    const scene = makeScene(LINES.slice(0, 6), LINES);
    await take(scene);
    await parse(scene);
    rmSync(join(scene.store, name));
    await repairStore(nodeFiles, scene.store, true);
    writeFileSync(scene.log, [...LINES, aiLine('a', 4)].join(''));
    await parse(scene);
    expect(sums(scene.store)).toEqual({ a: [5, 510], b: [4, 406] });
  });

  test('an import into a new store leaves no time up to which lines would be looked up', async () => {
    const scene = makeScene(LINES, LINES);
    await take(scene, { batchSize: 1 });
    expect(readSnapshot(scene.store).state).toMatchObject({ commit: 2, closed_until: null });
  });

  test('a store into which nothing was imported says so', async () => {
    const scene = makeScene(LINES, []);
    await parse(scene);
    expect(readSnapshot(scene.store).state.imported).toBe(0);
    expect((await parse(scene)).importedBefore).toBe(0);
  });

  test.each([
    ['before', undefined],
    ['torn', undefined],
    ['after', undefined],
    ['before', 'ENOSPC'],
  ] as const)('when a run is killed %s an operation (%s)', async (fault, code) => {
    const lines = [aiLine('default', 7), ping(10), ping(11), ...LINES, ping(12), aiLine('a', 4)];
    const scene = makeScene(lines, lines.slice(0, 8));
    await take(scene);
    const copyOf = (): Scene => {
      const folder = makeFolder();
      cpSync(scene.folder, folder, { recursive: true, preserveTimestamps: true });
      return { ...scene, folder, log: join(folder, 'access.log'), store: join(folder, 'store') };
    };
    const options = { batchSize: 1 };
    const whole = copyOf();
    const counting = failAt(Infinity, 'before');
    expect(await parse(whole, options, counting.files)).toMatchObject({ importedBefore: 6, warnings: [] });
    const { operations } = counting;
    for (let at = 1; at < operations.length; at += fault === 'torn' ? 1 : 7) {
      if (fault === 'torn' && operations[at] !== 'write') continue;
      const copy = copyOf();
      await parse(copy, options, failAt(at, fault, code).files).catch(() => undefined);
      await parse(copy, options);
      expect(dumpStore(copy.store), `operation ${at}`).toEqual(dumpStore(whole.store));
    }
  });
});

test('any stretch of a log that the original read, and any that is there still: each round once, or said', async () => {
  const call = fc.record({
    session: fc.constantFrom('a', 'b', 'default'),
    n: fc.nat(3),
    model: fc.constantFrom('gpt-4o', 'qwen-max'),
  });
  let certain = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 12 }),
      fc.nat(12),
      fc.nat(12),
      fc.boolean(),
      async (calls, read, gone, isForced) => {
        const all = calls.map(({ session, n, model }, i) => aiLine(session, n, { model, chat_id: `c${i}` }));
        const there = all.slice(Math.min(gone, read));
        const python = all.slice(0, read);
        if (python.length === 0 || there.length === 0) return;
        const scene = makeScene(there, python);
        let said: boolean;
        if (isForced) {
          await parse(scene);
          const { files } = await take(scene, { force: true });
          said = files.some(({ doubtful }) => doubtful > 0);
        } else {
          await take(scene);
          const { warnings, rounds, importedBefore } = await parse(scene);
          expect(rounds + importedBefore).toBe(there.length);
          said = warnings.length > 0;
        }
        const counts: Record<string, number> = {};
        for (const { session } of calls) counts[session] = (counts[session] ?? 0) + 1;
        const stored = Object.fromEntries(
          Object.entries(sums(scene.store)).map(([id, [rounds]]) => [id, rounds]),
        );
        const isEqualOnly = new Set(calls.map((one) => JSON.stringify(one))).size < calls.length;
        if (said) expect(isEqualOnly).toBe(true);
        else if (!isEqualOnly) {
          certain++;
          expect(stored).toEqual(counts);
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(certain).toBeGreaterThan(5);
});
