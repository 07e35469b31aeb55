import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { readRecords } from '../report/export/make.ts';
import { line, makeStore, run } from './run.ts';

// The edges of an export: of its period, of what was pruned, and of a store without rounds.

const round = (time: string, more: Record<string, unknown> = {}): string =>
  line(time, { session_id: 's', model: 'test-a', input_token: 1000, output_token: 0, ...more });

async function exported(store: string, ...argv: string[]): Promise<string> {
  const { code, out, err } = await run(['export', '-', '--data-dir', store, '--timezone', 'UTC', ...argv]);
  expect([code, err]).toEqual([0, '']);
  return out;
}

describe('a period', () => {
  const TIMES = [
    '2026-01-31T23:59:59.999Z',
    '2026-02-01T00:00:00.000Z',
    '2026-02-01T10:14:59.999Z',
    '2026-02-01T10:15:00.000Z',
    '2026-02-01T23:59:59.999Z',
    '2026-02-02T00:00:00.000Z',
  ];
  let store: string;
  beforeEach(async () => {
    const lines = TIMES.map((time) => round(time));
    store = await makeStore(makeFolder(), lines);
  });

  test.each([
    [[], [0, 1, 2, 3, 4, 5]],
    [
      ['--since', '2026-02-01'],
      [1, 2, 3, 4, 5],
    ],
    [
      ['--until', '2026-02-01'],
      [0, 1, 2, 3, 4],
    ],
    [
      ['--since', '2026-02-01', '--until', '2026-02-01'],
      [1, 2, 3, 4],
    ],
    // Times are whole quarters of an hour: the one that holds the beginning, and the one before which it ends.
    [
      ['--since', '2026-02-01T10:15'],
      [3, 4, 5],
    ],
    [
      ['--since', '2026-02-01T10:14:59'],
      [2, 3, 4, 5],
    ],
    [
      ['--until', '2026-02-01T10:15'],
      [0, 1, 2],
    ],
    [
      ['--until', '2026-02-01T10:15:01'],
      [0, 1, 2, 3],
    ],
    [['--since', '2026-02-01T10:15', '--until', '2026-02-01T10:30'], [3]],
    [['--since', '2026-02-01T18:15:00+08:00', '--until', '2026-02-01T18:30:00+08:00'], [3]],
    [['--since', '2026-02-03'], []],
  ])('%j has the rounds %j, in each format', async (limits, places) => {
    const expected = places.map((i) => TIMES[i]);
    const csv = readRecords(await exported(store, '--format', 'csv', ...limits));
    expect(csv.map(({ timestamp }) => timestamp)).toEqual(expected);
    for (const more of [[], ['--with-messages']]) {
      const lines = (await exported(store, '--format', 'ndjson', ...more, ...limits))
        .split('\n')
        .slice(0, -1);
      expect(lines.map((text) => JSON.parse(text).timestamp)).toEqual(expected);
    }
    const groups = readRecords(await exported(store, '--format', 'csv', '--group-by', 'model', ...limits));
    expect(groups.map(({ rounds }) => rounds)).toEqual(places.length === 0 ? [] : [String(places.length)]);
    const file = join(makeFolder(), 'rounds.ndjson');
    const { out } = await run(['export', file, '--data-dir', store, '--timezone', 'UTC', ...limits]);
    const sessions = places.length === 0 ? '0 sessions' : '1 session';
    expect(out).toContain(`: ${places.length} round${places.length === 1 ? '' : 's'} of ${sessions}, `);
  });
});

describe('a store without rounds', () => {
  let store: string;
  beforeEach(async () => {
    store = await makeStore(makeFolder(), []);
  });

  test.each([
    [['json'], '"by_model":{},\n"by_date":{},\n"group_by":[],"groups":[]}\n'],
    [['csv', '--group-by', 'round'], 'y,cost,service_tier,gateway\n'],
    [['csv', '--group-by', 'model'], ',bound_reasons,currency,cost,failed_rounds,uncounted_rounds\n'],
    [['ndjson'], ''],
    [['ndjson', '--with-messages'], ''],
    [['ndjson', '--group-by', 'model'], ''],
    [['focus', '--billing-account-id', 'a'], ',x_TokenType,x_Unpriced\n'],
    [['md'], '| **Total** | 0 | 0 | 0 | 0 | 0 | $0.0000 |\n'],
  ])('as %j: no row, and no warning', async ([format = '', ...more], end) => {
    const text = await exported(store, '--format', format, ...more);
    expect(text.slice(-end.length || text.length)).toBe(end);
    const lines = text.split('\n').length - 1;
    expect(lines).toBe({ json: 5, csv: 1, focus: 1, ndjson: 0, md: 3 }[format]);
  });

  test('as a file: it is there, and empty', async () => {
    const file = join(makeFolder(), 'x.ndjson');
    const ran = await run(['export', file, '--data-dir', store]);
    expect(ran).toEqual({ code: 0, out: `${file}: 0 rounds of 0 sessions, $0.0000, 0 bytes\n`, err: '' });
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});

describe('rounds that were pruned', () => {
  /** Two sessions, two rounds each, both pruned; then one of them is used again, and a third is new. */
  async function usedAgain(): Promise<string> {
    const old = ['a', 'b'].flatMap((id) => [
      round('2025-10-01T09:59:59.999Z', { session_id: id, model: 'other' }),
      round('2025-10-01T10:00:00.000Z', { session_id: id, consumer: 'x' }),
    ]);
    const store = await makeStore(makeFolder(), old);
    expect((await run(['prune', '--older-than', '90d', '--data-dir', store])).code).toBe(0);
    const log = join(dirname(store), 'access.log');
    appendFileSync(log, round('2026-02-01T10:00:00.000Z', { session_id: 'a', consumer: 'x' }));
    appendFileSync(log, round('2026-02-01T10:15:00.000Z', { session_id: 'a' }));
    appendFileSync(log, round('2026-02-01T11:00:00.000Z', { session_id: 'c' }));
    expect((await run(['parse', '--log-path', log, '--data-dir', store])).code).toBe(0);
    return store;
  }

  test.each([
    [[], 4, 3],
    [['--since', '2025-10-01T10:00'], 2, 3],
    [['--until', '2025-10-01T10:00'], 2, 0],
    [['--since', '2025-10-01T10:15'], 0, 3],
    [['--since', '2026-01-01'], 0, 3],
    [['--since', '2026-01-01', '--until', '2026-02-01T10:15'], 0, 1],
    [['--model', 'other'], 2, 0],
    [['--consumer', 'x'], 2, 1],
    [['--consumer', 'x', '--until', '2025-12-31'], 2, 0],
  ])('%j asks for %d of them, and has %d that are left', async (limits, pruned, left) => {
    const store = await usedAgain();
    const were = pruned === 1 ? 'round was' : 'rounds were';
    const warning = `monitor: ${pruned} ${were} pruned and cannot be in this export; json, md and --group-by still count them\n`;
    for (const format of ['csv', 'ndjson']) {
      const argv = ['export', '-', '--format', format, '--timezone', 'UTC', '--data-dir', store, ...limits];
      const { code, out, err } = await run(argv);
      expect([code, err]).toEqual([0, pruned === 0 ? '' : warning]);
      expect(out.split('\n').length - 1).toBe(left + (format === 'csv' ? 1 : 0));
    }
  });
});
