import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addCounters, NO_COUNTERS, type CellCounters } from '../../src/model/cell-counters.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { run, type Ran } from '../cli/run.ts';
import { ENGINES, type Engine } from '../engines/engine.ts';
import { makeFolder } from '../platform/make.ts';
import { LINES, newPlace, parse, totalsOfStores, totalsOfTable } from './make.ts';

describe.each(ENGINES)('a push to $name', ({ start, missing, dialect }) => {
  let engine: Engine;
  beforeAll(async () => {
    if (!missing) engine = await start();
  }, 60_000);
  afterAll(() => engine?.stop());
  beforeEach(async (context) => {
    if (missing) context.skip();
    await engine.query('DROP TABLE IF EXISTS default.rounds');
  });

  const push = (store: string, ...rest: string[]): Promise<Ran> =>
    run(['push', 'clickhouse', '--url', engine.url, '--data-dir', store, '--retries', '0', ...rest]);

  async function expectSame(...stores: string[]): Promise<void> {
    expect(await totalsOfTable(engine)).toEqual(await totalsOfStores(...stores));
  }

  async function pushed(store: string, ...rest: string[]): Promise<Record<string, unknown>> {
    const { code, out, err } = await push(store, '--json', ...rest);
    expect(code, err).toBe(0);
    return JSON.parse(out) as Record<string, unknown>;
  }

  test('sends all rounds, then what is new, then nothing', async () => {
    const place = newPlace();
    await parse(place, LINES.slice(0, 200));
    expect((await push(place.store)).err).toContain('there is no table default.rounds');
    const first = await push(place.store, '--create');
    expect(first.out).toMatch(
      /^\d+ rounds of \d+ sessions to clickhouse http:\S+ default\.rounds \(all of them: the first push to it\)\n$/,
    );
    await expectSame(place.store);
    await parse(place, LINES.slice(200));
    const second = await push(place.store);
    expect(second.out).toMatch(/^\d+ rounds of \d+ sessions to clickhouse http:\S+ default\.rounds\n$/);
    expect(Number.parseInt(first.out, 10) + Number.parseInt(second.out, 10)).toBe(154);
    await expectSame(place.store);
    expect(await push(place.store)).toEqual({
      code: 0,
      out: `Nothing new for clickhouse ${engine.url} default.rounds\n`,
      err: '',
    });
    expect(await engine.query('SELECT count() FROM default.rounds')).toBe('154\n');
  });

  test('has null for a cost that is unknown, exact decimals, times in UTC, and counters that add up', async () => {
    const place = newPlace();
    await parse(place, LINES);
    await pushed(place.store, '--create');
    expect(
      await engine.query(
        `SELECT countIf(cost IS NULL), countIf(price_state = 'unpriced') FROM default.rounds`,
      ),
    ).toBe('9\t5\n');
    const times = await engine.query(
      `SELECT countIf(toUnixTimestamp(time) != intDiv(time_ms, 1000)), toString(min(time)), max(time_ms) FROM default.rounds`,
    );
    const first = dialect === 'old' ? '2026-02-01 09:30:15' : '2026-02-01 09:30:15.123';
    expect(times).toBe(`0\t${first}\t1770384343843\n`);
    const [ids = '', values = ''] = (
      await engine.query(
        `SELECT toString(tupleElement(s, 1)), toString(tupleElement(s, 2)) FROM
         (SELECT sumMap(counter_ids, counter_values) AS s FROM default.rounds FINAL)`,
      )
    ).split('\t');
    const cells = [...readSnapshot(place.store).sessions.values()].flatMap(({ usage }) => usage);
    const counters = cells.reduce<CellCounters>((sum, cell) => addCounters(sum, cell.counters), NO_COUNTERS);
    const pairs = (JSON.parse(ids) as number[]).flatMap((id, i) => [id, (JSON.parse(values) as number[])[i]]);
    expect(pairs).toEqual(counters);
  });

  test('of a store whose prices were refreshed sends all rounds again', async () => {
    const place = newPlace();
    const prices = join(makeFolder(), 'prices.json');
    const price = (input: number): void =>
      writeFileSync(prices, JSON.stringify({ models: [{ match: 'gpt-4o*', input, output: 10 }] }));
    price(1);
    await parse(place, LINES, '--prices', prices);
    await pushed(place.store, '--create');
    price(3);
    const { code, err } = await run([
      'prices',
      '--refresh',
      '--yes',
      '--prices',
      prices,
      '--data-dir',
      place.store,
    ]);
    expect(code, err).toBe(0);
    expect(await pushed(place.store)).toMatchObject({ rounds: 154, all_because: 'refreshed' });
    await expectSame(place.store);
  });

  test('of a store with pruned rounds keeps those that were sent, and sends the sums of others', async () => {
    const place = newPlace();
    await parse(place, LINES);
    await pushed(place.store, '--create');
    const pruned = await run(['prune', '--older-than', '1d', '--data-dir', place.store], {
      now: Date.parse('2026-02-05T00:00:00Z'),
    });
    expect(pruned.out).toContain('Removed');
    expect(await pushed(place.store)).toMatchObject({ rounds: 0, pruned_rounds: 0, all_because: null });
    await expectSame(place.store);
    await engine.query('DROP TABLE default.rounds');
    const again = await pushed(place.store, '--create', '--again');
    expect(Number(again['rounds']) + Number(again['pruned_rounds'])).toBe(154);
    expect(again['pruned_rounds']).toBeGreaterThan(0);
    await expectSame(place.store);
  });

  test('withdraws rows that the store no longer has', async () => {
    const place = newPlace();
    await parse(place, LINES);
    await pushed(place.store, '--create');
    // Rows of rounds that only an older state of the store had.
    await engine.query(
      `INSERT INTO default.rounds (store, log, place, time, time_ms, version, session, rounds, model, input_tokens, cost)
       SELECT store, 99, place, time, time_ms, version, session, 1, model, 1000, 5 FROM default.rounds LIMIT 3`,
    );
    expect(await totalsOfTable(engine)).not.toEqual(await totalsOfStores(place.store));
    await pushed(place.store, '--again');
    await expectSame(place.store);
    expect(await engine.query('SELECT count() FROM default.rounds FINAL WHERE rounds = 0')).toBe('3\n');
  });

  test('fills a table that was emptied, and one that was made anew', async () => {
    const place = newPlace();
    await parse(place, LINES.slice(0, 300));
    await pushed(place.store, '--create');
    await engine.query('DROP TABLE default.rounds');
    await parse(place, LINES.slice(300));
    expect(await pushed(place.store, '--create')).toMatchObject({ rounds: 154, all_because: 'emptied' });
    await expectSame(place.store);
  });

  test('of two stores with a session in common has the rounds of both', async () => {
    const [one, two] = [newPlace('one'), newPlace('two')];
    await parse(
      one,
      LINES.filter((_, i) => i % 2 === 0),
    );
    await parse(
      two,
      LINES.filter((_, i) => i % 2 === 1),
    );
    await pushed(one.store, '--create');
    await pushed(two.store);
    await expectSame(one.store, two.store);
    expect(
      await engine.query('SELECT groupUniqArray(gateway) FROM default.rounds FORMAT TabSeparated'),
    ).toMatch(/^\['(?:one','two|two','one)'\]\n$/);
  });
});
