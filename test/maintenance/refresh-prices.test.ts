import { appendFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RefreshRequest } from '../../src/maintenance/refresh/refresh-prices.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { writeState } from '../../src/store/state.ts';
import { aiLine, dumpStore, makeFolder, otherLine, run } from '../ingest/make.ts';
import { dumpMoney, priceFile, refreshBy } from './refresh-scene.ts';

let folder: string;
let log: string;
let dir: string;

beforeEach(() => {
  folder = makeFolder();
  log = join(folder, 'access.log');
  dir = join(folder, 'sessions');
});

/** Rounds at 00:00:00, :01, :02 … of 2026-02-01, with 100, 101, 102 … input and 10 output tokens. */
const round = (session: string, n: number, model: string, rest: Record<string, unknown> = {}) =>
  aiLine(session, n, { model, ...rest });

async function parsed(lines: string[], prices?: Record<string, unknown>[]): Promise<void> {
  appendFileSync(log, lines.join(''));
  await run(dir, log, prices ? { pricesPath: priceFile(folder, prices) } : {});
}

/** `[state or entry, USD × 10⁶]` of every round of the first session. */
function firstSession(): unknown[] {
  const [first] = dumpMoney(dir) as { rounds: [number, string, unknown, string | null][] }[];
  return (first?.rounds ?? []).map(([, , price, cost]) => [
    price,
    cost === null ? null : Number(cost) / 1e12,
  ]);
}

const totals = () => {
  const cells = [...readSnapshot(dir).sessions.values()].flatMap(({ usage }) => usage);
  return {
    cost: cells.reduce((sum, cell) => sum + cell.cost, 0n),
    unpriced: cells.reduce((sum, { price, rounds }) => sum + (price === 'unpriced' ? rounds : 0), 0),
  };
};

