import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '../../fast-check.ts';
import { afterAll, expect, test } from 'vitest';
import { line, run } from '../../cli/run.ts';

// What statistics sum, what exports list, and what was logged are the same, for any dimension and any filter.

const dir = mkdtempSync(join(tmpdir(), 'dimensions-'));
afterAll(() => rmSync(dir, { recursive: true }));

const round = fc.record({
  session: fc.constantFrom('agent:main:main', 'agent:ops:discord:x', 'plain'),
  model: fc.constantFrom('gpt-4o', 'qwen-max'),
  department: fc.constantFrom('', 'search', 'Search', 'ads', 'other values', '__proto__'),
  env: fc.constantFrom('', 'prod', 'test-1', 'test-2'),
  tier: fc.constantFrom('', 'flex'),
  hour: fc.integer({ min: 0, max: 400 }),
  /** The run that reads it: the store counts by the department from the second, by env from the third. */
  run: fc.constantFrom(1, 2, 3),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

const NAMES = ['department', 'env', 'service_tier', 'model'] as const;
type Name = (typeof NAMES)[number];

const condition = fc.record({
  name: fc.constantFrom<Name>(...NAMES),
  not: fc.boolean(),
  pattern: fc.constantFrom(
    '',
    'SEARCH',
    's*',
    '*e*',
    '*',
    'other values',
    'prod',
    'test-*',
    'FLEX',
    'qwen-max',
  ),
});
type Condition = typeof condition extends fc.Arbitrary<infer T> ? T : never;

/** Null: not recorded. */
function valueOf(one: Round, name: Name, since: number): string | null {
  if (name === 'model') return one.model;
  if (name === 'service_tier') return one.tier;
  return one.run < (name === 'department' ? Math.min(2, since) : Math.min(3, since)) ? null : one[name];
}

/** Undefined: the store does not know. */
function answerOf(one: Round, { name, not, pattern }: Condition, since: number): boolean | undefined {
  const value = valueOf(one, name, since);
  if (value === null) return undefined;
  const parts = pattern.split('*').map((part) => part.replaceAll(/\W/g, String.raw`\$&`));
  if (new RegExp(`^${parts.join('.*')}$`, 'i').test(value)) return !not;
  return value === 'other values' && pattern !== '' && (name === 'department' || name === 'env')
    ? undefined
    : not;
}

function logLine({ session, model, department, env, tier, hour }: Round): string {
  return line(new Date(Date.UTC(2026, 0, 20) + hour * 3_600_000).toISOString(), {
    session_id: session,
    model,
    input_token: 10,
    output_token: 1,
    ...(department !== '' && { department }),
    ...(env !== '' && { env }),
    ...(tier !== '' && { service_tier: tier }),
  });
}

let stores = 0;

async function makeStore(rounds: readonly Round[]): Promise<string> {
  const [log, store] = [join(dir, `${++stores}.log`), join(dir, `store-${stores}`)];
  for (const [number, ...options] of [
    [1],
    [2, '--dimension', 'department'],
    [3, '--dimension', 'env'],
  ] as const) {
    const lines = rounds.filter(({ run }) => run === number).map(logLine);
    appendFileSync(log, lines.join(''));
    await json('parse', '--log-path', log, '--data-dir', store, ...options);
  }
  return store;
}

async function json(...argv: string[]): Promise<any> {
  const ran = await run([...argv, '--json']);
  expect(ran.code, argv.join(' ') + ran.err).toBe(0);
  return JSON.parse(ran.out);
}

async function ndjson(...argv: string[]): Promise<any[]> {
  const ran = await run(['export', '-', '--format', 'ndjson', ...argv]);
  expect(ran.code, ran.err).toBe(0);
  return ran.out
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text));
}

/** Rounds in the order of the store, with their numbers in their sessions. */
function numbered(rounds: readonly Round[]): (Round & { id: string })[] {
  const counts = new Map<string, number>();
  return rounds
    .toSorted((a, b) => a.run - b.run)
    .map((one) => {
      const number = (counts.get(one.session) ?? 0) + 1;
      counts.set(one.session, number);
      return { ...one, id: `${one.session} ${number}` };
    });
}

function counted(texts: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(JSON.stringify(text), (counts.get(JSON.stringify(text)) ?? 0) + 1);
  return counts;
}

