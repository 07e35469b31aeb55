import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fc } from '../../../fast-check.ts';
import { MOST_NAMES, OTHERS } from '../../../../src/report/export/prometheus/series.ts';
import { STORE_FAMILIES } from '../../../../src/report/export/prometheus/store-families.ts';
import { USAGE_FAMILIES } from '../../../../src/report/export/prometheus/usage-families.ts';
import { line, makeStore, run } from '../../../cli/run.ts';
import {
  answered,
  exportedRounds,
  isFailed,
  request,
  requestStore,
  type ExportedRound,
} from '../../../cli/outcome-store.ts';
import { makeFolder } from '../../../platform/make.ts';
import { readSamples, sumOf } from './samples.ts';

const metrics = (store: string, ...argv: string[]): Promise<string> =>
  answered('export', '-', '--format', 'prometheus', '--data-dir', store, ...argv);

const STATUSES: Record<string, (code: number | null) => boolean> = {
  '2xx': (code) => code !== null && code >= 200 && code < 300,
  '4xx': (code) => code !== null && code >= 400 && code < 500 && code !== 429,
  '429': (code) => code === 429,
  '5xx': (code) => code !== null && code >= 500,
  '0': (code) => code === 0,
  '1xx': (code) => code !== null && code > 0 && code < 200,
  '3xx': (code) => code !== null && code >= 300 && code < 400,
  none: (code) => code === null,
};

test('counts what the rounds say, and each bucket exactly', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), async (requests) => {
      const store = await requestStore(requests);
      const rounds = await exportedRounds(store);
      const samples = readSamples(await metrics(store));
      const of = (model: string): ExportedRound[] => rounds.filter((round) => round.model === model);
      for (const model of new Set(rounds.map((round) => round.model))) {
        for (const [status, is] of Object.entries(STATUSES))
          expect(sumOf(samples, 'agent_session_requests_total', { model, status })).toBe(
            of(model).filter(({ response_code: code }) => is(code)).length,
          );
        const output = of(model).reduce((sum, { output_tokens: tokens }) => sum + tokens, 0);
        expect(sumOf(samples, 'agent_session_tokens_total', { model, kind: 'output' })).toBe(output);
        expectHistogram('agent_session_request_duration_seconds', model, of(model).filter((one) => !isFailed(one)).map((one) => one.duration_ms)); // prettier-ignore
        expectHistogram('agent_session_failed_request_duration_seconds', model, of(model).filter(isFailed).map((one) => one.duration_ms)); // prettier-ignore
        expectHistogram('agent_session_first_token_seconds', model, of(model).map((one) => one.first_token_ms)); // prettier-ignore
      }
      const timeouts = rounds.filter(({ access_log: log }) => log?.response_flags === 'UT').length;
      expect(sumOf(samples, 'agent_session_response_flags_total', { flag: 'timeout' })).toBe(timeouts);
      expect(sumOf(samples, 'agent_session_unpriced_requests_total')).toBe(
        JSON.parse(await answered('stats-model', '--json', '--data-dir', store)).total.unpriced_rounds,
      );

      function expectHistogram(name: string, model: string, times: (number | null)[]): void {
        const known = times.filter((ms) => ms !== null);
        const bounds = new Set(samples.filter((one) => one.name === `${name}_bucket`).map(({ labels }) => labels['le'] ?? '')); // prettier-ignore
        for (const le of bounds) {
          const limit = le === '+Inf' ? Infinity : Number(le) * 1000;
          expect(sumOf(samples, `${name}_bucket`, { model, le })).toBe(
            known.filter((ms) => ms <= limit).length,
          );
        }
        expect(sumOf(samples, `${name}_count`, { model })).toBe(known.length);
        const ms = known.reduce((sum, one) => sum + one, 0);
        expect(sumOf(samples, `${name}_sum`, { model })).toBeCloseTo(ms / 1000, 6);
      }
    }),
    { numRuns: 20 },
  );
});

