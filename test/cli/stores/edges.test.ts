import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { originalFile, roundsOf as originalRounds, writeOriginals } from '../../ingest/original.ts';
import { makeFolder } from '../../platform/make.ts';
import { readRecords } from '../../report/export/make.ts';
import { run } from '../run.ts';

const folder = makeFolder();
let made = 0;

interface Request {
  session?: string;
  at?: string;
  id?: string;
  model?: string;
  more?: Record<string, unknown>;
}

/** A line with its own identity, unless `at` or `id` is empty. */
function request({ session, at = '10:00:00', id = at, model = 'test-a', more = {} }: Request): string {
  const aiLog = { session_id: session, model, input_token: 1000, output_token: 100, ...more };
  const rest = {
    ...(at !== '' && { start_time: `2026-02-01T${at}Z` }),
    ...(id !== '' && { request_id: id }),
  };
  return `${JSON.stringify({ ai_log: JSON.stringify(aiLog), response_code: '200', duration: '500', ...rest })}\n`;
}

interface Made {
  store: string;
  log: string;
  prices: string;
}

async function make(name: string, lines: readonly string[], input = 1, ...options: string[]): Promise<Made> {
  const dir = join(folder, `${++made}`, name);
  mkdirSync(dir, { recursive: true });
  const [log, prices] = [join(dir, 'access.log'), join(dir, 'prices.json')];
  writeFileSync(log, lines.join(''));
  writeFileSync(prices, JSON.stringify({ models: [{ match: 'test-a', input, output: 10 }] }));
  const store = join(dir, name);
  await parse({ store, log, prices }, ...options);
  return { store, log, prices };
}

async function parse({ store, log, prices }: Made, ...options: string[]): Promise<void> {
  const argv = ['parse', '--log-path', log, '--output-dir', store, '--prices', prices, ...options];
  const { code, err } = await run(argv);
  expect(code, err).toBe(0);
}

function dirs(stores: readonly Made[]): string[] {
  return stores.flatMap(({ store }) => ['--data-dir', store]);
}

async function json<T>(argv: readonly string[], stores: readonly Made[]): Promise<T> {
  const { code, out, err } = await run([...argv, '--json', ...dirs(stores)]);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
}

interface Stats {
  rows: Record<string, unknown>[];
  total: { rounds: number; sessions: number; cost_usd: number };
}

async function roundsOf(...stores: Made[]): Promise<number> {
  return (await json<Stats>(['stats-model'], stores)).total.rounds;
}

describe('the name of a gateway', () => {
  test('is in a FOCUS export of several stores, and where somebody named it', async () => {
    const one = await make('eu-1', [request({ session: 's' })]);
    const two = await make('us-1', [request({ session: 's', at: '11:00:00' })]);
    const names = async (...argv: string[]): Promise<unknown[]> => {
      const { code, out } = await run(['export', '-', '--format', 'focus', ...argv]);
      expect(code).toBe(0);
      return readRecords(out).map((row) => row['x_Gateway']);
    };
    expect(await names(...dirs([one]))).toEqual([undefined, undefined]);
    // Of equal charges, each gateway has its own.
    expect(await names(...dirs([two, one]))).toEqual(['eu-1', 'us-1', 'eu-1', 'us-1']);
    expect(await names(...dirs([one]), '--gateway', 'EU-1')).toEqual(['eu-1', 'eu-1']);
    await parse(one, '--gateway', 'Frankfurt');
    expect(await names(...dirs([one]))).toEqual(['Frankfurt', 'Frankfurt']);
  });

  test('is that of the folder, or the one that a parse gives; a later parse changes it', async () => {
    const one = await make('eu-1', [request({ session: 's' })]);
    const names = async (): Promise<unknown> =>
      (await json<{ sessions: { gateways: string[] }[] }>(['list'], [one])).sessions[0]?.gateways;
    expect(await names()).toEqual(['eu-1']);
    await parse(one, '--gateway', 'Frankfurt');
    expect(await names()).toEqual(['Frankfurt']);
    // A run without it leaves it.
    await parse(one);
    expect(await names()).toEqual(['Frankfurt']);
    await parse(one, '--gateway', 'Berlin');
    expect(await names()).toEqual(['Berlin']);
    const stats = await json<Stats>(['stats-gateway'], [one]);
    expect(stats.rows).toMatchObject([{ gateway: 'Berlin', rounds: 1 }]);
  });

  test.each(['', ' ', 'a\nb', '\u001b[2J', 'x'.repeat(129)])('cannot be %j', async (name) => {
    const { code, err } = await run(['parse', '--gateway', name, '--output-dir', join(folder, 'none')]);
    expect([code, err.split('\n')[0]]).toEqual([2, expect.stringContaining('It must be a name on one line')]);
  });

  test('a damaged one is an error', async () => {
    const one = await make('damaged', [request({ session: 's' })]);
    const path = join(one.store, '.store.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"filters"', '"gateway":7,"filters"'));
    const { code, err } = await run(['list', '--data-dir', one.store]);
    expect([code, err]).toEqual([74, expect.stringContaining(`${path} does not describe a store`)]);
  });

  test('a dimension of that name keeps its meaning; stats-gateway means the store', async () => {
    const line = request({ session: 's', more: { gateway: 'inner' } });
    const one = await make('outer', [line], 1, '--dimension', 'gateway');
    expect((await json<Stats>(['stats-model', '--group-by', 'gateway'], [one])).rows).toMatchObject([
      { model: 'test-a', dimensions: { gateway: 'inner' } },
    ]);
    expect((await json<Stats>(['stats-gateway'], [one])).rows).toMatchObject([{ gateway: 'outer' }]);
  });
});

