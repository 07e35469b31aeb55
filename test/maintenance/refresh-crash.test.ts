import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { aiLine, failAt, makeFolder, run, type Fault } from '../ingest/make.ts';
import type { RefreshRequest } from '../../src/maintenance/refresh/refresh-prices.ts';
import { dumpMoney, priceFile, refreshBy } from './refresh-scene.ts';

const PRICES = [
  { match: 'a', input: 3, output: 1 },
  { match: 'b', free: true },
];

/** A refresh of a span of time keeps the one before in its book, which is of all times. */
const SPAN = { from: -Infinity, to: Date.parse('2026-02-01T00:00:01Z') };

describe.each<[string, Partial<RefreshRequest>]>([
  ['of all times', {}],
  ['of a span of time', { span: SPAN }],
])('a refresh %s', (_, request) => {
  const scene = mkdtempSync(join(tmpdir(), 'refresh-'));
  let before: unknown;
  let after: unknown;
  let operations: string[];
  let points: number[];

  /** A store with priced and unpriced rounds, refreshed once before, with rounds behind that. */
  beforeAll(async () => {
    const [log, dir] = [join(scene, 'access.log'), join(scene, 'sessions')];
    const line = (session: string, n: number, model: string): string => aiLine(session, n, { model });
    let text = '';
    for (const [session, n, model] of [
      ['s', 0, 'a'],
      ['t', 0, 'b'],
      ['t', 1, 'a'],
      ['u', 0, 'c'],
    ] as const) {
      text += line(session, n, model);
      writeFileSync(log, text);
      await run(dir, log, { pricesPath: priceFile(scene, [{ match: 'b', input: 1 }]) });
      if (session === 's') await refreshBy(dir, [{ match: 'a', input: 8 }]);
    }
    before = dumpMoney(dir);
    const copy = copied();
    const counting = failAt(Infinity, 'before');
    await refreshBy(storeOf(copy), PRICES, counting.files, request);
    operations = counting.operations;
    after = dumpMoney(storeOf(copy));
    // What is read before the first write leaves the store as it was: one such operation stands for all.
    const first = operations.indexOf('write');
    points = [3, ...[...operations.keys()].slice(first - 1)];
  });

  afterAll(() => rmSync(scene, { recursive: true }));

  function copied(): string {
    const folder = makeFolder();
    cpSync(scene, folder, { recursive: true, preserveTimestamps: true });
    return folder;
  }

  const storeOf = (folder: string): string => join(folder, 'sessions');

  async function failed(folder: string, at: number, fault: Fault, code?: string): Promise<string> {
    const dir = storeOf(folder);
    const refreshed = refreshBy(dir, PRICES, failAt(at, fault, code).files, request);
    await expect(refreshed, `operation ${at}`).rejects.toThrow(/operation|dead|ENOSPC|EIO/);
    return `${fault} operation ${at}, ${operations[at]}`;
  }

  const FAULTS: [Fault, string?][] = [['before'], ['torn'], ['after'], ['before', 'ENOSPC']];
  const NEED_SPACE = new Set(['open', 'write', 'sync', 'rename']);

  describe.each(FAULTS)('row 22, 24: a refresh that fails %s an operation (%s)', (fault, code) => {
    test('leaves the old prices or the new ones, and can be made again', async () => {
      expect(before).not.toEqual(after);
      expect(operations.length).toBeGreaterThan(30);
      for (const at of points) {
        if (fault === 'torn' && operations[at] !== 'write') continue;
        if (code && !NEED_SPACE.has(operations[at] ?? '')) continue;
        const folder = copied();
        const dir = storeOf(folder);
        const where = await failed(folder, at, fault, code);
        expect([before, after], where).toContainEqual(dumpMoney(dir));
        await refreshBy(dir, PRICES, nodeFiles, request);
        expect(dumpMoney(dir), where).toEqual(after);
      }
    });
  });

  describe('a refresh that was killed', () => {
    test('leaves nothing that a repair takes for the last commit, once another run has gone on', async () => {
      for (const at of points) {
        const folder = copied();
        const [log, dir] = [join(folder, 'access.log'), storeOf(folder)];
        const where = await failed(folder, at, 'after');
        writeFileSync(log, aiLine('v', 0, { model: 'a' }), { flag: 'a' });
        await run(dir, log);
        const committed = dumpMoney(dir);
        rmSync(join(dir, '.state.json'));
        await repairStore(nodeFiles, dir, true);
        expect(dumpMoney(dir), where).toEqual(committed);
        expect((await repairStore(nodeFiles, dir, false)).problems, where).toEqual([]);
      }
    });

    test('and whose state is lost then is one commit still', async () => {
      for (const at of points) {
        const folder = copied();
        const dir = storeOf(folder);
        const where = await failed(folder, at, 'after');
        rmSync(join(dir, '.state.json'));
        await repairStore(nodeFiles, dir, true);
        expect([before, after], where).toContainEqual(dumpMoney(dir));
        expect((await repairStore(nodeFiles, dir, false)).problems, where).toEqual([]);
      }
    });
  });

  test('row 29: readers see one commit at every operation of a refresh', async () => {
    const dir = storeOf(copied());
    const seen = new Set<string>();
    const look = (): unknown => seen.add(JSON.stringify(dumpMoney(dir)));
    const files = Object.fromEntries(
      Object.entries(nodeFiles).map(([name, operation]) => [
        name,
        (...args: unknown[]): unknown => {
          const result = (operation as (...args: unknown[]) => unknown)(...args);
          if (['write', 'truncate', 'rename', 'remove', 'open'].includes(name)) look();
          return result;
        },
      ]),
    ) as unknown as Files;
    await refreshBy(dir, PRICES, files, request);
    expect([...seen]).toEqual([JSON.stringify(before), JSON.stringify(after)]);
  });
});
