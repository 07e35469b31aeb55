import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportDataset } from '../../src/parquet/export-dataset.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { run } from '../cli/run.ts';
import { fc } from '../fast-check.ts';
import { failAt } from '../ingest/make.ts';
import { makeFolder } from '../platform/make.ts';
import { dataset, duck, expectEqual, exportLake, filesOf, lakePath, lakeSums, storeSums } from './make.ts';

const lines = ['access.log.1', 'access.log'].flatMap((name) =>
  readFileSync(join('fixtures', name), 'utf8')
    .split(/(?<=\n)/)
    .map((line) => (line.endsWith('\n') ? line : `${line}\n`)),
);

interface Made {
  log: string;
  store: string;
  lake: string;
}

function make(name = 'eu-1', dir = makeFolder()): Made {
  const log = join(dir, `${name}.log`);
  writeFileSync(log, '');
  return { log, store: join(dir, name), lake: lakePath(dir) };
}

async function monitor(...argv: string[]): Promise<string> {
  const { code, out, err } = await run(argv);
  expect(code, err).toBe(0);
  return out;
}

async function parse({ log, store }: Made, added: readonly string[], ...rest: string[]): Promise<void> {
  appendFileSync(log, added.join(''));
  await monitor('parse', '--log-path', log, '--output-dir', store, ...rest);
}

/** Exports without a warning. */
async function exported({ lake, store }: Made, ...rest: string[]): Promise<string> {
  const { code, out, err } = await exportLake(lake, [store], ...rest);
  expect([code, err]).toEqual([0, '']);
  return out.replace(`${lake}: `, '').trim();
}

/** A line of the access log. */
function request(time: string, aiLog: Record<string, unknown>): string {
  const ai = { session_id: 's', model: 'test-a', input_token: 1000, output_token: 100, ...aiLog };
  return `${JSON.stringify({ ai_log: JSON.stringify(ai), response_code: '200', start_time: time })}\n`;
}

function pricesAt({ store }: Made, input: number): string {
  const path = `${store}-prices.json`;
  writeFileSync(path, JSON.stringify({ models: [{ match: 'test-a', input, output: 10 }] }));
  return path;
}

async function count({ lake }: Made, what = 'count(*)', where = 'true'): Promise<unknown> {
  const [row] = await duck(`SELECT (${what})::VARCHAR AS n FROM ${dataset(lake)} WHERE ${where}`);
  return row?.['n'];
}