describe('which stores', () => {
  const lines = [request({ session: 's' })];

  test('a store that is named twice counts once, also through a link and in another spelling', async () => {
    const one = await make('once', lines);
    const link = join(folder, 'link');
    symlinkSync(one.store, link);
    for (const again of [one.store, `${one.store}/`, `${one.store}/../once`, link])
      expect(await roundsOf(one, { ...one, store: again }), again).toBe(1);
  });

  test('a copy of a store adds nothing; what it has more counts', async () => {
    const one = await make('original', [...lines, request({ session: 't', at: '', id: '' })]);
    const copy = { ...one, store: join(folder, 'copy') };
    cpSync(one.store, copy.store, { recursive: true });
    expect(await roundsOf(one, copy)).toBe(2);
    appendFileSync(one.log, request({ session: 's', at: '11:00:00' }));
    await parse(one);
    expect([await roundsOf(one, copy), await roundsOf(copy, one)]).toEqual([3, 3]);
  });

  test('a glob names stores, and skips what is none', async () => {
    const [a, b] = [await make('a', lines), await make('b', [request({ session: 'u', at: '12:00:00' })])];
    const all = join(folder, 'glob');
    mkdirSync(join(all, 'no-store'), { recursive: true });
    for (const [name, one] of Object.entries({ a, b }))
      cpSync(one.store, join(all, name), { recursive: true });
    for (const pattern of [join(all, '*'), `${join(all, '*')}/`, join(all, '{a,b}')]) {
      const { out } = await run(['stats-gateway', '--json', '--data-dir', pattern]);
      const { rows } = JSON.parse(out) as Stats;
      expect(
        rows.map(({ gateway, rounds }) => [gateway, rounds]),
        pattern,
      ).toEqual([
        ['a', 1],
        ['b', 1],
      ]);
    }
    vi.stubEnv('MONITOR_DATA_DIR', join(all, '*'));
    const { out } = await run(['stats-model', '--json']);
    vi.unstubAllEnvs();
    expect((JSON.parse(out) as Stats).total.rounds).toBe(2);
  });

  test('a glob without a store is an error', async () => {
    const pattern = join(folder, 'nothing', '*');
    const { code, out, err } = await run(['list', '--data-dir', pattern]);
    expect([code, out, err]).toEqual([
      74,
      '',
      `monitor: no store matches ${pattern}. Name folders that 'monitor parse --output-dir' has made\n`,
    ]);
  });

  test('a folder whose name looks like a glob is that folder', async () => {
    const one = await make('[x]*', lines);
    expect(await roundsOf(one)).toBe(1);
  });

  test('an error names the store', async () => {
    const [good, bad] = [await make('good', lines), await make('bad', lines)];
    const path = join(bad.store, 's.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"model":"test-a"', '"model":"test-b"'));
    const { code, err } = await run(['stats-model', ...dirs([good, bad])]);
    expect([code, err]).toEqual([74, expect.stringContaining(bad.store)]);
    const gone = { ...bad, store: join(folder, 'gone') };
    const missing = await run(['stats-model', ...dirs([good, gone])]);
    expect([missing.code, missing.err]).toEqual([74, expect.stringContaining(`no store in ${gone.store}`)]);
  });

  test('--gateway asks one of them alone, in any case; an unknown name is no answer', async () => {
    const a = await make('a', [...lines, request({ session: 't', at: '11:00:00' })]);
    const b = await make('b', [...lines, request({ session: 'v', at: '12:00:00' })]);
    const c = await make('c', [request({ session: 'w', at: '13:00:00' })]);
    const asked = async (...names: string[]): Promise<number> => {
      const argv = ['stats-model', ...names.flatMap((name) => ['--gateway', name])];
      return (await json<Stats>(argv, [a, b, c])).total.rounds;
    };
    expect([await asked(), await asked('B'), await asked('b', 'c'), await asked('a', 'b')]).toEqual([
      4, 2, 3, 3,
    ]);
    const { code, err } = await run(['list', '--gateway', 'x', ...dirs([a, b])]);
    expect([code, err]).toEqual([
      1,
      "monitor: no store of a gateway 'x'. The gateways of these stores: 'a', 'b'\n",
    ]);
  });

  test('what changes a store takes one', async () => {
    const [a, b] = [await make('a', lines), await make('b', lines)];
    const refresh = await run(['prices', '--refresh', '--dry-run', ...dirs([a, b])]);
    expect([refresh.code, refresh.err]).toEqual([
      2,
      'monitor: --refresh changes one store: run it for each, with one --data-dir\n',
    ]);
    for (const command of ['parse', 'watch', 'prune', 'repair', 'reindex', 'doctor']) {
      const { code, err } = await run([command, ...dirs([a, b])]);
      expect([code, err.split('\n')[0]], command).toEqual([2, expect.stringContaining(' is given twice: ')]);
    }
  });
});

