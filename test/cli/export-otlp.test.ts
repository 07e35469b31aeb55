import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LINES, newPlace, parse, type Place } from '../clickhouse/make.ts';
import { aiLine } from '../ingest/make.ts';
import { spansIn, type SentSpan } from '../otlp/make.ts';
import { makeFolder } from '../platform/make.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { run, type Ran } from './run.ts';

/** A store of the sample log: 154 rounds of 26 sessions, one of which is of requests without a session. */
async function samplePlace(name?: string): Promise<Place> {
  const place = newPlace(name);
  await parse(place, LINES);
  return place;
}

function exportTo(target: string, stores: readonly string[], ...rest: string[]): Promise<Ran> {
  const dirs = stores.flatMap((store) => ['--data-dir', store]);
  return run(['export', '--format', 'otlp', target, ...dirs, ...rest]);
}

async function exported(target: string, stores: readonly string[], ...rest: string[]): Promise<string> {
  const { code, out, err } = await exportTo(target, stores, ...rest);
  expect([code, err]).toEqual([0, '']);
  return out;
}

function filesIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name !== '_monitor')
    .toSorted();
}

function spansOf(dir: string): SentSpan[] {
  return filesIn(dir).flatMap((name) => spansIn(readFileSync(join(dir, name), 'utf8')));
}

const isRound = ({ kind }: SentSpan): boolean => kind === 3;

function sumOf(spans: readonly SentSpan[], key: string): number {
  return spans.reduce((sum, { values }) => sum + Number(values[key] ?? 0), 0);
}

describe('a file', () => {
  test('has a span for each round, which add up to the statistics, and a root for each session', async () => {
    const { store } = await samplePlace();
    const file = join(makeFolder(), 'traces.jsonl');
    expect(await exported(file, [store])).toBe(`${file}: 154 rounds as 179 spans\n`);
    const spans = spansIn(readFileSync(file, 'utf8'));
    const rounds = spans.filter(isRound);
    expect([spans.length, rounds.length]).toEqual([179, 154]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(179);
    const roots = new Map(spans.filter((span) => !isRound(span)).map((span) => [span.spanId, span]));
    const own = rounds.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(own.map(({ values }) => values['session.id'])).toEqual(own.map(() => undefined));
    expect(own).toHaveLength(8);
    for (const { parentSpanId = '', traceId } of rounds.filter((one) => !own.includes(one)))
      expect(roots.get(parentSpanId)?.traceId).toBe(traceId);
    const { total } = JSON.parse(
      (await run(['stats-model', '--json', '--currency', 'none', '--data-dir', store])).out,
    ) as { total: Record<string, number> };
    expect(sumOf(rounds, 'gen_ai.usage.input_tokens')).toBe(total['input_tokens']);
    expect(sumOf(rounds, 'gen_ai.usage.output_tokens')).toBe(total['output_tokens']);
    const dollars = rounds.filter(({ values }) => values['agent_session_monitor.cost.currency'] === 'USD');
    expect(sumOf(dollars, 'agent_session_monitor.cost.amount')).toBeCloseTo(total['cost_usd'] ?? 0, 12);
    expect(new Set(spans.map(({ resource }) => JSON.stringify(resource)))).toEqual(
      new Set([
        JSON.stringify({
          'service.name': 'eu-1',
          'service.instance.id': readSnapshot(store).state.store,
          'agent_session_monitor.gateway': 'eu-1',
        }),
      ]),
    );
    expect(readFileSync(file, 'utf8')).not.toContain('gen_ai.input.messages');
  });

  test('can have texts, and another name for the service', async () => {
    const { store } = await samplePlace();
    const argv = ['export', '--format', 'otlp', '-', '--data-dir', store, '--with-content'];
    const { out, err } = await run(argv, { env: { OTEL_SERVICE_NAME: 'ai-gateway' } });
    expect(err).toBe('');
    const spans = spansIn(out);
    expect(spans.filter(({ values }) => 'gen_ai.input.messages' in values)).toHaveLength(122);
    expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['ai-gateway']));
  });
});

test('--strict exits with 1 if some rounds have no price, after it has written all', async () => {
  const { store } = await samplePlace();
  const dir = join(makeFolder(), 'traces');
  expect(await exportTo(dir, [store], '--strict')).toMatchObject({
    code: 1,
    err: expect.stringContaining('the total does not include'),
  });
  expect(spansOf(dir)).toHaveLength(179);
});