describe('a dataset', () => {
  test('has what the store has, and each export adds what is new', async () => {
    const made = make();
    await parse(made, lines.slice(0, 100));
    expect(await exported(made)).toBe('49 rounds in 2 new files');
    await expectEqual(made.lake, [made.store]);
    const first = filesOf(made.lake);
    await parse(made, lines.slice(100, 250));
    await exported(made);
    await expectEqual(made.lake, [made.store]);
    expect(filesOf(made.lake)).toEqual(expect.arrayContaining(first));
    await parse(made, lines.slice(250));
    await exported(made);
    await expectEqual(made.lake, [made.store]);
    const all = filesOf(made.lake);
    expect(all.length).toBeGreaterThan(6);
    expect(await exported(made)).toBe('nothing new');
    expect(filesOf(made.lake)).toEqual(all);
  });

  test('has columns that engines read without casts, and null for what is unknown', async () => {
    const made = make();
    await parse(
      made,
      [
        request('2026-02-01T10:00:00.250Z', { consumer: 'office', model: 'test-a' }),
        request('2026-02-01T11:00:00Z', { model: 'nobody-knows', session_id: 'ünï😀' }),
      ],
      '--prices',
      pricesAt(made, 0.0001),
    );
    await exported(made);
    const types = await duck(`DESCRIBE SELECT * FROM ${dataset(made.lake)}`);
    const typeOf = Object.fromEntries(types.map((row) => [row['column_name'], row['column_type']]));
    expect(typeOf).toMatchObject({ date: 'DATE', time: 'TIMESTAMP WITH TIME ZONE', cost: 'DECIMAL(38,18)' });
    for (const name of ['input_tokens', 'output_tokens', 'rounds', 'status', 'duration_ms'])
      expect(typeOf[name], name).toBe('BIGINT');
    const columns =
      'date::VARCHAR d, epoch_ms(time)::VARCHAR t, gateway, session, model, consumer, cost, status';
    expect(await duck(`SELECT ${columns} FROM ${dataset(made.lake)} ORDER BY time`)).toEqual([
      {
        d: '2026-02-01',
        t: String(Date.parse('2026-02-01T10:00:00.250Z')),
        gateway: 'eu-1',
        session: 's',
        model: 'test-a',
        consumer: 'office',
        cost: '0.001000100000000000',
        status: '200',
      },
      {
        d: '2026-02-01',
        t: String(Date.parse('2026-02-01T11:00:00Z')),
        gateway: 'eu-1',
        session: 'ünï😀',
        model: 'nobody-knows',
        consumer: null,
        cost: null,
        status: '200',
      },
    ]);
  });

  test('has texts only if they are asked for, and keeps to that', async () => {
    const made = make();
    await parse(made, [request('2026-02-01T10:00:00Z', { question: 'Who?', answer: 'Me.' })]);
    await exported(made, '--with-content');
    expect(await duck(`SELECT question, answer, reasoning FROM ${dataset(made.lake)}`)).toEqual([
      { question: '"Who?"', answer: '"Me."', reasoning: null },
    ]);
    const { code, err } = await exportLake(made.lake, [made.store]);
    expect([code, err]).toEqual([2, expect.stringContaining('has texts: add --with-content')]);
    const plain = `${made.lake}-plain`;
    await exportLake(plain, [made.store]);
    const names = await duck(`DESCRIBE SELECT * FROM ${dataset(plain)}`);
    expect(names.map((row) => row['column_name'])).not.toContain('question');
    const again = await exportLake(plain, [made.store], '--with-content');
    expect([again.code, again.err]).toEqual([
      2,
      expect.stringContaining('has no texts: leave --with-content out'),
    ]);
  });

  test('is of its owner, and can be shared by the permissions of its folder', async () => {
    const made = make();
    await parse(made, lines.slice(0, 50));
    await exported(made);
    expect(statSync(made.lake).mode & 0o777).toBe(0o700);
    expect(statSync(join(made.lake, filesOf(made.lake)[0] ?? '')).mode & 0o444).toBe(0o444);
    expect(statSync(join(made.lake, '_monitor')).mode & 0o777).toBe(0o700);
  });
});