describe('a session of two gateways', () => {
  test('is shown once, its rounds in the order of time, each with its gateway', async () => {
    const a = await make('eu', [request({ session: 's' }), request({ session: 's', at: '10:02:00' })]);
    const b = await make('us', [
      request({ session: 's', at: '10:01:00' }),
      request({ session: 's', at: '10:02:00' }),
    ]);
    const shown = await json<{
      gateways: string[];
      rounds: { round: number; timestamp: string; gateway: string }[];
    }>(['show', 's'], [a, b]);
    expect(shown.gateways).toEqual(['eu', 'us']);
    expect(
      shown.rounds.map(({ round, timestamp, gateway }) => [round, timestamp.slice(11, 19), gateway]),
    ).toEqual([
      [1, '10:00:00', 'eu'],
      [2, '10:01:00', 'us'],
      [3, '10:02:00', 'eu'],
    ]);
    const { out } = await run(['show', 's', ...dirs([a, b])]);
    expect(out.match(/Gateway: .*/g)).toEqual([
      'Gateway:  eu, us',
      'Gateway: eu',
      'Gateway: us',
      'Gateway: eu',
    ]);
    const { rows, total } = await json<Stats>(['stats-gateway'], [a, b]);
    expect(rows).toMatchObject([
      { gateway: 'eu', sessions: 1, rounds: 2 },
      { gateway: 'us', sessions: 1, rounds: 1 },
    ]);
    expect(total).toMatchObject({ sessions: 1, rounds: 3 });
    const csv = (await run(['export', '-', '--format', 'csv', ...dirs([a, b])])).out.trim().split('\n');
    expect(csv.map((row) => row.split(',').at(-1))).toEqual(['gateway', 'eu', 'us', 'eu']);
  });

  test('a round that both stores have has the price of the first', async () => {
    const [a, b] = [
      await make('a', [request({ session: 's' })]),
      await make('b', [request({ session: 's' })], 3),
    ];
    const costOf = async (...stores: Made[]): Promise<unknown> =>
      (await json<Stats>(['stats-model'], stores)).total.cost_usd;
    expect([await costOf(a, b), await costOf(b, a)]).toEqual([0.002, 0.004]);
    const shown = await json<{ rounds: { cost_usd: number }[] }>(['show', 's'], [b, a]);
    expect(shown.rounds.map(({ cost_usd: cost }) => cost)).toEqual([0.004]);
    // Only one of the prices is in use; new rounds have that of the first.
    const { prices } = await json<{ prices: { rounds: number; latest: boolean; cost_usd: number }[] }>(
      ['prices'],
      [b, a],
    );
    expect(prices.map(({ rounds, latest, cost_usd: cost }) => [rounds, latest, cost])).toEqual([
      [1, true, 0.004],
    ]);
  });

  test('rounds that were priced again have their new price', async () => {
    const [a, b] = [
      await make('a', [request({ session: 'x', model: 'other' }), request({ session: 's', at: '10:01:00' })]),
      await make('b', [request({ session: 's' }), request({ session: 't', at: '10:05:00' })]),
    ];
    writeFileSync(b.prices, JSON.stringify({ models: [{ match: 'test-a', input: 5, output: 10 }] }));
    const argv = ['prices', '--refresh', '--yes', '--prices', b.prices, '--data-dir', b.store];
    expect((await run(argv)).code).toBe(0);
    const { rows } = await json<Stats>(['stats-gateway', '--group-by', 'session'], [a, b]);
    expect(rows.map(({ gateway, session_id: id, cost_usd: cost }) => [gateway, id, cost])).toEqual([
      ['b', 's', 0.006],
      ['b', 't', 0.006],
      ['a', 's', 0.002],
      ['a', 'x', null],
    ]);
  });

  test('a line without a time and an id counts once if both stores read the same log', async () => {
    const lines = [request({ session: 's' }), ...[1, 2].map(() => request({ session: 's', at: '', id: '' }))];
    const a = await make('a', lines);
    const b = await make('b', [...lines, request({ session: 's', at: '12:00:00' })]);
    expect([await roundsOf(a, b), await roundsOf(b, a)]).toEqual([4, 4]);
    // In another log, it may be another request.
    const c = await make('c', [request({ session: 's', at: '', id: '' })]);
    expect(await roundsOf(a, c)).toBe(4);
  });

  test('of lines with the same id and no time, those of the store that has most count', async () => {
    const timeless = request({ session: 's', at: '', id: 'same' });
    const [a, b] = [
      await make('a', [timeless, request({ session: 's' })]),
      await make('b', [timeless, timeless]),
    ];
    expect([await roundsOf(a, b), await roundsOf(b, a)]).toEqual([3, 3]);
  });
});

