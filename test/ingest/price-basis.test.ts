import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openPriceAnswers } from '../../src/ingest/settings/price-answers.ts';
import { findPriceBasis, keepPriceBasis } from '../../src/ingest/settings/price-basis.ts';
import { refreshPrices } from '../../src/maintenance/refresh/refresh-prices.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { openStore } from '../../src/store/store.ts';
import { aiLine, failAt, makeFolder, run, type Fault } from './make.ts';
import { dumpMoney } from '../maintenance/refresh-scene.ts';

let folder: string;
let log: string;
let dir: string;
let prices: string;
let rounds = 0;

beforeEach(() => {
  folder = makeFolder();
  log = join(folder, 'access.log');
  dir = join(folder, 'sessions');
  prices = join(folder, 'prices.json');
  rounds = 0;
});

/** A clock that stands still: what is written twice is the same. */
const NOON = Date.UTC(2026, 1, 3, 12);

/** A price file in which the model `m` costs that many USD per million input tokens. */
const textOf = (input: number): string => JSON.stringify({ models: [{ match: 'm', input }] });
const write = (input: number, path = prices): void => writeFileSync(path, textOf(input));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** One more round of the model `m`, of 1000 input tokens, and a run; returns what it said beside. */
async function parse(pricesPath?: string, files: Files = nodeFiles): Promise<string[]> {
  appendFileSync(
    log,
    aiLine('s', rounds++, { model: 'm', input_token: 1000, output_token: 0, total_token: 1000 }),
  );
  const { warnings } = await run(dir, log, { pricesPath, now: () => NOON }, files);
  return warnings.map(({ path, message }) => `${path.replace(folder, '')}: ${message}`);
}

/** What each round costs, in USD × 10⁶ per 1000 tokens, which is the rate; null where it is unpriced. */
function rates(): (number | null)[] {
  const [first] = dumpMoney(dir) as { rounds: [number, string, unknown, string | null][] }[];
  return (first?.rounds ?? []).map(([, , , cost]) => (cost === null ? null : Number(cost) / 1e15));
}

const copies = (): string[] => readdirSync(dir).filter((name) => name.startsWith('.price-file'));
const kept = () => openStore(nodeFiles, dir).pricing.file;