describe('what was exported is written again', () => {
  test('after a refresh of prices: the same files with the new costs', async () => {
    const made = make();
    const days = ['2026-02-01', '2026-02-02'];
    await parse(
      made,
      days.map((day) => request(`${day}T10:00:00Z`, {})),
      '--prices',
      pricesAt(made, 1),
    );
    await exported(made);
    await parse(made, [request('2026-02-02T12:00:00Z', {})], '--prices', pricesAt(made, 1));
    await exported(made);
    const files = filesOf(made.lake);
    expect(await count(made, 'sum(cost)')).toBe('0.006000000000000000');
    await monitor('prices', '--refresh', '--yes', '--prices', pricesAt(made, 5), '--data-dir', made.store);
    expect(await exported(made)).toBe(
      '0 rounds in 0 new files; 2 days written again: earlier rounds changed',
    );
    expect(filesOf(made.lake)).toEqual(files);
    expect(await count(made, 'sum(cost)')).toBe('0.018000000000000000');
    await expectEqual(made.lake, [made.store]);
    expect(await exported(made)).toBe('nothing new');
  });

  test('after the gateway got another name', async () => {
    const made = make();
    await parse(made, lines.slice(0, 60));
    await exported(made);
    await parse(made, [], '--gateway', 'Berlin');
    await exported(made);
    expect(await count(made, 'count(*)', "gateway <> 'Berlin'")).toBe('0');
    await expectEqual(made.lake, [made.store]);
  });

  test('after a repair: rounds that are lost go, and those that are found come back', async () => {
    const made = make();
    await parse(made, lines);
    await exported(made);
    const before = await lakeSums(made.lake);
    const victim = readdirSync(made.store).find((name) => name.startsWith('sess_')) ?? '';
    unlinkSync(join(made.store, victim));
    renameSync(made.log, `${made.log}-away`);
    await run(['repair', '--apply', '--data-dir', made.store]);
    const { code, err } = await exportLake(made.lake, [made.store]);
    expect([code, err]).toEqual([0, expect.stringContaining('lost')]);
    await expectEqual(made.lake, [made.store]);
    expect(await lakeSums(made.lake)).not.toEqual(before);
    // A damaged file whose log is still there loses nothing.
    const other = make('eu-2');
    await parse(other, lines);
    await exported(other);
    const all = await lakeSums(other.lake);
    unlinkSync(join(other.store, victim));
    await run(['repair', '--apply', '--data-dir', other.store]);
    await exported(other);
    await expectEqual(other.lake, [other.store]);
    expect(await lakeSums(other.lake)).toEqual(all);
  });

  test('a session that cannot be read stops the export, and the next one goes on', async () => {
    const made = make();
    await parse(made, lines.slice(0, 100));
    await exported(made);
    await parse(made, lines.slice(100));
    const victim = readdirSync(made.store).find((name) => name.startsWith('sess_shipper')) ?? '';
    renameSync(join(made.store, victim), join(made.store, '..', victim));
    const { code, err } = await exportLake(made.lake, [made.store]);
    expect([code, err]).toEqual([74, expect.stringContaining(victim)]);
    renameSync(join(made.store, '..', victim), join(made.store, victim));
    await exported(made);
    await expectEqual(made.lake, [made.store]);
  });
});

describe('pruned rounds', () => {
  const old = [
    request('2025-10-01T08:00:00Z', { session_id: 'autumn' }),
    request('2025-10-01T09:00:00Z', { session_id: 'autumn', consumer: 'x' }),
    request('2025-10-02T09:00:00Z', { session_id: 'both' }),
  ];
  const late = request('2026-02-02T09:00:00Z', { session_id: 'both' });
  const prune = (made: Made): Promise<string> =>
    monitor('prune', '--older-than', '60d', '--data-dir', made.store);

  test('that were exported stay in the dataset, also if their files are written again', async () => {
    const made = make();
    await parse(made, [...old, late], '--prices', pricesAt(made, 1));
    await exported(made);
    await prune(made);
    expect(await exported(made)).toBe('0 rounds in 0 new files');
    expect(await count(made)).toBe('4');
    await expectEqual(made.lake, [made.store]);
    // Pruned sums keep their cost, as in the store.
    await monitor('prices', '--refresh', '--yes', '--prices', pricesAt(made, 5), '--data-dir', made.store);
    await exported(made);
    expect(await count(made)).toBe('4');
    await expectEqual(made.lake, [made.store]);
    await parse(made, [], '--gateway', 'Berlin', '--prices', pricesAt(made, 5));
    await exported(made);
    expect(await count(made, 'count(*)', "gateway = 'Berlin'")).toBe('4');
    await expectEqual(made.lake, [made.store]);
  });

  test('that a new dataset does not have are in it as sums', async () => {
    const made = make();
    await parse(made, [...old, late]);
    await prune(made);
    await exported(made);
    expect([await count(made), await count(made, 'sum(rounds)')]).toEqual(['4', '4']);
    expect(await count(made, 'count(*)', 'log = 0')).toBe('2');
    await expectEqual(made.lake, [made.store]);
    await parse(made, [], '--gateway', 'Berlin');
    await exported(made);
    await expectEqual(made.lake, [made.store]);
  });

  test('that were pruned between two exports are missing, and every export says so', async () => {
    const made = make();
    await parse(made, [late]);
    await exported(made);
    await parse(made, old);
    await prune(made);
    for (let i = 0; i < 2; i++) {
      const { code, err } = await exportLake(made.lake, [made.store]);
      expect([code, err]).toEqual([0, expect.stringContaining('2 rounds are missing: pruned before they')]);
    }
    expect(await count(made)).toBe('2');
    const fresh = { ...made, lake: `${made.lake}-2` };
    await exported(fresh);
    await expectEqual(fresh.lake, [made.store]);
  });
});