describe('a refresh', () => {
  test('prices what was unpriced, in the rounds and in the index', async () => {
    await parsed([round('s', 0, 'new'), round('s', 1, 'other')]);
    expect(firstSession()).toEqual([
      ['unpriced', null],
      ['unpriced', null],
    ]);
    const result = await refreshBy(dir, [{ match: 'new', input: 1, output: 2 }]);
    expect(firstSession()).toEqual([
      [1, 120],
      ['unpriced', null],
    ]);
    expect(totals()).toEqual({ cost: 120n * 10n ** 12n, unpriced: 1 });
    expect(result).toEqual({
      models: 2,
      rounds: 2,
      changedSessions: 1,
      changes: [
        {
          month: '2026-02',
          model: 'new',
          rounds: 1,
          before: { costs: new Map(), unpricedRounds: 1 },
          after: { costs: new Map([['USD', 120n * 10n ** 12n]]), unpricedRounds: 0 },
        },
      ],
      repricedRounds: 0,
      sameCostRounds: 0,
      isDryRun: false,
      before: { costs: new Map(), settledRounds: 0, unpricedRounds: 2 },
      after: { costs: new Map([['USD', 120n * 10n ** 12n]]), settledRounds: 1, unpricedRounds: 1 },
    });
  });

  test('gives old rounds a new price, and the dates of a price hold', async () => {
    await parsed([round('s', 0, 'm'), round('s', 5, 'm')], [{ match: 'm', input: 1 }]);
    await refreshBy(dir, [
      { match: 'm', input: 2 },
      { match: 'm', effective_from: '2026-02-01T00:00:05Z', input: 10 },
    ]);
    expect(firstSession()).toEqual([
      [2, 200],
      [2, 1050],
    ]);
  });

  test('can make a model free or unpriced; before the first price rounds are unpriced', async () => {
    await parsed([round('s', 0, 'a'), round('s', 1, 'b'), round('s', 2, 'c')], [{ match: '*', input: 1 }]);
    await refreshBy(dir, [
      { match: 'a', free: true },
      { match: 'c', effective_from: '2026-02-02', input: 1 },
    ]);
    expect(firstSession()).toEqual([
      ['free', 0],
      ['unpriced', null],
      ['unpriced', null],
    ]);
    expect(totals()).toEqual({ cost: 0n, unpriced: 2 });
  });

  test('leaves alone what the gateway answered and what told no usage', async () => {
    const noUsage = { input_token: 0, output_token: 0, total_token: 0 };
    await parsed([
      round('s', 0, 'm'),
      round('s', 1, 'm', { cache_status: 'hit' }),
      round('s', 2, 'm', noUsage),
    ]);
    await refreshBy(dir, [{ match: 'm', input: 1 }]);
    expect(firstSession()).toEqual([
      [1, 100],
      ['gateway-cache', 0],
      ['no-usage', null],
    ]);
  });

  test('tiers go by the round', async () => {
    await parsed([round('s', 0, 'm'), round('s', 1, 'm')]);
    await refreshBy(dir, [{ match: 'm', input: 1, tiers: [{ above: 100, input: 3 }] }]);
    expect(firstSession()).toEqual([
      [1, 100],
      [1, 303],
    ]);
  });

  test('is of the rounds that were there: later ones take the store’s price file, until the next refresh', async () => {
    await parsed([round('s', 0, 'm'), otherLine(0)]);
    await refreshBy(dir, [{ match: 'm', input: 2 }]);
    await parsed([round('s', 1, 'm')], [{ match: 'm', input: 7 }]);
    await parsed([round('s', 2, 'm')]);
    expect(firstSession()).toEqual([
      [1, 200],
      [2, 707],
      [2, 714],
    ]);
    await refreshBy(dir, [{ match: 'm', input: 3 }]);
    expect(firstSession()).toEqual([
      [3, 300],
      [3, 303],
      [3, 306],
    ]);
    expect(totals()).toEqual({ cost: 909n * 10n ** 12n, unpriced: 0 });
  });

  test('knows rounds of logs that are gone, and of those that come', async () => {
    await parsed([round('s', 0, 'm')]);
    rmSync(log);
    writeFileSync(`${log}.1`, round('t', 0, 'm'));
    for (let i = 0; i < 3; i++) await run(dir, log);
    await refreshBy(dir, [{ match: 'm', input: 1 }]);
    await parsed([round('u', 0, 'm')]);
    expect(firstSession()).toEqual([[1, 100]]);
    expect(totals()).toEqual({ cost: 200n * 10n ** 12n, unpriced: 1 });
  });

  test('rewrites no session file and no round, and leaves one price book and one index', async () => {
    await parsed([round('s', 0, 'm'), round('t', 0, 'm')], [{ match: 'm', input: 1 }]);
    const files = () => ['s.json', 't.json'].map((name) => readFileSync(join(dir, name), 'utf8'));
    const [before, texts] = [files(), dumpStore(dir)];
    await refreshBy(dir, [{ match: 'm', input: 1 }]);
    expect(readdirSync(dir).filter((name) => name.startsWith('.prices'))).toEqual(['.prices-1.jsonl']);
    for (const input of [2, 3]) await refreshBy(dir, [{ match: 'm', input }]);
    expect(files()).toEqual(before);
    expect(JSON.stringify(dumpStore(dir)).replaceAll(/"cost":"\d+"/g, '')).toBe(
      JSON.stringify(texts).replaceAll(/"cost":"\d+"/g, ''),
    );
    const isCopy = (name: string): boolean => name.startsWith('.price-file-');
    expect(
      readdirSync(dir)
        .filter((name) => !isCopy(name))
        .toSorted(),
    ).toEqual(
      [
        '.index-3.base',
        '.lock',
        '.prices-3.jsonl',
        '.state.json',
        '.store.json',
        's.json',
        't.json',
      ].toSorted(),
    );
    const lines = readFileSync(join(dir, '.prices-3.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual([
      'entry',
      'entry',
      'entry',
      'refresh',
    ]);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      refresh: {
        commit: 3,
        models: [['m', 3]],
        next_log: 2,
        logs: [[1, expect.any(Number)]],
      },
    });
  });

  test('that finds nothing new writes nothing', async () => {
    await parsed([round('s', 0, 'm'), round('s', 1, 'unknown-model')], [{ match: 'm', input: 1 }]);
    const before = readFileSync(join(dir, '.state.json'), 'utf8');
    expect((await refreshBy(dir, [{ match: 'm', input: 1 }])).changedSessions).toBe(0);
    expect(readFileSync(join(dir, '.state.json'), 'utf8')).toBe(before);
  });

  test('of model names that mean something to an object', async () => {
    await parsed([round('s', 0, '__proto__'), round('s', 1, 'constructor')]);
    await refreshBy(dir, [{ match: '__proto__', input: 1 }]);
    expect(firstSession()).toEqual([
      [1, 100],
      ['unpriced', null],
    ]);
  });

  test('waits for nobody', async () => {
    await parsed([round('s', 0, 'm')]);
    const release = takeLock(join(dir, '.lock'), 'test');
    await expect(refreshBy(dir, [{ match: 'm', input: 1 }])).rejects.toThrow('another run holds the store');
    release();
  });

  test('says so where a session file is not whole, and changes nothing', async () => {
    await parsed([round('s', 0, 'm')]);
    rmSync(join(dir, 's.json'));
    await expect(refreshBy(dir, [{ match: 'm', input: 1 }])).rejects.toThrow(/s\.json is missing/);
    expect(existsSync(join(dir, '.prices-2.jsonl'))).toBe(false);
  });
});