describe('the price file that a run is given', () => {
  test('is the store’s: a run without it goes on with it, and says nothing', async () => {
    write(3);
    expect(await parse(prices)).toEqual([]);
    expect(await parse()).toEqual([]);
    rmSync(prices);
    expect(await parse()).toEqual([]);
    expect(rates()).toEqual([3, 3, 3]);
    expect(kept()).toMatchObject({
      path: prices,
      sha256: sha256(textOf(3)),
      bytes: Buffer.byteLength(textOf(3)),
      since: '2026-02-03T12:00:00.000Z',
    });
    const [copy = ''] = copies();
    expect(copies()).toEqual([`.price-file-${sha256(textOf(3)).slice(0, 16)}.json`]);
    expect(readFileSync(join(dir, copy), 'utf8')).toBe(textOf(3));
    expect(statSync(join(dir, copy)).mode & 0o777).toBe(0o600);
  });

  test('is said where rounds were stored without it', async () => {
    write(3);
    await parse();
    expect(await parse(prices)).toEqual([
      "/prices.json: now this store's price file, also for runs without --prices (--prices none undoes this): " +
        'new rounds take its prices, stored rounds keep theirs until monitor prices --refresh',
    ]);
    expect(rates()).toEqual([null, 3]);
  });

  test('is taken again when it has changed, and that is said once', async () => {
    write(3);
    await parse(prices);
    write(4);
    expect(await parse(prices)).toEqual([
      '/prices.json: has changed since 2026-02-03T12:00Z: new rounds take its new prices, stored rounds keep theirs until monitor prices --refresh',
    ]);
    expect(await parse(prices)).toEqual([]);
    expect(await parse()).toEqual([]);
    expect(rates()).toEqual([3, 4, 4, 4]);
    expect(copies()).toEqual([`.price-file-${sha256(textOf(4)).slice(0, 16)}.json`]);
  });

  test('gives way to another one, and that is said', async () => {
    write(3);
    await parse(prices);
    const other = join(folder, 'other.json');
    write(5, other);
    expect(await parse(other)).toEqual([
      expect.stringMatching(/^\/other\.json: replaces \/.*\/prices\.json as this store's price file: /),
    ]);
    expect(await parse()).toEqual([]);
    expect(rates()).toEqual([3, 5, 5]);
    writeFileSync(prices, textOf(5));
    expect(await parse(prices)).toEqual([
      expect.stringMatching(
        /^\/prices\.json: now this store's price file; its content is the same as that of .*other\.json$/,
      ),
    ]);
    expect(kept()?.path).toBe(prices);
  });

  test('ends with none, which is said, and takes its copy along', async () => {
    write(3);
    await parse(prices);
    expect(await parse('none')).toEqual([
      "/prices.json: is no longer this store's price file: new rounds take the built-in prices, stored rounds keep theirs until monitor prices --refresh",
    ]);
    expect(await parse('none')).toEqual([]);
    expect(await parse()).toEqual([]);
    expect(rates()).toEqual([3, null, null, null]);
    expect([kept(), copies()]).toEqual([null, []]);
  });

  test('is not taken where it is none, and nothing is stored', async () => {
    write(3);
    await parse(prices);
    writeFileSync(prices, '{"models":[{"match":"m","input":-1}]}');
    await expect(parse(prices)).rejects.toThrow('is not a price file');
    expect(await parse()).toEqual([
      expect.stringMatching(/^\/prices\.json: has changed since .*; this run still uses the store's copy/),
    ]);
    expect(rates()).toEqual([3, 3, 3]);
  });

  test('can be gone: the store’s copy is used, and that is said', async () => {
    write(3);
    await parse(prices);
    rmSync(prices);
    expect(await parse(prices)).toEqual([
      expect.stringMatching(
        /^\/prices\.json: cannot read the price file .*This run uses the store's copy of it/,
      ),
    ]);
    expect(rates()).toEqual([3, 3]);
    await expect(parse(join(folder, 'nowhere.json'))).rejects.toThrow('cannot read the price file');
  });

  test('keeps the source of its prices: no new entry of the price book for the copy', async () => {
    write(3);
    await parse(prices);
    await parse();
    await parse(prices);
    expect(readFileSync(join(dir, '.prices-1.jsonl'), 'utf8').split('\n').length).toBe(2);
  });
});

describe('a run without --prices, while the file has changed', () => {
  test('goes on with the copy, and says so once for each change', async () => {
    write(3);
    await parse(prices);
    write(4);
    expect(await parse()).toEqual([
      "/prices.json: has changed since 2026-02-03T12:00Z; this run still uses the store's copy. To use the new prices: " +
        `--prices ${prices}`,
    ]);
    expect(await parse()).toEqual([]);
    write(5);
    expect(await parse()).toHaveLength(1);
    expect(await parse()).toEqual([]);
    expect(rates()).toEqual([3, 3, 3, 3, 3]);
    expect(await parse(prices)).toEqual([expect.stringContaining('has changed since')]);
    expect(rates().at(-1)).toBe(5);
  });

  test('says nothing of one that was only touched, or changed back', async () => {
    write(3);
    await parse(prices);
    utimesSync(prices, 1, 1);
    expect(await parse()).toEqual([]);
    expect(kept()?.seen?.mtime).toBe(1000);
    write(4);
    expect(await parse()).toHaveLength(1);
    write(3);
    expect(await parse()).toEqual([]);
    expect(kept()).not.toHaveProperty('told');
    write(4);
    expect(await parse()).toHaveLength(1);
  });
});

describe('an idle run', () => {
  /** Ends without the lock where there is nothing to do. */
  async function isIdle(pricesPath?: string): Promise<boolean> {
    const opened: string[] = [];
    const files: Files = {
      ...nodeFiles,
      open: (path, how) => {
        opened.push(path);
        return nodeFiles.open(path, how);
      },
    };
    const release = takeLock(join(dir, '.lock'), 'test');
    try {
      const { warnings } = await run(dir, log, { pricesPath }, files);
      expect([warnings, opened.filter((path) => path.includes('price'))]).toEqual([[], []]);
      return true;
    } catch (error) {
      expect(String(error)).toContain('another run holds the store');
      return false;
    } finally {
      release();
    }
  }

  test('reads no price file, and takes no lock', async () => {
    write(3);
    await parse(prices);
    // What can't be read shows that it is not: the copy is gone, and the file's facts are those that were seen.
    rmSync(join(dir, copies()[0] ?? ''));
    expect(await isIdle()).toBe(true);
    expect(await isIdle(prices)).toBe(true);
    rmSync(prices);
    expect(await isIdle(prices)).toBe(true);
  });

  test('is none where it is given another file, a changed one, or none', async () => {
    await parse();
    expect(await isIdle('none')).toBe(true);
    write(3);
    expect(await isIdle(prices)).toBe(false);
    await parse(prices);
    expect(await isIdle('none')).toBe(false);
    write(4);
    expect(await isIdle()).toBe(true);
    expect(await isIdle(prices)).toBe(false);
    // Nothing is new in the log, and the file is the store's all the same.
    expect((await run(dir, log, { pricesPath: prices })).warnings).toHaveLength(1);
    expect(kept()?.sha256).toBe(sha256(textOf(4)));
    await parse();
    expect(rates()).toEqual([null, 3, 4]);
  });
});

describe('a copy that is damaged', () => {
  const damages: [string, (path: string) => void][] = [
    ['is missing', rmSync],
    ['has 3 bytes, and had', (path) => writeFileSync(path, '{}\n')],
    ['has other content', (path) => writeFileSync(path, textOf(9))],
    [
      'is not the file that was written',
      (path) => {
        cpSync(path, join(folder, 'elsewhere.json'));
        unlinkSync(path);
        symlinkSync(join(folder, 'elsewhere.json'), path);
      },
    ],
  ];

  test.each(damages)('%s: it is rewritten from the file, and that is said', async (problem, damage) => {
    write(3);
    await parse(prices);
    const [copy = ''] = copies();
    damage(join(dir, copy));
    expect(await parse()).toEqual([
      expect.stringMatching(
        new RegExp(`^/sessions/\\.price-file-.*: ${problem}.*: it is rewritten from .*prices\\.json$`),
      ),
    ]);
    expect(lstatSync(join(dir, copy)).isFile()).toBe(true);
    expect(await parse()).toEqual([]);
    damage(join(dir, copy));
    expect(await parse(prices)).toEqual([expect.stringContaining(problem)]);
    expect(await parse()).toEqual([]);
    expect(rates()).toEqual([3, 3, 3, 3, 3]);
  });

  test('and whose file says otherwise is an error: nothing is stored until somebody says what holds', async () => {
    write(3);
    await parse(prices);
    rmSync(join(dir, copies()[0] ?? ''));
    write(4);
    await expect(parse()).rejects.toThrow(/is missing, and .* no longer has those prices\. Name the prices/);
    expect(rates()).toEqual([3]);
    await parse('none');
    expect(rates()).toEqual([3, null, null]);
  });

  test('a link in the place of what is written is replaced, and not followed', async () => {
    write(3);
    await parse(prices);
    write(4);
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'as it was');
    const copy = join(dir, `.price-file-${sha256(textOf(4)).slice(0, 16)}.json`);
    for (const path of [copy, `${copy}.tmp`, join(dir, '.store.json.tmp')]) symlinkSync(victim, path);
    await parse(prices);
    expect(readFileSync(victim, 'utf8')).toBe('as it was');
    expect(lstatSync(copy).isFile()).toBe(true);
    expect(rates()).toEqual([3, 4]);
  });

  test('settings that are damaged are an error', async () => {
    write(3);
    await parse(prices);
    const path = join(dir, '.store.json');
    const text = readFileSync(path, 'utf8');
    for (const [from, to] of [
      [/"path":"[^"]*"/, '"path":1'],
      [/"sha256":"/, '"sha256":"../'],
      [/"pricing":/, '"pricing":7,"x":'],
      [/"bytes":\d+/, '"bytes":-1'],
      [/"since":"[^"]*"/, '"since":"soon"'],
      [/"seen":\{/, '"seen":{"dev":"x"},"y":{'],
    ] as const) {
      writeFileSync(path, text.replace(from, to));
      await expect(parse(), String(from)).rejects.toThrow('does not describe a store');
    }
    // What a later build added stays.
    writeFileSync(path, text.replace('"pricing":{', '"later":1,"pricing":{"newer":"x",'));
    write(4);
    await parse(prices);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ later: 1, pricing: { newer: 'x' } });
  });
});

test('a store that was made before there were price files of stores has none', async () => {
  await parse();
  expect(readFileSync(join(dir, '.store.json'), 'utf8')).not.toContain('pricing');
  expect(await findPriceBasis(nodeFiles, openStore(nodeFiles, dir), { given: undefined, now: NOON })).toEqual(
    {
      user: undefined,
      notices: [],
      change: undefined,
      list: 'intl',
    },
  );
});

const FAULTS: [Fault, string?][] = [['before'], ['torn'], ['after'], ['before', 'ENOSPC']];

describe.each(FAULTS)('a run that takes another file and fails %s an operation (%s)', (fault, code) => {
  test('leaves the old file in force or the new one, whole', async () => {
    write(3);
    await parse(prices);
    write(4);
    const made = join(folder, 'made');
    cpSync(dir, made, { recursive: true, preserveTimestamps: true });
    appendFileSync(
      log,
      aiLine('s', rounds++, { model: 'm', input_token: 1000, output_token: 0, total_token: 1000 }),
    );
    const restored = (): void => {
      rmSync(dir, { recursive: true });
      cpSync(made, dir, { recursive: true, preserveTimestamps: true });
    };
    const counting = failAt(Infinity, 'before');
    await run(dir, log, { pricesPath: prices, now: () => NOON }, counting.files);
    const { operations } = counting;
    // The copy's temporary file is opened.
    const first = operations.indexOf('write') - 1;
    expect(operations.length - first).toBeGreaterThan(20);
    const seen = new Set<string>();
    // Behind these it is a run as any other.
    for (let at = first; at < first + 30; at++) {
      if (fault === 'torn' && operations[at] !== 'write') continue;
      restored();
      const failing = failAt(at, fault, code);
      const where = `${fault} ${at}, ${operations[at]}`;
      await run(dir, log, { pricesPath: prices, now: () => NOON }, failing.files).catch(() => {});
      const { sha256: digest } = kept() ?? {};
      expect([sha256(textOf(3)), sha256(textOf(4))], where).toContain(digest);
      seen.add(digest ?? '');
      // Whoever comes next without the flag goes by the very file that is in force.
      const rate = digest === sha256(textOf(3)) ? 3 : 4;
      await run(dir, log, { now: () => NOON });
      expect(rates(), where).toEqual([3, rate]);
      // And with it by the new one. What a kill left over goes with the next change.
      await run(dir, log, { pricesPath: prices, now: () => NOON });
      expect(kept()?.sha256, where).toBe(sha256(textOf(4)));
      await run(dir, log, { pricesPath: 'none', now: () => NOON });
      expect(copies(), where).toEqual([]);
      expect(existsSync(join(dir, '.store.json.tmp')), where).toBe(false);
    }
    // A write that is torn comes before the rename.
    expect(seen.size).toBe(fault === 'torn' ? 1 : 2);
  });
});

test('a refresh that is killed never leaves its prices without its file', async () => {
  write(3);
  await parse(prices);
  write(4);
  const made = join(folder, 'made');
  cpSync(dir, made, { recursive: true, preserveTimestamps: true });
  const refresh = (files: Files): Promise<unknown> =>
    refreshPrices(files, dir, {
      mayReprice: true,
      async prices(store) {
        const basis = await findPriceBasis(files, store, { given: prices, now: NOON });
        const { resolve } = await openPriceAnswers(files, dir, basis);
        return { resolve, keep: () => keepPriceBasis(files, store, basis) };
      },
    });
  const counting = failAt(Infinity, 'before');
  await refresh(counting.files);
  const first = counting.operations.indexOf('write') - 1;
  const seen = new Set<string>();
  for (let at = first; at < counting.operations.length; at++) {
    rmSync(dir, { recursive: true });
    cpSync(made, dir, { recursive: true, preserveTimestamps: true });
    await expect(refresh(failAt(at, 'after').files)).rejects.toThrow();
    seen.add(`${kept()?.sha256 === sha256(textOf(4)) ? 'new' : 'old'} file, ${rates().join()}`);
  }
  expect([...seen].toSorted()).toEqual(['new file, 3', 'new file, 4', 'old file, 3']);
});