describe('days that somebody removed', () => {
  test('stay removed, and rounds that come later are added', async () => {
    const made = make();
    const day = (n: number): string => request(`2026-02-0${n}T10:00:00Z`, { session_id: `s${n}` });
    await parse(made, [day(1), day(2)], '--prices', pricesAt(made, 1));
    await exported(made);
    rmSync(join(made.lake, 'date=2026-02-01'), { recursive: true });
    await monitor('prices', '--refresh', '--yes', '--prices', pricesAt(made, 5), '--data-dir', made.store);
    await exported(made);
    expect(await count(made)).toBe('1');
    await parse(
      made,
      [request('2026-02-01T23:00:00Z', { session_id: 'late' })],
      '--prices',
      pricesAt(made, 5),
    );
    expect(await exported(made)).toBe('1 round in 1 new file');
    expect(await count(made, 'count(*)', "date = '2026-02-01'")).toBe('1');
    await monitor('prices', '--refresh', '--yes', '--prices', pricesAt(made, 7), '--data-dir', made.store);
    await exported(made);
    expect(await count(made, 'count(*)', "date = '2026-02-01'")).toBe('1');
  });
});

describe('several stores', () => {
  const parseInto = async (dir: string, name: string, own: readonly string[]): Promise<Made> => {
    const made = make(name, dir);
    await parse(made, own, '--gateway', name);
    return made;
  };

  test('are one dataset, which has each round once', { timeout: 120_000 }, async () => {
    const places = fc.array(fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }), {
      minLength: lines.length,
      maxLength: lines.length,
    });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 20, max: lines.length - 20 }), async (where, cut) => {
        const dir = makeFolder();
        const names = ['eu-1', 'us-1', 'ap-1'];
        const of = (i: number, from: number, to: number): string[] =>
          lines.slice(from, to).filter((_, at) => where[from + at]?.includes(i));
        const stores: Made[] = [];
        for (const [i, name] of names.entries()) stores.push(await parseInto(dir, name, of(i, 0, cut)));
        const all = stores.map(({ store }) => store);
        const lake = lakePath(dir);
        expect((await exportLake(lake, all)).err).toBe('');
        await expectEqual(lake, all);
        for (const [i, made] of stores.entries()) {
          await parse(made, of(i, cut, lines.length));
          // The stores are named in any order: that of the first export counts.
          expect((await exportLake(lake, all.toReversed())).err).toBe('');
          await expectEqual(lake, all);
        }
      }),
      { numRuns: 4 },
    );
  });

  test('a store can be added, and none can be left out', async () => {
    const dir = makeFolder();
    const [eu, us] = [
      await parseInto(dir, 'eu-1', lines.slice(0, 150)),
      await parseInto(dir, 'us-1', lines.slice(100)),
    ];
    const lake = lakePath(dir);
    await exportLake(lake, [us.store]);
    expect((await exportLake(lake, [us.store, eu.store])).code).toBe(0);
    await expectEqual(lake, [us.store, eu.store]);
    const { code, err } = await exportLake(lake, [eu.store]);
    expect([code, err]).toEqual([2, expect.stringContaining("(gateway 'us-1'): name all its stores")]);
    cpSync(eu.store, `${eu.store}-copy`, { recursive: true });
    const copies = await exportLake(lake, [us.store, eu.store, `${eu.store}-copy`]);
    expect([copies.code, copies.err]).toEqual([2, expect.stringContaining('are copies of one store')]);
  });
});