describe('a refresh of a span of time', () => {
  const at = (text: string): number => Date.parse(`2026-02-01T00:00:${text}Z`);
  const span = (from: number, to = Infinity) => ({ span: { from, to } });
  const refresh = (input: number, request: Partial<RefreshRequest> = {}) =>
    refreshBy(dir, [{ match: 'm', input }], nodeFiles, request);
  /** Rates are told from costs: the rounds have 100, 101, 102 … input tokens. */
  const rates = () => (firstSession() as [unknown, number][]).map(([, cost], n) => cost / (100 + n));

  beforeEach(async () => {
    await parsed(
      [0, 1, 2, 3].map((n) => round('s', n, 'm')),
      [{ match: 'm', input: 1 }],
    );
  });

  test('prices its rounds, and no others', async () => {
    const result = await refresh(2, span(at('01'), at('03')));
    expect(rates()).toEqual([1, 2, 2, 1]);
    expect(result.changes).toMatchObject([{ month: '2026-02', model: 'm', rounds: 2 }]);
    expect(totals()).toEqual({ cost: 609n * 10n ** 12n, unpriced: 0 });
    expect((await repairStore(nodeFiles, dir, false)).problems).toEqual([]);
  });

  test('several combine: the last one that covers a round holds, and what comes later has its own price', async () => {
    await refresh(2);
    await refresh(3, span(at('01'), at('03')));
    await refresh(4, span(at('02')));
    expect(rates()).toEqual([2, 3, 4, 4]);
    await parsed([round('s', 4, 'm')]);
    expect(rates()).toEqual([2, 3, 4, 4, 1]);
    await refresh(5, span(at('03')));
    expect(rates()).toEqual([2, 3, 4, 5, 5]);
    expect((await repairStore(nodeFiles, dir, false)).problems).toEqual([]);
    const before = dumpMoney(dir);
    rmSync(join(dir, '.state.json'));
    await repairStore(nodeFiles, dir, true);
    expect(dumpMoney(dir)).toEqual(before);
    damage(join(dir, readdirSync(dir).find((name) => name.endsWith('.base')) ?? ''));
    await repairStore(nodeFiles, dir, true);
    expect(dumpMoney(dir)).toEqual(before);
    await refresh(6);
    expect(rates()).toEqual([6, 6, 6, 6, 6]);
    const book = readdirSync(dir).find((name) => name.startsWith('.prices-')) ?? '';
    expect(readFileSync(join(dir, book), 'utf8').match(/"refresh(es)?":/g)).toEqual(['"refresh":']);
  });

  test('looks only models up that have rounds in it', async () => {
    await parsed([round('t', 0, 'later').replace('2026-02-01T00:00', '2026-02-01T00:15')]);
    const { models } = await refresh(2, span(-Infinity, Date.parse('2026-02-01T00:15:00Z')));
    expect(models).toBe(1);
  });
});

describe('a refresh that may not change what has a price', () => {
  const refresh = (models: Record<string, unknown>[]) =>
    refreshBy(dir, models, nodeFiles, { mayReprice: false });
  const state = () => readFileSync(join(dir, '.state.json'), 'utf8');

  beforeEach(async () => {
    await parsed(
      [round('s', 0, 'm'), round('s', 1, 'n'), round('s', 2, 'gratis')],
      [
        { match: 'm', input: 1 },
        { match: 'gratis', free: true },
      ],
    );
  });

  test.each<[string, Record<string, unknown>[], string]>([
    [
      'another price',
      [
        { match: 'm', input: 2 },
        { match: 'gratis', free: true },
      ],
      '1 round that already has a price: from $0.0001 to $0.0002',
    ],
    [
      'no price any more',
      [{ match: 'gratis', free: true }],
      '1 round that already has a price: from $0.0001 to $0.0000',
    ],
    [
      'a price for what was free',
      [
        { match: 'm', input: 1 },
        { match: 'gratis', input: 1 },
      ],
      '1 round that already has a price: from $0.0000 to $0.0001',
    ],
    [
      'both',
      [
        { match: 'm', input: 3 },
        { match: 'gratis', input: 1 },
      ],
      '2 rounds that already have a price',
    ],
  ])('refuses %s, and writes nothing', async (_, models, message) => {
    const before = state();
    await expect(refresh(models)).rejects.toThrow(message);
    await expect(refresh(models)).rejects.toMatchObject({ exitCode: 2 });
    expect([state(), existsSync(join(dir, '.prices-2.jsonl'))]).toEqual([before, false]);
  });

  test('prices what had no price, and takes another source at the same cost', async () => {
    const result = await refresh([
      { match: 'm', input: 1, source: 'another' },
      { match: 'n', input: 2 },
      { match: 'gratis', free: true },
    ]);
    expect(result).toMatchObject({
      repricedRounds: 0,
      sameCostRounds: 1,
      changedSessions: 1,
      changes: [{ month: '2026-02', model: 'n', rounds: 1, before: { unpricedRounds: 1 } }],
    });
    expect(firstSession()).toEqual([
      [2, 100],
      [3, 202],
      ['free', 0],
    ]);
  });
});