describe('stores that differ', () => {
  test('a dimension that one of them counts by is not recorded in the other', async () => {
    const line = (at: string, session: string): string => request({ at, session, more: { team: 'search' } });
    const a = await make('a', [line('10:00:00', 's'), line('10:01:00', 't')], 1, '--dimension', 'team');
    const b = await make('b', [line('10:02:00', 's'), line('10:03:00', 'u')]);
    for (const stores of [
      [a, b],
      [b, a],
    ]) {
      const { rows } = await json<Stats>(['stats-model', '--group-by', 'team'], stores);
      expect(rows.map(({ dimensions, rounds }) => [dimensions, rounds])).toEqual([
        [{ team: 'search' }, 2],
        [{ team: null }, 2],
      ]);
      const csv = ['export', '-', '--format', 'csv', '--where', 'team=search'];
      const asked = await run([...csv, ...dirs(stores)]);
      expect(asked.out.trim().split('\n')).toHaveLength(3);
      expect(asked.err).toMatch(/^monitor: 2 rounds .* are left out/);
    }
  });

  test('rounds that one store has pruned count once', async () => {
    const lines = [
      request({ session: 's' }),
      request({ session: 's', at: '10:01:00' }),
      request({ session: 'o', at: '10:02:00' }),
    ];
    const [a, b] = [
      await make('a', lines),
      await make('b', [...lines, request({ session: 's', at: '10:09:00' })]),
    ];
    const pruned = await run(['prune', '--older-than', '1d', '--data-dir', a.store]);
    expect(pruned.code, pruned.err).toBe(0);
    for (const stores of [
      [a, b],
      [b, a],
    ]) {
      const { total } = await json<Stats>(['stats-model'], stores);
      expect(total).toMatchObject({ rounds: 4, sessions: 2, cost_usd: 0.008 });
    }
    const shown = await run(['show', 's', '--json', ...dirs([a, b])]);
    const session = JSON.parse(shown.out) as {
      messages_count: number;
      pruned_rounds: number;
      rounds: object[];
    };
    expect([session.messages_count, session.pruned_rounds, session.rounds.length]).toEqual([3, 2, 1]);
    // Sums cannot be told apart.
    await run(['prune', '--older-than', '1d', '--data-dir', b.store]);
    const { out, err } = await run(['stats-model', '--json', ...dirs([a, b])]);
    expect((JSON.parse(out) as Stats).total.rounds).toBe(7);
    expect(err).toBe(
      'monitor: 3 rounds of sessions that several of these stores have may count twice: they were pruned or imported\n',
    );
  });

  test('of which rounds the texts are pruned: those of the stores that count', async () => {
    const texts = { messages: [{ role: 'user', content: 'q' }], question: 'q', answer: 'a' };
    const at = (time: string): string => request({ session: 's', at: `10:0${time}:00`, more: texts });
    const a = await make('a', [at('1'), at('3')]);
    const b = await make('b', [at('1'), at('2'), at('3')]);
    const late = await make('late', [at('8'), at('9')]);
    const ran = await run(['prune', '--content', '--older-than', '1d', '--data-dir', a.store]);
    expect(ran.code, ran.err).toBe(0);
    const marks = async (...stores: Made[]): Promise<unknown[]> => {
      const { rounds, content_pruned_rounds } = await json<{
        rounds: { question: string | null }[];
        content_pruned_rounds?: number;
      }>(['show', 's'], stores);
      const md = await run(['export', '-', '--format', 'md', '--conversation', 's', ...dirs(stores)]);
      return [
        rounds.map(({ question }) => question ?? '-').join(''),
        content_pruned_rounds,
        md.code,
        /pruned:? (.*), on [-0-9]+$/m.exec(md.err)?.[1],
      ];
    };
    // The first store counts: of these rounds, it has all texts.
    expect(await marks(b, a)).toEqual(['qqq', undefined, 0, undefined]);
    expect(await marks(a, b)).toEqual(['-q-', 2, 0, 'the texts of 2 rounds']);
    expect(await marks(a, late)).toEqual(['--qq', 2, 0, 'the texts of rounds 1 to 2']);
    await run(['prune', '--content', '--older-than', '1d', '--data-dir', late.store]);
    expect(await marks(a, late)).toEqual(['----', 4, 1, 'the texts of rounds 1 to 4']);
    // Rounds that are gone are before all others.
    const gone = await make('gone', [at('0')]);
    await run(['prune', '--older-than', '1d', '--data-dir', gone.store]);
    expect(await marks(a, gone)).toEqual([
      '--',
      3,
      1,
      'round 1, on 2026-02-03 and the texts of rounds 1 to 3',
    ]);
  });

  test('rounds that both have imported count once; of those that one has from a log, it is said', async () => {
    const originals = writeOriginals(folder, { 's.json': originalFile('s', originalRounds(3)) });
    const [a, b] = [await make('a', []), await make('b', [])];
    for (const { store } of [a, b])
      expect((await run(['import', originals, '--data-dir', store])).code).toBe(0);
    expect(await roundsOf(a, b)).toBe(3);
    const c = await make('c', [request({ session: 's' }), request({ session: 's', at: '10:01:00' })]);
    const { out, err } = await run(['stats-model', '--json', ...dirs([a, b, c])]);
    expect((JSON.parse(out) as Stats).total.rounds).toBe(5);
    expect(err).toBe(
      'monitor: 3 rounds of sessions that several of these stores have may count twice: they were pruned or imported\n',
    );
  });

  test('a store without texts among others', async () => {
    const said = { messages: [{ role: 'user', content: 'needle' }], question: 'needle' };
    const a = await make('a', [request({ session: 's', more: said })]);
    const b = await make('b', [request({ session: 's', at: '11:00:00', more: said })], 1, '--no-content');
    const { code, out, err } = await run(['search', 'needle', '--json', ...dirs([b, a])]);
    expect([code, err]).toEqual([0, `monitor: not searched, because no texts are kept: ${b.store}\n`]);
    expect((JSON.parse(out) as { hits: { round: number }[] }).hits).toMatchObject([{ round: 1 }]);
    const shown = await json<{ rounds: { question: string | null }[] }>(['show', 's'], [b, a]);
    expect(shown.rounds.map(({ question }) => question)).toEqual(['needle', null]);
  });

  test('costs in the currency of the first; rates of any', async () => {
    const a = await make('a', [request({ session: 's' })]);
    const b = await make('b', [request({ session: 't', at: '10:05:00' })]);
    writeFileSync(
      b.prices,
      JSON.stringify({
        rates: { CNY: [{ from: '2026-01-01', per_usd: 7 }] },
        models: [{ match: 'test-a', input: 1, output: 10 }],
      }),
    );
    await parse(b, '--currency', 'CNY');
    expect((await json<Stats>(['stats-model'], [a, b])).total).not.toHaveProperty('currency');
    expect((await json<Stats>(['stats-model'], [b, a])).total).toMatchObject({
      currency: 'CNY',
      cost: 0.028,
    });
    expect((await json<Stats>(['stats-model', '--currency', 'CNY'], [a, b])).total).toMatchObject({
      cost: 0.028,
    });
  });
});