describe('a crash', () => {
  test('at any operation loses nothing and counts nothing twice', { timeout: 120_000 }, async () => {
    const made = make();
    const days = ['2026-02-01', '2026-02-02', '2026-02-09'];
    const rounds = (hour: number): string[] =>
      days.map((day) => request(`${day}T${hour}:00:00Z`, { session_id: `s${hour}` }));
    await parse(made, rounds(10), '--prices', pricesAt(made, 1));
    await exported(made);
    await parse(made, rounds(11), '--prices', pricesAt(made, 1));
    await exported(made);
    await parse(made, rounds(12), '--prices', pricesAt(made, 1));
    await monitor('prices', '--refresh', '--yes', '--prices', pricesAt(made, 5), '--data-dir', made.store);
    const expected = await storeSums([made.store]);
    const options = { withContent: false, now: Date.now() };
    let wasWhole = false;
    for (let at = 0; !wasWhole; at += 3) {
      const fault = at % 2 === 0 ? 'before' : 'after';
      const lake = `${made.lake}-${at}`;
      cpSync(made.lake, lake, { recursive: true });
      try {
        await exportDataset(failAt(at, fault).files, lake, [readSnapshot(made.store)], options);
        wasWhole = true;
      } catch (error) {
        expect(String(error), String(at)).toMatch(/killed|dead/);
      }
      await exportLake(lake, [made.store]);
      expect(await lakeSums(lake), `${at} ${fault}`).toEqual(expected);
      expect(readdirSync(join(lake, '_monitor', 'staged'))).toEqual([]);
      rmSync(lake, { recursive: true });
    }
  });

  test('files of an export that was not committed are removed in all days', async () => {
    const made = make();
    await parse(made, lines);
    await exported(made);
    const [file = ''] = filesOf(made.lake);
    cpSync(join(made.lake, file), join(made.lake, file.replace('rounds-0-1', 'rounds-1-2')));
    const away = join(made.lake, 'date=2019-01-01');
    mkdirSync(away);
    cpSync(join(made.lake, file), join(away, 'rounds-0-2.parquet'));
    await exported(made);
    await expectEqual(made.lake, [made.store]);
    expect(readdirSync(away)).toEqual([]);
  });
});