test('a dry run says what would change, by month and model, and writes nothing', async () => {
  const first = round('s', 0, 'm', { input_token: 1000, output_token: 0, total_token: 1000 });
  await parsed(
    [first, first.replace('2026-02-01T', '2026-03-01T'), round('t', 1, 'new')],
    [{ match: 'm', input: 1 }],
  );
  const files = () => readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'latin1')]);
  const before = files();
  const models = [
    { match: 'm', input: 2 },
    { match: 'new', input: 5 },
  ];
  const result = await refreshBy(dir, models, nodeFiles, { isDryRun: true, mayReprice: false });
  expect(files()).toEqual(before);
  const usd = (micro: number): bigint => BigInt(micro) * 10n ** 12n;
  const change = (month: string, model: string, from: number | null, to: number) => ({
    month,
    model,
    rounds: 1,
    before:
      from === null
        ? { costs: new Map(), unpricedRounds: 1 }
        : { costs: new Map([['USD', usd(from)]]), unpricedRounds: 0 },
    after: { costs: new Map([['USD', usd(to)]]), unpricedRounds: 0 },
  });
  expect(result).toEqual({
    models: 2,
    rounds: 3,
    changedSessions: 2,
    changes: [
      change('2026-02', 'm', 1000, 2000),
      change('2026-02', 'new', null, 505),
      change('2026-03', 'm', 1000, 2000),
    ],
    repricedRounds: 2,
    sameCostRounds: 0,
    isDryRun: true,
    before: { costs: new Map([['USD', usd(2000)]]), settledRounds: 2, unpricedRounds: 1 },
    after: { costs: new Map([['USD', usd(4505)]]), settledRounds: 3, unpricedRounds: 0 },
  });
});

describe('after a refresh', () => {
  beforeEach(async () => {
    await parsed([round('s', 0, 'm'), round('t', 1, 'n')], [{ match: 'n', input: 5 }]);
    await refreshBy(dir, [{ match: 'm', input: 2 }]);
    await parsed([round('s', 2, 'm')], [{ match: 'm', input: 9 }]);
  });

  test('a store is sound', async () => {
    expect((await repairStore(nodeFiles, dir, false)).problems).toEqual([]);
  });

  test.each([
    ['the index', ['.index-2.base'], true],
    ['the state', ['.state.json'], false],
  ])('a repair without %s gives the same store back', async (_, names, isDamaged) => {
    const before = dumpMoney(dir);
    for (const name of names) {
      if (isDamaged) damage(join(dir, name));
      else rmSync(join(dir, name));
    }
    const { problems, lostRounds } = await repairStore(nodeFiles, dir, true);
    expect([problems.length, lostRounds]).toEqual([1, 0]);
    expect(dumpMoney(dir)).toEqual(before);
    expect((await repairStore(nodeFiles, dir, false)).problems).toEqual([]);
    expect(readdirSync(dir).filter((name) => name.startsWith('.prices'))).toEqual(['.prices-2.jsonl']);
  });

  test('a reader that read the state before it starts again', async () => {
    let isFirst = true;
    const files: Files = {
      ...nodeFiles,
      open(path, how) {
        if (path.endsWith('.prices-2.jsonl') && isFirst) {
          isFirst = false;
          rmSync(path);
          writeState(nodeFiles, join(dir, '.state.json'), next);
          writeFileSync(join(dir, '.prices-3.jsonl'), book);
        }
        return nodeFiles.open(path, how);
      },
    };
    const book = readFileSync(join(dir, '.prices-2.jsonl'));
    const { state } = readSnapshot(dir);
    const next = { ...state, prices: { ...state.prices, generation: 3 } };
    expect(readSnapshot(dir, files).priceLines.length).toBe(4);
    expect(isFirst).toBe(false);
  });
});

/** Overwrites the middle of a file's first line. */
function damage(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `${text.slice(0, 5)}#${text.slice(6)}`);
}