test('tokens by kind, cost by currency, and what the store says of itself', async () => {
  const folder = makeFolder();
  const round = {
    session_id: 's',
    model: 'test-a',
    consumer: 'ann',
    input_token: 100,
    output_token: 30,
    reasoning_tokens: 10,
    input_token_details: '{"cached_tokens":60}',
  };
  const store = await makeStore(folder, [
    line('2026-02-01T17:00:00.500Z', round),
    line('2026-02-01T18:00:00.250Z', { ...round, model: 'no-such-model' }),
    '{"ai_log":"{\\"session_id\\":","x":1}\n',
  ]);
  await answered('parse', '--log-path', join(folder, 'access.log'), '--output-dir', store, '--gateway', 'eu');
  const text = await metrics(store);
  expect(
    text.split('\n').filter((one) => /_total\{.*model="test-a"/.test(one) && !one.includes('flag=')),
  ).toEqual([
    'agent_session_requests_total{gateway="eu",model="test-a",consumer="ann",status="2xx"} 1',
    'agent_session_requests_total{gateway="eu",model="test-a",consumer="ann",status="4xx"} 0',
    'agent_session_requests_total{gateway="eu",model="test-a",consumer="ann",status="429"} 0',
    'agent_session_requests_total{gateway="eu",model="test-a",consumer="ann",status="5xx"} 0',
    'agent_session_tokens_total{gateway="eu",model="test-a",consumer="ann",kind="input"} 40',
    'agent_session_tokens_total{gateway="eu",model="test-a",consumer="ann",kind="cached_input"} 60',
    'agent_session_tokens_total{gateway="eu",model="test-a",consumer="ann",kind="cache_write"} 0',
    'agent_session_tokens_total{gateway="eu",model="test-a",consumer="ann",kind="output"} 20',
    'agent_session_tokens_total{gateway="eu",model="test-a",consumer="ann",kind="reasoning"} 10',
    'agent_session_cost_total{gateway="eu",model="test-a",consumer="ann",currency="USD"} 0.000346',
    'agent_session_unpriced_requests_total{gateway="eu",model="test-a",consumer="ann"} 0',
    'agent_session_bounded_requests_total{gateway="eu",model="test-a",consumer="ann",bound="lower"} 0',
    'agent_session_bounded_requests_total{gateway="eu",model="test-a",consumer="ann",bound="upper"} 0',
    'agent_session_bounded_requests_total{gateway="eu",model="test-a",consumer="ann",bound="either"} 0',
  ]);
  // Its price is unknown, which is not zero.
  expect(text).not.toMatch(/cost_total\{[^}]*no-such-model/);
  expect(text).toContain('unpriced_requests_total{gateway="eu",model="no-such-model",consumer="ann"} 1\n');
  expect(text).toContain('agent_session_rejected_lines_total{gateway="eu"} 1\n');
  expect(text).toContain('agent_session_sessions{gateway="eu"} 1\n');
  expect(text).toContain('agent_session_last_request_timestamp_seconds{gateway="eu"} 1769968800.25\n');
  const committed = statSync(join(store, '.state.json')).mtimeMs / 1000;
  const said = sumOf(readSamples(text), 'agent_session_last_stored_timestamp_seconds');
  expect(Math.abs(said - committed)).toBeLessThan(0.01);
});

test('several stores: a series for each gateway; stores of one name are summed', async () => {
  const rounds = [0, 1, 2].map((i) =>
    line(`2026-02-01T17:00:0${i}.000Z`, { session_id: `s${i}`, model: 'm' }),
  );
  const stores = await Promise.all(rounds.map((one) => makeStore(makeFolder(), [one])));
  for (const [i, store] of stores.entries())
    await answered('parse', '--log-path', join(store, '..', 'access.log'), '--output-dir', store, '--gateway', i < 2 ? 'eu' : 'us'); // prettier-ignore
  const text = await answered('export', '-', '--format', 'prometheus', ...stores.flatMap((store) => ['--data-dir', store])); // prettier-ignore
  const samples = readSamples(text);
  expect(sumOf(samples, 'agent_session_requests_total', { gateway: 'eu' })).toBe(2);
  expect(sumOf(samples, 'agent_session_requests_total', { gateway: 'us' })).toBe(1);
  expect(text.match(/^agent_session_sessions\{.*$/gm)).toEqual([
    'agent_session_sessions{gateway="eu"} 2',
    'agent_session_sessions{gateway="us"} 1',
  ]);
  // The older of the two: it is the one to look after.
  expect(sumOf(samples, 'agent_session_last_request_timestamp_seconds', { gateway: 'eu' })).toBe(1769965200);
});

test('of too many names, those that were used first keep their series', async () => {
  const folder = makeFolder();
  const consumer = (day: number, name: string): string =>
    line(`2026-01-0${day}T12:00:00.000Z`, { session_id: 's', model: 'm', consumer: name, input_token: 1 });
  const names = Array.from({ length: MOST_NAMES }, (_, i) => `z${i}`);
  const store = await makeStore(folder, [...names.map((name) => consumer(1, name)), consumer(2, 'z0')]);
  const before = readSamples(await metrics(store));
  const log = join(folder, 'access.log');
  writeFileSync(log, [consumer(3, 'a-new'), consumer(3, 'b-new'), consumer(3, 'z0')].join(''), { flag: 'a' });
  await answered('parse', '--log-path', log, '--output-dir', store);
  const after = readSamples(await metrics(store));
  const requests = (samples: typeof after, name: string): number =>
    sumOf(samples, 'agent_session_requests_total', { consumer: name });
  expect(requests(after, OTHERS)).toBe(2);
  expect(requests(after, 'a-new')).toBe(0);
  expect(requests(after, 'z0')).toBe(3);
  for (const name of names.slice(1)) expect([requests(before, name), requests(after, name)]).toEqual([1, 1]);
});

test('a prune takes nothing from a counter', async () => {
  const folder = makeFolder();
  const store = await makeStore(folder, [
    line('2026-01-01T12:00:00.000Z', { session_id: 'old', model: 'test-a', input_token: 7, output_token: 5 }),
    line('2026-02-01T12:00:00.000Z', { session_id: 'new', model: 'test-a', input_token: 7, output_token: 5 }),
  ]);
  const before = await metrics(store);
  const pruned = await answered('prune', '--older-than', '20d', '--data-dir', store);
  expect(pruned).toContain('1 session');
  const withoutCommit = (text: string): string => text.replace(/^agent_session_last_stored.*\n/gm, '');
  expect(withoutCommit(await metrics(store))).toBe(withoutCommit(before));
});

test('hostile names are labels that Prometheus can read, and never two series of one name', async () => {
  const names = ['a"b\\c', 'two\nlines', '\ud800', '\ud801', '__proto__', '\u001b[31mred', '\u202egnp', 'x'.repeat(5000), `${'x'.repeat(5000)}y`]; // prettier-ignore
  const store = await makeStore(
    makeFolder(),
    names.map((consumer, i) =>
      line(`2026-02-01T12:00:0${i}.000Z`, { session_id: 's', model: consumer, consumer }),
    ),
  );
  const text = await metrics(store);
  const samples = readSamples(text);
  expect(sumOf(samples, 'agent_session_requests_total')).toBe(names.length);
  expect(sumOf(samples, 'agent_session_requests_total', { model: 'a"b\\c', consumer: 'a"b\\c' })).toBe(1);
  expect(sumOf(samples, 'agent_session_requests_total', { model: '\ufffd' })).toBe(2);
  expect(sumOf(samples, 'agent_session_requests_total', { model: `${'x'.repeat(199)}…` })).toBe(2);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  const keys = samples.map(({ name, labels }) => JSON.stringify([name, labels]));
  expect(new Set(keys).size).toBe(keys.length);
});

test('a file that the collector may read, and nothing in it that could fall', async () => {
  const folder = makeFolder();
  const store = await makeStore(folder, [line('2026-02-01T17:00:00.000Z', { session_id: 's', model: 'm' })]);
  const file = join(folder, 'agent_sessions.prom');
  expect((await run(['export', file, '--data-dir', store])).code).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o644);
  const families = [...USAGE_FAMILIES, ...STORE_FAMILIES].map(({ name, type }) => `# TYPE ${name} ${type}`);
  expect(readFileSync(file, 'utf8').match(/^# TYPE .*$/gm)).toEqual(families);
  for (const [argv, message] of [
    [['--days', '7'], 'prometheus counts from the first round on: leave out --days, --since and --until'],
    [
      ['--group-by', 'model'],
      '--group-by does not work with prometheus, whose series are by gateway, model and consumer',
    ],
    [
      ['--source', 'clickhouse://h/d/t'],
      'prometheus also tells how the stores are: name them with --data-dir, not --source',
    ],
    [
      ['--currency', 'CNY'],
      'prometheus has each cost in the currency that was charged: leave out --currency',
    ],
  ] as const) {
    const ran = await run([
      'export',
      file,
      ...(argv[0] === '--source' ? [] : ['--data-dir', store]),
      ...argv,
    ]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(message);
  }
});

test('docs/metrics.md has each metric and its type', () => {
  const docs = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...docs.matchAll(/^\| `(agent_session_\w+)` +\| (\w+)/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  expect(rows).toEqual([...USAGE_FAMILIES, ...STORE_FAMILIES].map(({ name, type }) => `${name} ${type}`));
});
