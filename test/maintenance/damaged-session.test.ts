import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ParseOptions } from '../../src/ingest/options.ts';
import { parseWaiting } from '../../src/ingest/waiting-round.ts';
import { repairStore, type RepairResult } from '../../src/maintenance/repair/repair.ts';
import { mergeCells } from '../../src/model/usage-cells.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { readSnapshot } from '../../src/store/read.ts';
import {
  aiLine,
  changeBit,
  dumpStore,
  failAt,
  makeFolder,
  otherLine,
  run,
  type Fault,
} from '../ingest/make.ts';

// One session's file is damaged: the other sessions go on, its lines are counted and wait, and a repair puts them in place.

let folder: string;
let log: string;
let store: string;

beforeEach(() => {
  folder = makeFolder();
  log = join(folder, 'access.log');
  store = join(folder, 'store');
});

const sessionFile = (): string => join(store, 'a.json');
const waitingFile = (dir = store): string => join(dir, '.waiting.jsonl');
const lines = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, i) => aiLine('a', from + i) + otherLine(i) + aiLine('b', from + i),
  ).join('');
const repair = (apply = true, dir = store): Promise<RepairResult> => repairStore(nodeFiles, dir, apply);

/** Every sum that a report can show, without reading a session's file. */
function sumsOf(dir: string): unknown {
  const { sessions } = readSnapshot(dir);
  return [...sessions.values()]
    .map(({ id, rounds, created, updated, model, title, errors, usage }) => [
      id,
      rounds,
      created,
      updated,
      model,
      title,
      errors,
      mergeCells(usage).map((cell) => Object.values(cell).map(String)),
    ])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** The store of the same log if nothing had been damaged. */
async function soundStore(options: Partial<ParseOptions> = {}): Promise<string> {
  const sound = join(makeFolder(), 'sound');
  await run(sound, log, options);
  return sound;
}

const DAMAGES: [what: string, damage: () => void, problem: RegExp][] = [
  ['missing', () => rmSync(sessionFile()), /^is missing$/],
  ['empty', () => truncateSync(sessionFile(), 0), /^is truncated: \d+ bytes of rounds were committed$/],
  ['cut', () => truncateSync(sessionFile(), 900), /^is truncated: \d+ bytes of rounds were committed$/],
  [
    'changed in its last round',
    () => changeBit(sessionFile(), readFileSync(sessionFile()).lastIndexOf('"answer"')),
    /^is not the file that was committed$/,
  ],
  [
    "another session's",
    () => copyFileSync(join(store, 'b.json'), sessionFile()),
    /^is not the file that was committed$/,
  ],
  [
    'a folder',
    () => {
      rmSync(sessionFile());
      mkdirSync(sessionFile());
    },
    /^cannot be opened to write it: .* a folder/,
  ],
];

describe.each(DAMAGES)('a session file that is %s', (what, damage, problem) => {
  test('the run goes on, every sum is right, and repair puts the rounds in place', async () => {
    writeFileSync(log, lines(0, 3));
    await run(store, log);
    damage();
    appendFileSync(log, lines(3, 5) + aiLine('c', 0));
    const second = await run(store, log);
    expect(second).toMatchObject({ rounds: 5, sessions: 3, otherLines: 2, rejectedLines: 0 });
    const [warning] = second.warnings;
    expect(second.warnings).toHaveLength(1);
    expect(warning?.path).toBe(sessionFile());
    const [, said = ''] =
      /^the file of the session 'a' (.*)\. 2 new rounds of it: counted, /.exec(warning?.message ?? '') ?? [];
    expect(said).toMatch(problem);
    expect(warning?.message).toContain(`monitor repair --apply --data-dir ${store}`);
    // It is still damaged for the next run.
    appendFileSync(log, aiLine('a', 5) + aiLine('c', 1));
    expect(await run(store, log)).toMatchObject({ rounds: 2, warnings: [{ path: sessionFile() }] });
    const sound = await soundStore();
    expect(sumsOf(store)).toEqual(sumsOf(sound));

    if (what === 'a folder') rmSync(sessionFile(), { recursive: true });
    expect(await repair()).toMatchObject({ isApplied: true, lostRounds: 0, rounds: 13 });
    expect(dumpStore(store)).toEqual(dumpStore(sound));
    expect(existsSync(waitingFile())).toBe(false);
    appendFileSync(log, aiLine('a', 6));
    expect(await run(store, log)).toMatchObject({ rounds: 1, warnings: [] });
    expect(await repair(false)).toMatchObject({ problems: [] });
  });

  test('the rounds that waited are there even if every log is gone', async () => {
    writeFileSync(log, lines(0, 3));
    await run(store, log);
    damage();
    appendFileSync(log, lines(3, 5));
    await run(store, log);
    const sound = dumpStore(await soundStore()) as { id: string; texts: unknown[][] }[];
    rmSync(log);
    if (what === 'a folder') rmSync(sessionFile(), { recursive: true });
    const { lostRounds, recoveredRounds } = await repair();
    expect(recoveredRounds).toBe(2);
    const left = dumpStore(store) as typeof sound;
    const textsOf = (dump: typeof sound): unknown[][] =>
      (dump.find(({ id }) => id === 'a')?.texts ?? []).map((text) => text.slice(1));
    expect(textsOf(left).slice(-2)).toEqual(textsOf(sound).slice(-2));
    expect(textsOf(left)).toHaveLength(5 - lostRounds);
    // What no log and no waiting line has is set aside with what was waiting.
    expect(existsSync(join(store, '.damaged-waiting.jsonl'))).toBe(lostRounds > 0);
    expect(await repair(false)).toMatchObject({ problems: [] });
  });
});

async function makeDamaged(): Promise<void> {
  writeFileSync(log, lines(0, 3));
  await run(store, log);
  truncateSync(sessionFile(), readFileSync(sessionFile()).indexOf('{"round":3') + 100);
  appendFileSync(log, lines(3, 5) + aiLine('c', 0));
}

const KILLS: [Fault, string?][] = [['before'], ['torn'], ['after'], ['before', 'ENOSPC'], ['before', 'EIO']];

/** Every operation is tried in one of the ways, and each write also torn. */
function share(operations: readonly string[], fault: Fault, code: string | undefined): number[] {
  const way = KILLS.findIndex(([one, other]) => one === fault && other === code);
  const isOwn = (at: number): boolean => at % KILLS.length === way || (way === 0 && at % KILLS.length === 1);
  return [...operations.keys()].filter((at) => (fault === 'torn' ? operations[at] === 'write' : isOwn(at)));
}

describe('exactly once', () => {
  test.each(KILLS)(
    'a run that fails %s an operation (%s): the next one and a repair complete it',
    async (fault, code) => {
      await makeDamaged();
      const whole = dumpStore(await soundStore());
      const copyTo = (): string => {
        const copy = join(makeFolder(), 'store');
        cpSync(store, copy, { recursive: true });
        return copy;
      };
      const counting = failAt(Infinity, 'before');
      await run(copyTo(), log, {}, counting.files);
      for (const at of share(counting.operations, fault, code)) {
        const copy = copyTo();
        await run(copy, log, {}, failAt(at, fault, code).files).catch(() => undefined);
        await run(copy, log);
        await repair(true, copy);
        expect(dumpStore(copy), `after operation ${at} ${counting.operations[at]}`).toEqual(whole);
      }
    },
  );

  test.each(KILLS)('a repair that fails %s an operation (%s), from what waits alone', async (fault, code) => {
    await makeDamaged();
    await run(store, log);
    renameSync(log, join(folder, 'kept'));
    await repair(false);
    const copyTo = (): string => {
      const copy = join(makeFolder(), 'store');
      cpSync(store, copy, { recursive: true });
      return copy;
    };
    const first = copyTo();
    const counting = failAt(Infinity, 'before');
    await repairStore(counting.files, first, true);
    const whole = dumpStore(first);
    expect(JSON.stringify(whole)).toContain('a-4');
    for (const at of share(counting.operations, fault, code)) {
      const copy = copyTo();
      await repairStore(failAt(at, fault, code).files, copy, true).catch(() => undefined);
      await repair(true, copy);
      expect(dumpStore(copy), `after operation ${at} ${counting.operations[at]}`).toEqual(whole);
    }
  });

  test.each([true, false])('the index is lost as well, with the logs there: %s', async (hasLogs) => {
    await makeDamaged();
    await run(store, log);
    const sound = dumpStore(await soundStore()) as { id: string; rounds: number; texts: unknown[][] }[];
    for (const name of readdirSync(store)) if (name.startsWith('.index')) rmSync(join(store, name));
    if (!hasLogs) rmSync(log);
    await repair();
    const left = dumpStore(store) as typeof sound;
    if (hasLogs) expect(left).toEqual(sound);
    // Two rounds are whole in the file, and two waited; the third is in no file.
    else
      expect(left.map(({ id, rounds }) => [id, rounds])).toEqual([
        ['a', 4],
        ['b', 5],
        ['c', 1],
      ]);
    expect(await repair(false)).toMatchObject({ problems: [] });
  });

  test('a long run in many commits, and a draft that is dropped between them', async () => {
    await makeDamaged();
    appendFileSync(log, lines(5, 40));
    expect(await run(store, log, { batchSize: 1, heldWeight: 0 })).toMatchObject({ rounds: 75 });
    const sound = await soundStore();
    expect(sumsOf(store)).toEqual(sumsOf(sound));
    rmSync(log);
    await repair();
    const texts = JSON.stringify(dumpStore(store));
    for (let n = 3; n < 40; n++) expect(texts.split(`"a-${n}"`)).toHaveLength(2);
  });

  test('a file that is whole again after the damage still lacks what was counted meanwhile', async () => {
    writeFileSync(log, lines(0, 3));
    await run(store, log);
    renameSync(sessionFile(), join(folder, 'backup'));
    appendFileSync(log, lines(3, 4));
    await run(store, log);
    renameSync(join(folder, 'backup'), sessionFile());
    appendFileSync(log, lines(4, 5));
    expect((await run(store, log)).warnings[0]?.message).toContain('is truncated');
    const sound = dumpStore(await soundStore());
    rmSync(log);
    expect(await repair()).toMatchObject({ recoveredRounds: 2, lostRounds: 0 });
    expect((dumpStore(store) as { texts: unknown[] }[]).map(({ texts }) => texts)).toEqual(
      (sound as { texts: unknown[] }[]).map(({ texts }) => texts),
    );
  });

  test('a line that another log may have had is rejected: only the file could tell', async () => {
    writeFileSync(log, lines(0, 5));
    await run(store, log);
    truncateSync(sessionFile(), 900);
    // A part of the log, restored under another name of its series.
    writeFileSync(`${log}.1`, otherLine(77) + aiLine('a', 3) + aiLine('b', 3));
    const result = await run(store, log);
    expect(result).toMatchObject({ rounds: 0, rejectedLines: 1, knownRounds: 1 });
    const rejected = JSON.parse(readFileSync(join(store, '.rejected.jsonl'), 'utf8')) as { reason: string };
    expect(rejected.reason).toMatch(
      /^the file of its session is truncated: \d+ bytes of rounds were committed$/,
    );
    expect(readSnapshot(store).sessions.get('a')?.rounds).toBe(5);
  });
});

describe('what is kept while it waits', () => {
  const SECRET = `sk-proj-${'Ab3dEf6hIj9kLm2n'.repeat(3)}`;
  const secretLine = (n: number): string =>
    aiLine('a', n, { answer: `use ${SECRET}`, question: `is it ${SECRET}?` });

  test.each([
    ['redacted texts', { redact: ['secrets'] }, /\[redacted:/],
    ['no text', { no_content: true }, /"answer":null/],
  ])('%s, as in the store', async (_, filters, kept) => {
    writeFileSync(log, lines(0, 3));
    await run(store, log, { filters });
    rmSync(sessionFile());
    appendFileSync(log, secretLine(3));
    await run(store, log);
    const waiting = readFileSync(waitingFile(), 'utf8');
    expect(waiting).toMatch(kept);
    expect(waiting).not.toContain('Ab3dEf6');
    if ('no_content' in filters) expect(waiting).not.toContain('a message');
    const sound = dumpStore(await soundStore({ filters }));
    await repair();
    expect(dumpStore(store)).toEqual(sound);
  });

  test('a line that was changed in the file is passed over, whatever it says', async () => {
    await makeDamaged();
    await run(store, log);
    rmSync(log);
    const [first = '', second = ''] = readFileSync(waitingFile(), 'utf8').split('\n');
    const { round, ...rest } = JSON.parse(first) as { round: Record<string, unknown> };
    const changes = Object.keys(round).map((key) => ({
      ...rest,
      round: { ...round, [key]: { a: 1n.toString() } },
    }));
    for (const change of changes.filter(
      (one) =>
        !(
          'loggedUsage' in one.round &&
          typeof one.round['loggedUsage'] === 'object' &&
          JSON.stringify(one.round['loggedUsage']) === '{"a":"1"}'
        ),
    ))
      expect(parseWaiting(JSON.stringify(change)), JSON.stringify(change)).toBeUndefined();
    expect(parseWaiting(first)).toBeDefined();
    for (const bad of [
      '',
      '{}',
      '[]',
      'null',
      first.slice(0, -1),
      JSON.stringify({ ...rest, round, at: [1] }),
      JSON.stringify({ ...rest, round, mtime: null }),
    ])
      expect(parseWaiting(bad)).toBeUndefined();
    writeFileSync(
      waitingFile(),
      `{"at":[1,2]\n${first.replace('"model":"gpt-4o"', '"model":7')}\n${second}\n`,
    );
    expect(await repair()).toMatchObject({ recoveredRounds: 1 });
    expect(readFileSync(join(store, '.damaged-waiting.jsonl'), 'utf8')).toContain('"model":7');
  });
});

test('a file that this user may not write: the run goes on, and says whose it is', async () => {
  writeFileSync(log, lines(0, 3));
  await run(store, log);
  appendFileSync(log, lines(3, 4));
  const files: Files = {
    ...nodeFiles,
    open(path, how) {
      if (path === sessionFile() && how === 'write')
        throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path });
      return nodeFiles.open(path, how);
    },
  };
  const { rounds, warnings } = await run(store, log, {}, files);
  expect(rounds).toBe(2);
  expect(warnings[0]?.message).toMatch(/cannot be opened to write it: permission denied \(EACCES\)\. /);
  expect(await repair()).toMatchObject({ lostRounds: 0 });
  expect(dumpStore(store)).toEqual(dumpStore(await soundStore()));
});

test('an error that is not of one file still stops the run', async () => {
  writeFileSync(log, lines(0, 3));
  await run(store, log);
  appendFileSync(log, lines(3, 4));
  const files: Files = {
    ...nodeFiles,
    open(path, how) {
      if (path === sessionFile())
        throw Object.assign(new Error('EMFILE'), { code: 'EMFILE', syscall: 'open', path });
      return nodeFiles.open(path, how);
    },
  };
  await expect(run(store, log, {}, files)).rejects.toThrow(/too many files are open/);
  expect(await run(store, log)).toMatchObject({ rounds: 2, warnings: [] });
});
