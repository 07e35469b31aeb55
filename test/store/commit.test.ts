import { FULL_COVERAGE } from '../../src/model/index-coverage.ts';
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { rejectedPath } from '../../src/store/commit.ts';
import { basePath, tailPath } from '../../src/store/index/index-files.ts';
import { pricesPath } from '../../src/store/price-files.ts';
import { readSnapshot } from '../../src/store/read.ts';
import type { State } from '../../src/store/state.ts';
import type { Store } from '../../src/store/store.ts';
import { addition, cell, commitTo, entryOf, indexOf, newStore, position, stateOf, titled } from './make.ts';

const indexFiles = (store: Store): string[] =>
  readdirSync(store.dir).filter((file) => file.startsWith('.index-'));

describe('commit', () => {
  test('says in the state what it did', () => {
    const store = newStore();
    const logs = [position(1, 100)];
    const state = commitTo(store, [addition('a')], { logs, nextLog: 2, prices: ['{"p":1}', '"é"'] });
    const length = readFileSync(tailPath(store.dir, 1)).length;
    expect(state).toEqual({
      format: 5,
      coverage: FULL_COVERAGE,
      store: store.id,
      commit: 1,
      index: { generation: 1, base: 0, length },
      prices: { generation: 1, length: 13, crc: crc32('{"p":1}\n"é"\n') },
      rejected: { length: 0 },
      next_log: 2,
      logs,
      imported: 0,
    });
    expect(stateOf(store)).toEqual(state);
    const [session = '', positions] = readFileSync(tailPath(store.dir, 1), 'utf8').split('\n');
    expect(positions).toBe(
      `{"logs":${JSON.stringify(logs)},"next_log":2,"commit":1,"coverage":${JSON.stringify(FULL_COVERAGE)},"base":0,"crc":${crc32(`${session}\n`)}}`,
    );
    expect(existsSync(rejectedPath(store.dir))).toBe(false);
  });

  test('a tail up to 256 KiB, or a quarter of its base, is appended to; then there is a new base', () => {
    const store = newStore();
    const long = (id: string, length: number): State['index'] => commitTo(store, [titled(id, length)]).index;
    expect(long('a', 261_000)).toMatchObject({ generation: 1, base: 0 });
    const first = long('b', 1_200_000);
    expect(first).toMatchObject({ generation: 2, length: 0 });
    expect(first.base).toBeGreaterThan(1_461_000);
    expect(long('b', first.base / 4 - 1000)).toMatchObject({ generation: 2, base: first.base });
    expect(long('b', 2000)).toMatchObject({ generation: 3, length: 0 });
    expect(entryOf(store, 'b').usage).toEqual([cell({ rounds: 3, input: 300, output: 30, cost: 15n })]);
    expect(entryOf(store, 'b').title).toHaveLength(2000);
    expect(entryOf(store, 'a').usage).toEqual([cell()]);
    expect(indexFiles(store)).toEqual(['.index-3.base']);
  });

  test('removes also the index that a run killed after its commit left', () => {
    const store = newStore();
    const big = (): unknown => commitTo(store, [titled('a', 600_000)]);
    big();
    writeFileSync(tailPath(store.dir, 1), 'left');
    writeFileSync(basePath(store.dir, 1), 'left');
    writeFileSync(tailPath(store.dir, 3), 'left by a run killed before its commit\n'.repeat(20_000));
    writeFileSync(basePath(store.dir, 3), 'left by a run killed before its commit\n'.repeat(20_000));
    expect(stateOf(store).index.generation).toBe(2);
    big();
    const { generation, base } = stateOf(store).index;
    expect(generation).toBe(3);
    expect(indexFiles(store)).toEqual(['.index-3.base']);
    expect(readFileSync(basePath(store.dir, 3))).toHaveLength(base);
  });

  test('closed logs are never forgotten', () => {
    const store = newStore();
    commitTo(store, [], { closed: [position(1, 5)] });
    commitTo(store, [titled('a', 300_000)], { closed: [position(2, 6)] });
    expect(stateOf(store).index).toMatchObject({ generation: 2, length: 0 });
    commitTo(store, [], { closed: [position(3, 7)] });
    expect([...indexOf(store).closed.values()]).toEqual([position(1, 5), position(2, 6), position(3, 7)]);
  });

  test('prices and rejected lines are appended behind what is committed', () => {
    const store = newStore();
    commitTo(store, [], { prices: ['1', '"é"'], rejected: ['r1'] });
    appendFileSync(pricesPath(store.dir, 1), 'a killed run’s');
    appendFileSync(rejectedPath(store.dir), 'a killed run’s');
    expect(readSnapshot(store.dir).priceLines).toEqual(['1', '"é"']);
    commitTo(store, [], { prices: ['3'], rejected: ['r2', 'r3'] });
    expect(readSnapshot(store.dir).priceLines).toEqual(['1', '"é"', '3']);
    expect(readFileSync(rejectedPath(store.dir), 'utf8')).toBe('r1\nr2\nr3\n');
    expect(stateOf(store).rejected.length).toBe(9);
  });

  test('records are written where they belong', () => {
    const store = newStore();
    commitTo(store, [addition('a', { records: { at: 0, bytes: Buffer.from('12345') } })]);
    commitTo(store, [addition('a', { records: { at: 3, bytes: Buffer.from('abc') } })]);
    expect(readFileSync(join(store.dir, '.memory-a'), 'utf8')).toBe('123abc');
  });
});
