import { describe, expect, test } from 'vitest';
import { commit } from '../../src/store/commit.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import { failAt, type Fault } from '../ingest/make.ts';
import {
  addition,
  batch,
  cell,
  commitTo,
  entryOf,
  indexOf,
  newStore,
  position,
  snapshotOf,
  stateOf,
  titled,
} from './make.ts';
import { watchDisk } from './watch-disk.ts';

describe('a commit', () => {
  test.each([[[1]], [[9]], [[1, 1]], [[9, 9]], [[1, 1, 9, 1]]])(
    'of %j sessions: everything is on disk before the state counts it',
    (commits) => {
      const store = newStore();
      const { files, unsynced } = watchDisk();
      const index = indexOf(store);
      for (const [i, sessions] of commits.entries()) {
        const additions = Array.from({ length: sessions }, (_, n) => {
          const records = { at: 0, bytes: Buffer.from('x') };
          return { ...titled(`s${n}`, 100_000), ...(i === 1 && { records }) };
        });
        const texts = i > 1 ? { prices: ['1'], rejected: ['1'] } : {};
        const added = batch(additions, texts);
        commit(
          { ...files, syncAll: (dir) => i < 2 && files.syncAll(dir) },
          store,
          stateOf(store),
          index,
          added,
        );
        expect([...unsynced]).toEqual([]);
      }
    },
  );

  test('that dies at any operation has happened or not, and can be done again', () => {
    const additions = [titled('a', 200_000), addition('b')];
    const rest = { prices: ['2'], rejected: ['2'], closed: [position(1, 1)] };
    let happened = 0;
    /** Returns the operation at which it died; undefined where it has fewer. */
    const dieAt = (at: number, fault: Fault): string | undefined => {
      const store = newStore();
      commitTo(store, [titled('a', 200_000)], { prices: ['1'], rejected: ['1'] });
      const before = snapshotOf(store);
      const { files, operations } = failAt(at, fault);
      try {
        commit(files, store, stateOf(store), indexOf(store), batch(additions, rest));
      } catch {
        if (stateOf(store).commit === 1) {
          expect(snapshotOf(store)).toEqual(before);
          expect([...readRoundLines(store.dir, entryOf(store, 'a'))]).toHaveLength(1);
          commitTo(store, additions, rest);
        } else happened++;
      }
      expect(stateOf(store).commit).toBe(2);
      const { sessions, priceLines } = readSnapshot(store.dir);
      expect(['a', 'b'].map((id) => [id, sessions.get(id)?.usage])).toEqual([
        ['a', [cell({ rounds: 2, input: 200, output: 20, cost: 10n })]],
        ['b', [cell()]],
      ]);
      expect(priceLines).toEqual(['1', '2']);
      expect([...readRoundLines(store.dir, entryOf(store, 'a'))]).toHaveLength(2);
      expect([...readRoundLines(store.dir, entryOf(store, 'b'))]).toHaveLength(1);
      return operations[at];
    };
    for (let at = 0, died: string | undefined = ''; died !== undefined; at++) {
      died = dieAt(at, 'before');
      if (died === 'write') dieAt(at, 'torn');
    }
    expect(happened).toBeGreaterThan(2);
  });
});