test('groups and filters agree with the rounds, before and after a reindex', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 1, maxLength: 25 }),
      fc.array(condition, { minLength: 1, maxLength: 2 }),
      fc.constantFrom([], ['--agent', 'MAIN'], ['--session', '*:X'], ['--channel', 'discord']),
      async (rounds, conditions, limits) => {
        const store = await makeStore(rounds);
        const isMeant = ({ session }: Round): boolean =>
          limits.length === 0 ||
          session === (limits[1] === 'MAIN' ? 'agent:main:main' : 'agent:ops:discord:x');
        // The first run that counted by every dimension, once all rounds are counted again.
        for (const since of [3, 1]) {
          if (since === 1) await json('reindex', '--data-dir', store);
          const all = numbered(rounds).filter(isMeant);
          const answers = all.map((one) => {
            const each = new Set(conditions.map((asked) => answerOf(one, asked, since)));
            return each.has(false) ? false : each.has(undefined) ? undefined : true;
          });
          const yes = all.filter((_, i) => answers[i] === true);
          const undecided = answers.filter((answer) => answer === undefined).length;
          const where = conditions.flatMap(({ name, not, pattern }) => [
            '--where',
            `${name}${not ? '!=' : '='}${pattern}`,
          ]);
          const argv = ['--data-dir', store, '--timezone', 'UTC', ...limits];

          const grouped = await json('stats-model', '--group-by', 'env,department,service_tier', ...argv);
          const tagsOf = (one: Round): unknown[] => [
            one.model,
            ...(['env', 'department', 'service_tier'] as const).map((name) => valueOf(one, name, since)),
          ];
          expect(
            new Map(
              grouped.rows.map((row: any) => [
                JSON.stringify([
                  row.model,
                  row.dimensions.env,
                  row.dimensions.department,
                  row.dimensions.service_tier,
                ]),
                row.rounds,
              ]),
            ),
          ).toEqual(counted(all.map(tagsOf)));

          const stats = await json(
            'stats-date',
            '--since',
            '2026-01-01',
            '--group-by',
            'session',
            ...argv,
            ...where,
          );
          expect([stats.total.rounds, stats.undecided_rounds ?? 0]).toEqual([yes.length, undecided]);
          expect(stats.rows.reduce((sum: number, row: any) => sum + row.rounds, 0)).toBe(yes.length);
          const shared = await json('stats-model', '--group-by', 'month,week', ...argv, ...where);
          expect(shared.total.rounds).toBe(yes.length);

          const ids = yes.map(({ id }) => id).toSorted();
          for (const more of [[], ['--with-messages']]) {
            const exported = await ndjson(...argv, ...where, ...more);
            expect(exported.map((one) => `${one.session_id} ${one.round}`).toSorted()).toEqual(ids);
          }
          const listed = await json('list', '--limit', '0', ...argv, ...where);
          expect(listed.sessions.map((one: any) => one.session_id).toSorted()).toEqual(
            [...new Set(yes.map(({ session }) => session))].toSorted(),
          );
        }
      },
    ),
    { numRuns: 8 },
  );
});

test('a session with too many values: the rest is in other values, in sums and exports alike', async () => {
  const log = join(dir, 'many.log');
  const store = join(dir, 'many');
  const logged = (value: string): string =>
    line('2026-02-01T10:00:00Z', { session_id: 's', model: 'gpt-4o', department: value });
  const values = Array.from({ length: 1002 }, (_, i) => `d${i}`);
  appendFileSync(log, [...values, 'd5', 'd1001'].map(logged).join(''));
  await json('parse', '--log-path', log, '--data-dir', store, '--dimension', 'department');
  const roundsOf = async (where: string): Promise<unknown[]> => {
    const argv = ['--data-dir', store, '--where', where];
    const { total, undecided_rounds: undecided } = await json('stats-model', ...argv);
    const exported = await ndjson(...argv);
    expect(exported).toHaveLength(total.rounds);
    return [exported.map((one) => one.round), undecided];
  };
  expect(await roundsOf('department=d5')).toEqual([[6, 1003], 3]);
  expect(await roundsOf('department=d1001')).toEqual([[], 3]);
  expect(await roundsOf('department=OTHER values')).toEqual([[1001, 1002, 1004], undefined]);
  expect(await roundsOf('department!=')).toEqual([Array.from({ length: 1004 }, (_, i) => i + 1), undefined]);
});

test('pruned rounds are counted by a filter, and an export says that it lacks them', async () => {
  const log = join(dir, 'pruned.log');
  const store = join(dir, 'pruned');
  const logged = (time: string, department: string): string =>
    line(time, { session_id: 's', model: 'gpt-4o', department });
  const parse = ['parse', '--log-path', log, '--data-dir', store];
  appendFileSync(log, logged('2025-02-01T10:00:00Z', 'ads') + logged('2025-02-01T10:01:00Z', 'search'));
  await json(...parse, '--dimension', 'department');
  expect((await run(['prune', '--older-than', '90d', '--data-dir', store])).code).toBe(0);
  appendFileSync(log, logged('2026-02-01T10:00:00Z', 'search') + logged('2026-02-01T10:01:00Z', 'ads'));
  await json(...parse);
  const argv = ['--data-dir', store, '--where', 'department=search'];
  expect((await json('stats-model', ...argv)).total.rounds).toBe(2);
  const { out, err } = await run(['export', '-', '--format', 'ndjson', ...argv]);
  expect(
    out
      .split('\n')
      .slice(0, -1)
      .map((text) => JSON.parse(text).round),
  ).toEqual([3]);
  expect(err).toBe(
    'monitor: 1 round was pruned and cannot be in this export; json, md and --group-by still count them\n',
  );
});
