import { existsSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InputOutputError } from '../../src/platform/errors.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { tailPath } from '../../src/store/index/index-files.ts';
import { pricesPath } from '../../src/store/price-files.ts';
import { readPriceLines, readSnapshot } from '../../src/store/read.ts';
import { NO_FILTERS } from '../../src/store/store.ts';
import { addition, commitTo, newStore, snapshotOf, stateOf, titled } from './make.ts';

describe('readSnapshot', () => {
  test('is one commit, also when the index is replaced while it is read', () => {
    const store = newStore();
    commitTo(store, [addition('a')]);
    let isFirst = true;
    const files = {
      ...nodeFiles,
      open: (path: string, how: 'read' | 'write' | 'create') => {
        if (isFirst && path === tailPath(store.dir, 1)) {
          isFirst = false;
          commitTo(store, [titled('b', 300_000)]);
          expect(existsSync(path)).toBe(false);
        }
        return nodeFiles.open(path, how);
      },
    };
    expect([...readSnapshot(store.dir, files).sessions.keys()].toSorted()).toEqual(['a', 'b']);
    expect(isFirst).toBe(false);
  });

  test('of a store without a commit is empty', () => {
    const store = newStore({ ...NO_FILTERS, no_content: true });
    expect(snapshotOf(store)).toEqual({ dir: store.dir, sessions: [], priceLines: [], noContent: true });
    expect(readSnapshot(store.dir).sessions.size).toBe(0);
  });

  test.each([
    ['truncated', (path: string) => truncateSync(path, 1)],
    ['missing', (path: string) => rmSync(path)],
    ['damaged', (path: string) => writeFileSync(path, '11')],
  ])('of a store whose price book is %s is an error that names it', (problem, damage) => {
    const store = newStore();
    commitTo(store, [], { prices: ['1'] });
    const path = pricesPath(store.dir, 1);
    damage(path);
    for (const use of [
      () => readSnapshot(store.dir),
      () => readPriceLines(nodeFiles, store.dir, stateOf(store)),
    ]) {
      expect(use).toThrow(InputOutputError);
      expect(use).toThrow(`the price book ${path} is ${problem}. Nothing was changed. Restore the store`);
    }
  });
});