describe('a folder', () => {
  test("of somebody else's files is refused and left as it is", async () => {
    const made = make();
    await parse(made, lines.slice(0, 50));
    mkdirSync(made.lake);
    writeFileSync(join(made.lake, 'thesis.doc'), 'x');
    const { code, err } = await exportLake(made.lake, [made.store]);
    expect([code, err]).toEqual([
      74,
      expect.stringContaining('is not a dataset of monitor: it has thesis.doc'),
    ]);
    expect(readdirSync(made.lake)).toEqual(['thesis.doc']);
    mkdirSync(join(made.lake, '_monitor'));
    expect((await exportLake(made.lake, [made.store])).code).toBe(74);
    expect(readdirSync(join(made.lake, '_monitor'))).toEqual([]);
    const { code: inStore, err: why } = await exportLake(join(made.store, 'lake'), [made.store]);
    expect([inStore, why]).toEqual([2, expect.stringContaining('is inside the store')]);
  });

  test.each(['_monitor', '_monitor/staged', 'date=2026-02-01'])(
    'in which %s is a link is refused, and the link is not followed',
    async (name) => {
      const made = make();
      await parse(made, lines.slice(0, 20));
      await exported(made);
      await parse(made, lines.slice(20));
      const outside = join(makeFolder(), 'outside');
      renameSync(join(made.lake, name), outside);
      symlinkSync(outside, join(made.lake, name));
      const before = readdirSync(outside, { recursive: true });
      const { code, err } = await exportLake(made.lake, [made.store]);
      expect([code, err]).toEqual([74, expect.stringContaining(`${made.lake}/${name} is a symbolic link`)]);
      expect(readdirSync(outside, { recursive: true })).toEqual(before);
    },
  );

  test('links in the place of files are replaced or refused, never followed', async () => {
    const made = make();
    await parse(made, lines.slice(0, 60));
    await exported(made);
    const victim = join(makeFolder(), 'victim');
    writeFileSync(victim, 'precious');
    const file = join(made.lake, filesOf(made.lake)[0] ?? '');
    symlinkSync(victim, join(made.lake, 'date=2026-02-01', 'rounds-1-2.parquet'));
    symlinkSync(victim, join(made.lake, '_monitor', 'staged', '0'));
    await parse(made, lines.slice(60));
    await exported(made);
    await expectEqual(made.lake, [made.store]);
    unlinkSync(file);
    symlinkSync(victim, file);
    await parse(made, [], '--gateway', 'Berlin');
    const { code, err } = await exportLake(made.lake, [made.store]);
    expect([code, err]).toEqual([74, expect.stringContaining(`${file} is a symbolic link`)]);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  test('with a damaged state or file is an error that says what to do', async () => {
    const made = make();
    await parse(made, lines.slice(0, 60));
    await exported(made);
    const state = join(made.lake, '_monitor', 'dataset.json');
    const text = readFileSync(state, 'utf8');
    for (const damaged of ['', '{}', text.replace('"run":1', '"run":9'), text.slice(0, 90)]) {
      writeFileSync(state, damaged);
      const { code, err } = await exportLake(made.lake, [made.store]);
      expect([code, err]).toEqual([74, expect.stringContaining('Export into a new folder')]);
    }
    writeFileSync(state, text);
    writeFileSync(join(made.lake, filesOf(made.lake)[0] ?? ''), 'PAR1 not at all PAR1');
    await parse(made, [], '--gateway', 'Berlin');
    const { code, err } = await exportLake(made.lake, [made.store]);
    expect([code, err]).toEqual([
      74,
      expect.stringContaining('is not the Parquet file that an export wrote'),
    ]);
  });

  test('with files that are not of an export says so', async () => {
    const made = make();
    await parse(made, lines.slice(0, 60));
    await exported(made);
    writeFileSync(join(made.lake, 'date=2026-02-01', 'part-0.parquet'), '');
    const { code, err } = await exportLake(made.lake, [made.store]);
    expect([code, err]).toEqual([0, expect.stringContaining('1 file in this dataset is not of an export')]);
  });
});

test.each([
  ['--model', 'x'],
  ['--since', '2026-02-01'],
  ['--group-by', 'model'],
  ['--currency', 'CNY'],
  ['--with-messages'],
  ['--conversation', 's'],
  ['--timezone', 'UTC'],
])('%s is a usage error', async (...option) => {
  const made = make();
  await parse(made, lines.slice(0, 20));
  const { code, err } = await exportLake(made.lake, [made.store], ...option);
  expect([code, err]).toEqual([2, expect.stringContaining('a dataset has all rounds')]);
  expect(existsSync(made.lake)).toBe(false);
});

test('names that are no folder of a dataset are usage errors', async () => {
  const made = make();
  await parse(made, lines.slice(0, 20));
  expect((await exportLake('-', [made.store])).err).toContain('name a folder, not stdout');
  const { code, err } = await run(['export', 'costs.parquet', '--data-dir', made.store]);
  expect([code, err]).toEqual([2, expect.stringContaining('a Parquet export is a folder of files')]);
  const content = await run(['export', '-', '--format', 'csv', '--with-content', '--data-dir', made.store]);
  expect([content.code, content.err]).toEqual([2, expect.stringContaining('only with --format parquet')]);
});
