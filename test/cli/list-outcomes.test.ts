import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/platform/files.ts';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { fc } from '../fast-check.ts';
import {
  answered,
  exportedRounds,
  filter,
  isFailed,
  request,
  requestStore,
  type ExportedRound,
  type LoggedRequest,
} from './outcome-store.ts';
import { forgetCounters } from './forget-counters.ts';
import { run } from './run.ts';

type Test = (round: ExportedRound) => boolean;

const status =
  (is: (code: number) => boolean): Test =>
  (round) =>
    round.response_code !== null && is(round.response_code);

const STATUSES: [text: string, test: Test][] = [
  ['5xx', status((code) => code >= 500)],
  ['4XX', status((code) => code >= 400 && code < 500)],
  ['2xx', status((code) => code >= 200 && code < 300)],
  ['1xx', status((code) => code > 0 && code < 200)],
  ['429', status((code) => code === 429)],
  ['404', status((code) => code === 404)],
  ['201', status((code) => code === 201)],
  ['0', status((code) => code === 0)],
  ['none', ({ response_code: code }) => code === null],
  ['503, none', ({ response_code: code }) => code === null || code === 503],
];
const SLOW: [text: string, ms: number][] = [
  ['1ms', 1],
  ['0.02s', 20],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['137.341s', 137_341],
];

/** At least one of the three. */
const outcome: fc.Arbitrary<[argv: string[], test: Test]> = fc
  .tuple(fc.boolean(), fc.constantFrom(undefined, ...STATUSES), fc.constantFrom(undefined, ...SLOW))
  .map(([isAsked, wanted, slow]): [string[], Test] => {
    const failed = isAsked || (!wanted && !slow);
    const argv = [
      ...(failed ? ['--failed'] : []),
      ...(wanted ? ['--status', wanted[0]] : []),
      ...(slow ? ['--slower-than', slow[0]] : []),
    ];
    const isMeant: Test = (round) =>
      (!failed || isFailed(round)) &&
      (!wanted || wanted[1](round)) &&
      (!slow || (round.duration_ms ?? -1) >= slow[1]);
    return [argv, isMeant];
  });

async function listed(store: string, ...argv: string[]): Promise<string[]> {
  const { sessions } = JSON.parse(
    await answered('list', '--json', '--limit', '0', '--data-dir', store, ...argv),
  );
  return (sessions as { session_id: string }[]).map(({ session_id: id }) => id).toSorted();
}

test('sessions with one round for which everything that is asked holds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 30 }),
      fc.array(fc.tuple(outcome, filter), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (requests, questions, isOld) => {
        const store = await requestStore(requests);
        const rounds = new Map<string, ExportedRound[]>();
        for (const [, argv] of questions) rounds.set(argv.join(' '), await exportedRounds(store, ...argv));
        // Of an older version's rounds, the index has no counters: all that may match are read.
        if (isOld) forgetCounters(store, () => true);
        for (const [[outcomeArgv, test], argv] of questions) {
          const meant = (rounds.get(argv.join(' ')) ?? []).filter(test);
          const ids = [...new Set(meant.map(({ session_id: id }) => id))].toSorted();
          expect(await listed(store, ...outcomeArgv, ...argv)).toEqual(ids);
        }
      },
    ),
    { numRuns: 15 },
  );
});

const plain: LoggedRequest = {
  session: 'a',
  model: 'm',
  consumer: '',
  department: '',
  minute: 0,
  output: 5,
  status: 200,
  flags: '',
  durationMs: 1000,
  firstTokenMs: null,
};

test('a failed part is found in its whole', async () => {
  const store = await requestStore([
    { ...plain, session: 'agent:main:main' },
    { ...plain, session: 'agent:main:cron:x', status: 503 },
    { ...plain, session: 'agent:main:cron:y' },
    { ...plain, session: 'other' },
  ]);
  expect(await listed(store, '--status', '503', '--rollup')).toEqual(
    await listed(store, '--failed', '--rollup'),
  );
  expect(await listed(store, '--status', '503')).toEqual(['agent:main:cron:x']);
});

test('--days limits what failed, not only when the session was used', async () => {
  const store = await requestStore([
    { ...plain, session: 'before', status: 500 },
    { ...plain, session: 'before', minute: 2880 },
    { ...plain, session: 'today', minute: 2881, status: 429 },
  ]);
  // The program runs on 2026-02-03 in Shanghai.
  expect(await listed(store, '--failed', '--days', '1')).toEqual(['today']);
  expect(await listed(store, '--failed', '--days', '3')).toEqual(['before', 'today']);
  expect(await listed(store, '--days', '1')).toEqual(['before', 'today']);
});

test('what was pruned may have matched: it is left out, and said', async () => {
  const store = await requestStore([
    { ...plain, session: 'gone', status: 503, durationMs: 10_000 },
    { ...plain, session: 'gone', status: 502, durationMs: 20_000 },
    { ...plain, session: 'fine' },
  ]);
  pruneStore(nodeFiles, {
    dir: store,
    before: Date.UTC(2026, 5),
    content: false,
    isDryRun: false,
    now: Date.UTC(2026, 5),
  });
  const ask = (...argv: string[]) => run(['list', '--pruned', '--json', '--data-dir', store, ...argv]);
  // The index tells.
  const failed = await ask('--failed');
  expect([JSON.parse(failed.out).total, failed.err]).toEqual([1, '']);
  expect(JSON.parse(failed.out).undecided_sessions).toBe(undefined);
  // It does not tell 502 from 503.
  const one = await ask('--status', '503');
  expect(JSON.parse(one.out)).toMatchObject({ total: 0, undecided_sessions: 1 });
  expect(one.err).toBe(
    'monitor: 1 session is left out: only rounds that were pruned could tell whether they match\n',
  );
});

test.each([
  ['--status', '6xx'],
  ['--status', '42'],
  ['--status', '429,'],
  ['--status', 'error'],
  ['--slower-than', '30'],
  ['--slower-than', '0s'],
  ['--slower-than', '5d'],
])('%s %s is wrong usage: the message names what is allowed', async (flag, value) => {
  const { code, err } = await run(['list', flag, value]);
  expect(code).toBe(2);
  expect(err).toContain(flag === '--status' ? 'It must be a status (429, 503), a class (1xx, 2xx, 3xx, 4xx, 5xx), 0 for no response, none for no logged status' : 'It must be a time above 0, such as 500ms, 30s, 1.5s, 2m or 1h.');
}); // prettier-ignore
