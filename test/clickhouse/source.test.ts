import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { line, run } from '../cli/run.ts';
import { fc } from '../fast-check.ts';
import { ENGINES, type Engine } from '../engines/engine.ts';
import { done, expectSame, pushTo, REPORTS, storeOf } from './source-stores.ts';

const lines = ['access.log.1', 'access.log'].flatMap((name) =>
  readFileSync(join('fixtures', name), 'utf8').split(/(?<=\n)/),
);
const half = Math.floor(lines.length / 2);

/** Names that could end a literal, a value or a line, or that a server may not keep as they are. */
const HOSTILE = [
  "it's",
  'a\\',
  "\\' OR 1=1 --",
  'a\tb\nc\rd\0e',
  '`"`',
  '{x:String}',
  '%_*',
  'é天😀',
  'İK',
  '\ud800x',
  '\\N',
  '',
] as const;

describe.each(ENGINES)('reports from $name', ({ start, missing }) => {
  let engine: Engine;
  beforeAll(async () => {
    if (!missing) engine = await start();
  }, 60_000);
  afterAll(() => engine?.stop());
  beforeEach(async (context) => {
    if (missing) context.skip();
    await engine.query('DROP TABLE IF EXISTS default.rounds');
  });

  test('of two gateways with rounds in common are those of their stores', { timeout: 300_000 }, async () => {
    const stores = [
      await storeOf('a', lines.slice(0, half + 30), '--dimension', 'department'),
      await storeOf('b', lines.slice(half - 30), '--dimension', 'department'),
    ];
    await pushTo(engine, stores, '--with-content');
    const { out } = await run([
      'list',
      '--json',
      '--limit',
      '0',
      ...stores.flatMap((dir) => ['--data-dir', dir]),
    ]);
    const { sessions } = JSON.parse(out) as { sessions: { session_id: string }[] };
    expect(sessions).toHaveLength(26);
    await expectSame(engine, stores, [
      ...REPORTS,
      ['list', '--json', '--search', 'undo'],
      ['show', 'agent:main'],
      ['show', 'nobody'],
      ['show', 'sess_69', '--last', '1', '--json'],
      ...sessions.map(({ session_id: id }, i) => ['show', id, i % 3 === 0 ? '--full' : '--json']),
    ]);
  });

  test('of one gateway are those of its store', { timeout: 300_000 }, async () => {
    const store = await storeOf('b', lines, '--dimension', 'department', '--no-content');
    await pushTo(engine, [store]);
    await expectSame(
      engine,
      [store],
      REPORTS.filter((_, i) => i % 3 === 0),
    );
  });

  test('of any gateways are those of their stores', { timeout: 600_000 }, async () => {
    const sessions = fc.constantFrom('agent:main:main', 'agent:main:main:thread:7', 's', ...HOSTILE);
    const round = fc.record({
      session: sessions,
      model: fc.constantFrom('gpt-4o', 'qwen-max', ...HOSTILE),
      consumer: fc.constantFrom('c', ...HOSTILE),
      department: fc.constantFrom('search', 'ops', ...HOSTILE, null),
      minute: fc.integer({ min: 0, max: 4000 }),
      id: fc.option(fc.nat(3)),
      input: fc.option(fc.nat(5000)),
      status: fc.constantFrom('200', '429', '503', '0', '-'),
      duration: fc.nat(90_000),
      tier: fc.constantFrom(undefined, 'priority'),
      places: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 40 }), async (rounds) => {
        await engine.query('DROP TABLE IF EXISTS default.rounds');
        const stores: string[] = [];
        for (const [i, gateway] of ['a', "b'\\", 'c'].entries()) {
          const own = rounds.filter(({ places }) => places.includes(i));
          stores.push(await storeOf(gateway, own.map(lineOf), '--dimension', 'department', '--no-content'));
        }
        await pushTo(engine, stores);
        await expectSame(engine, stores, [
          ['stats-model', '--json', '--health', '--group-by', 'gateway'],
          ['stats-consumer', '--json', '--group-by', 'department,date'],
          ['stats-model', '--json', '--where', `department=${rounds[0]?.department ?? ''}`],
          [
            'stats-model',
            '--json',
            '--where',
            `consumer!=${rounds[0]?.consumer ?? ''}`,
            '--group-by',
            'session',
          ],
          ['stats-model', '--json', '--session', rounds[0]?.session || 'default', '--group-by', 'week'],
          ['stats-model', '--json', '--gateway', "b'\\", '--group-by', 'service_tier,hour'],
          ['list', '--json', '--limit', '0'],
          ['list', '--json', '--limit', '2'],
          ['list', '--json', '--sort-by', 'cost', '--model', rounds[0]?.model || 'unknown'],
          ['export', '-', '--format', 'json', '--group-by', 'model,department'],
        ]);
      }),
      { numRuns: 3 },
    );
  });

  test(
    'with a filter that means more names than a usual query has room for',
    { timeout: 60_000 },
    async () => {
      const round = {
        session: 's',
        model: 'gpt-4o',
        department: null,
        minute: 1,
        id: null,
        input: 5,
        status: '200',
      };
      const names = Array.from({ length: 300 }, (_, i) => `${'天'.repeat(80)}${i}`);
      const own = names.map((consumer) => lineOf({ ...round, consumer, duration: 1, tier: undefined }));
      const store = await storeOf('a', own, '--no-content');
      await pushTo(engine, [store]);
      const report = ['stats-model', '--json', '--where', 'consumer!=x'];
      expect((await done(...report, '--data-dir', store)).out).toContain('"rounds":300');
      await expectSame(engine, [store], [report]);
    },
  );

  test(
    'follow a new price, a prune, another name of a gateway, and rounds that are gone',
    { timeout: 300_000 },
    async () => {
      const options = ['--dimension', 'department', '--no-content'];
      const stores = [
        await storeOf('a', lines.slice(0, half + 30), ...options),
        await storeOf('b', lines.slice(half - 30), ...options),
      ];
      const [first = '', second = ''] = stores;
      // Before its first push, so that sums are pushed.
      await done('prune', '--older-than', '1d', '--data-dir', second);
      await pushTo(engine, stores);
      const sums = REPORTS.filter(([command]) => command !== 'list');
      await expectSame(engine, stores, sums.slice(0, 8));
      await done('prices', '--refresh', '--yes', '--data-dir', first);
      await done('prune', '--older-than', '1d', '--data-dir', first);
      await pushTo(engine, stores);
      await expectSame(engine, stores, sums);
    },
  );
});

function lineOf({
  session,
  model,
  consumer,
  department,
  minute,
  id,
  input,
  status,
  duration,
  tier,
}: {
  session: string;
  model: string;
  consumer: string;
  department: string | null;
  minute: number;
  id: number | null;
  input: number | null;
  status: string;
  duration: number;
  tier: string | undefined;
}): string {
  const time = new Date(Date.UTC(2026, 0, 31, 20, minute)).toISOString();
  const text = line(time, {
    session_id: session,
    model,
    consumer,
    department,
    service_tier: tier,
    ...(input !== null && { input_token: input, output_token: 7 }),
    messages: [],
  });
  const { response_code: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return `${JSON.stringify({ ...rest, response_code: status, duration: String(duration), ...(id !== null && { request_id: String(id) }) })}\n`;
}
