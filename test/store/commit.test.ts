import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rejectedPath } from '../../src/store/commit.ts';
import { pricesPath } from '../../src/store/price-files.ts';
import { indexPath } from '../../src/store/index-file.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { addition, cell, commitTo, entryOf, indexOf, newStore, stateOf, titled } from './make.ts';

describe('commit', () => {
  test('says in the state what it did', () => {
    const store = newStore();
    const logs = [{ id: 1, offset: 100, head: 'x' }];
    const state = commitTo(store, [addition('a')], { logs, nextLog: 2, prices: ['{"p":1}', '"é"'] });
    const length = readFileSync(indexPath(store.dir, 1)).length;
    expect(state).toEqual({
      format: 1,
      store: store.id,
      commit: 1,
      index: { generation: 1, base: 0, length },
      prices: { generation: 1, length: 13 },
      rejected: { length: 0 },
      next_log: 2,
      logs,
    });
    expect(stateOf(store)).toEqual(state);
    expect(readFileSync(indexPath(store.dir, 1), 'utf8').split('\n')[1]).toBe(
      '{"logs":[{"id":1,"offset":100,"head":"x"}],"next_log":2,"commit":1}',
    );
    expect(existsSync(rejectedPath(store.dir))).toBe(false);
  });

  test('a tail up to 256 KiB, or as long as its base, is appended to; then there is a new base', () => {
    const store = newStore();
    const long = (id: string, length: number): unknown => commitTo(store, [titled(id, length)]);
    long('a', 261_000);
    expect(stateOf(store).index).toMatchObject({ generation: 1, base: 0 });
    long('b', 2000);
    const { index } = stateOf(store);
    expect(index).toMatchObject({ generation: 2, base: index.length });
    expect(index.base).toBeGreaterThan(263_000);
    long('b', 262_000);
    expect(stateOf(store).index).toMatchObject({ generation: 2, base: index.length });
    long('b', 2000);
    expect(stateOf(store).index.generation).toBe(3);
    const lines = readFileSync(indexPath(store.dir, 3), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { id?: string }).id)).toEqual(['a', 'b', undefined]);
    expect(entryOf(store, 'b').usage).toEqual([cell({ rounds: 3, input: 300, output: 30, cost: 15n })]);
    expect(readdirSync(store.dir).filter((file) => file.startsWith('.index-'))).toEqual(['.index-3.jsonl']);
  });

  test('removes also the index that a run killed after its commit left', () => {
    const store = newStore();
    const big = (): unknown => commitTo(store, [titled('a', 300_000)]);
    big();
    writeFileSync(indexPath(store.dir, 1), 'left');
    writeFileSync(indexPath(store.dir, 3), 'left by a run killed before its commit\n'.repeat(20_000));
    big();
    expect(stateOf(store).index.generation).toBe(2);
    big();
    const { generation, length } = stateOf(store).index;
    expect(generation).toBe(3);
    expect(readdirSync(store.dir).filter((file) => file.startsWith('.index-'))).toEqual(['.index-3.jsonl']);
    expect(readFileSync(indexPath(store.dir, 3))).toHaveLength(length);
  });

  test('a large base is written in pieces', () => {
    const store = newStore();
    const ids = ['a', 'b', 'c', 'd'];
    const { index } = commitTo(
      store,
      ids.map((id) => titled(id, 600_000)),
    );
    expect(readFileSync(indexPath(store.dir, 2))).toHaveLength(index.length);
    expect([...indexOf(store).sessions.values()].map(({ id, title }) => [id, title?.length])).toEqual(
      ids.map((id) => [id, 600_000]),
    );
  });

  test('closed logs are never forgotten', () => {
    const store = newStore();
    commitTo(store, [], { closed: [{ id: 1, offset: 5, head: 'x' }] });
    commitTo(store, [titled('a', 300_000)], { closed: [{ id: 2, offset: 6 }] });
    expect(stateOf(store).index).toMatchObject({ generation: 2 });
    commitTo(store, [], { closed: [{ id: 3, offset: 7 }] });
    expect([...indexOf(store).closed.values()]).toEqual([
      { id: 1, offset: 5, head: 'x' },
      { id: 2, offset: 6 },
      { id: 3, offset: 7 },
    ]);
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