describe('a folder', () => {
  test('gets what is new, each round once, in a file for each export', async () => {
    const place = newPlace();
    await parse(place, LINES.slice(0, 200));
    const dir = join(makeFolder(), 'traces');
    await exported(dir, [place.store]);
    expect(await exported(dir, [place.store])).toBe(`${dir}: nothing new\n`);
    const first = spansOf(dir);
    await parse(place, LINES.slice(200));
    await exported(dir, [place.store]);
    expect(filesIn(dir)).toEqual(['traces-000001.jsonl', 'traces-000002.jsonl']);
    const spans = spansOf(dir);
    expect(spans.filter(isRound)).toHaveLength(154);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(179);
    expect(first.length).toBeLessThan(179);
    // Whether a round was there before makes no difference to its span.
    const whole = spansIn((await exportTo('-', [place.store])).out);
    const sorted = (list: readonly SentSpan[]): string[] => list.map((one) => JSON.stringify(one)).toSorted();
    expect(sorted(spans)).toEqual(sorted(whole));
  });

  test('a file that its reader has removed does not come back', async () => {
    const place = await samplePlace();
    const dir = join(makeFolder(), 'traces');
    await exported(dir, [place.store]);
    rmSync(join(dir, 'traces-000001.jsonl'));
    expect(await exported(dir, [place.store])).toBe(`${dir}: nothing new\n`);
    await parse(place, [aiLine('later', 0)]);
    expect(await exported(dir, [place.store])).toBe(`${dir}: 1 round as 2 spans, in 1 new file\n`);
    expect(filesIn(dir)).toEqual(['traces-000002.jsonl']);
  });

  test('what an export did not commit is removed', async () => {
    const place = await samplePlace();
    const dir = join(makeFolder(), 'traces');
    await exported(dir, [place.store]);
    for (const name of ['traces-000002.jsonl', 'traces-000001.jsonl.x', 'x'])
      writeFileSync(join(dir, '_monitor', 'staged', name), 'half');
    await parse(place, [aiLine('later', 0)]);
    await exported(dir, [place.store]);
    expect(readdirSync(join(dir, '_monitor', 'staged'))).toEqual([]);
    expect(spansOf(dir)).toHaveLength(181);
  });

  test('prices that were refreshed, a reindex and another name of the gateway send nothing again', async () => {
    const place = await samplePlace();
    const dir = join(makeFolder(), 'traces');
    await exported(dir, [place.store]);
    const prices = join(makeFolder(), 'prices.json');
    writeFileSync(prices, JSON.stringify({ models: [{ match: '*', input: 1, output: 1 }] }));
    await parse(place, [], '--gateway', 'us-1', '--prices', prices, '--dimension', 'department');
    for (const argv of [['prices', '--refresh', '--yes'], ['reindex']])
      expect((await run([...argv, '--data-dir', place.store])).code).toBe(0);
    expect(await exported(dir, [place.store])).toBe(`${dir}: 0 rounds as 0 spans, in 0 new files\n`);
    await parse(place, [aiLine('later', 0)]);
    await exported(dir, [place.store]);
    const later = spansOf(dir).slice(179);
    expect(later.map(({ values, resource }) => [values['session.id'], resource['service.name']])).toEqual([
      ['later', 'us-1'],
      ['later', 'us-1'],
    ]);
  });

  test('several stores are one: a request that two have read is one span', async () => {
    const places = [newPlace('eu-1'), newPlace('us-1')];
    const [one, other] = places as [Place, Place];
    await parse(one, [...LINES.slice(0, 200), aiLine('only', 0)]);
    await parse(other, [...LINES.slice(150), aiLine('there', 0)]);
    const dir = join(makeFolder(), 'traces');
    await exported(dir, [one.store, other.store]);
    const spans = spansOf(dir);
    expect(spans.filter(isRound)).toHaveLength(156);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(
      new Set(places.map(({ store }) => store.replace(/.*\//, ''))),
    );
    expect(await exportTo(dir, [one.store])).toMatchObject({
      code: 2,
      err: expect.stringContaining('this folder also has the rounds of the store'),
    });
  });

  test('pruned rounds cannot be in it, and are counted', async () => {
    const place = await samplePlace();
    const pruned = await run(['prune', '--older-than', '1d', '--data-dir', place.store]);
    expect(pruned, pruned.err).toMatchObject({ code: 0 });
    const dir = join(makeFolder(), 'traces');
    const { code, err } = await exportTo(dir, [place.store]);
    expect(code).toBe(0);
    expect(err).toMatch(/^monitor: \d+ rounds were pruned and cannot be in this export\n$/);
    const spans = spansOf(dir);
    const roots = new Set(spans.filter((span) => !isRound(span)).map(({ spanId }) => spanId));
    // The first round that is left brings the root.
    for (const { parentSpanId } of spans.filter(isRound))
      if (parentSpanId !== undefined) expect(roots).toContain(parentSpanId);
  });

  test.each([
    ['--days', '3'],
    ['--session', 'x'],
    ['--group-by', 'model'],
    ['--source', 'clickhouse://db/a/b'],
  ])('%s is refused: the collector chooses', async (...option) => {
    const dir = join(makeFolder(), 'traces');
    const argv = ['export', '--format', 'otlp', dir, ...option];
    expect(await run(argv)).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not work with otlp'),
    });
    expect(existsSync(dir)).toBe(false);
  });

  test('a folder with other files, a place in a store, and a damaged state are refused', async () => {
    const { store } = await samplePlace();
    const other = makeFolder();
    writeFileSync(join(other, 'notes.txt'), 'mine');
    expect(await exportTo(other, [store])).toMatchObject({
      code: 74,
      err: `monitor: ${other} is not a folder of traces of monitor: it has notes.txt. Nothing was written: name an empty or new folder\n`,
    });
    expect((await exportTo(join(store, 'traces'), [store])).err).toContain('is inside the store');
    const dir = join(makeFolder(), 'traces');
    await exported(dir, [store]);
    const state = join(dir, '_monitor', 'traces.json');
    writeFileSync(state, readFileSync(state, 'utf8').replace('"files":1', '"files":2'));
    expect(await exportTo(dir, [store])).toMatchObject({
      code: 74,
      err: `monitor: the state of the traces in ${dir} is damaged. Nothing was changed. Export into a new folder\n`,
    });
  });

  test('a link in the place of its folder is not followed', async () => {
    const { store } = await samplePlace();
    const [dir, elsewhere] = [makeFolder(), makeFolder()];
    symlinkSync(elsewhere, join(dir, '_monitor'));
    expect((await exportTo(dir, [store])).code).toBe(74);
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});
