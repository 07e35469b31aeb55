import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { InputOutputError } from '../../../src/platform/errors.ts';
import { nodeFiles } from '../../../src/platform/files.ts';
import { IndexBase } from '../../../src/store/index/base.ts';
import { basePath } from '../../../src/store/index/index-files.ts';
import { anyCounters } from '../any-counters.ts';
import { NameTable } from '../../../src/store/index/name-table.ts';
import { decodeHead, decodeRecord, encodeRecord } from '../../../src/store/index/record.ts';
import { StoredIndex, writeIndexBase } from '../../../src/store/index/stored-index.ts';
import { isSessionFile } from '../../../src/store/names.ts';
import type { SessionEntry } from '../../../src/model/session-entry.ts';
import { makeFolder } from '../../platform/make.ts';
import { addition, cell, commitTo, entryOf, indexOf, newStore, position, stateOf } from '../make.ts';

function entry(id: string, rest: Partial<SessionEntry> = {}): SessionEntry {
  return {
    ...addition(id).entry,
    end: 300,
    last: { length: 20, crc: 4_000_000_000 },
    summary: { length: 0, crc: 0 },
    usage: [cell()],
    ...rest,
  };
}

const count = fc.oneof(fc.nat(300), fc.maxSafeNat());
const text = fc.oneof(fc.constantFrom('', 'm', '__proto__', '模型\n"'), fc.string({ unit: 'grapheme' }));
const usageCell = fc.record({
  bucket: count,
  model: text,
  consumer: text,
  api: text,
  price: fc.oneof(
    fc.nat(9).map((n) => n + 1),
    fc.constantFrom('free', 'gateway-cache', 'no-usage', 'unpriced'),
  ),
  rounds: count,
  input: count,
  output: count,
  reasoning: count,
  cached: count,
  cacheWrite: count,
  cost: fc.bigInt(0n, 2n ** 200n),
  saved: fc.bigInt(-(2n ** 70n), 2n ** 130n),
  currency: fc.constantFrom('USD', 'CNY', 'EUR'),
  inexact: fc.constantFrom('', 'aborted', 'ambiguous search-fee'),
  tags: text,
  counters: anyCounters,
});
const anyEntry = fc.record({
  id: text,
  file: text.map((name) => `${name}.json`).filter(isSessionFile),
  end: count,
  last: fc.record({ length: count, crc: fc.nat(2 ** 32 - 1) }),
  summary: fc.record({ length: count, crc: fc.nat(2 ** 32 - 1) }),
  created: count,
  updated: count,
  rounds: count,
  model: text,
  title: fc.option(text),
  errors: count,
  usage: fc.array(usageCell, { maxLength: 4 }),
});

describe('a record', () => {
  test('gives back every entry as it was', () => {
    const names = new NameTable(['m']);
    fc.assert(
      fc.property(anyEntry, (written) => {
        const bytes = encodeRecord(written as SessionEntry, names);
        expect(decodeRecord(bytes, { names: names.names, format: 2 })).toEqual(written);
      }),
    );
  });

  test.each([
    [{ id: 'a', file: '../a.json' }],
    [{ id: '../a', file: '../a.json' }],
    [{ id: '/etc/a', file: '/etc/a.json' }],
    [{ id: '.state', file: '.state.json' }],
    [{ id: 'a', file: 'a' }],
  ])('%j: the name of a file that is none of a session is an error', ({ id, file }) => {
    const bytes = encodeRecord(entry(id, { file }), new NameTable([]));
    for (const read of [decodeRecord, decodeHead]) {
      expect(() => read(bytes, { names: [], format: 2 })).toThrow(InputOutputError);
      expect(() => read(bytes, { names: [], format: 2 })).toThrow(
        `the index names ${JSON.stringify(file)} as a session's file`,
      );
    }
  });

  test('keeps fields that a later version gives an entry', () => {
    const names = new NameTable([]);
    const written = { ...entry('a', { title: '' }), later: { since: 1 } };
    expect(decodeRecord(encodeRecord(written, names), { names: names.names, format: 2 })).toEqual(written);
  });

  test.each([-1, 0.5, NaN, 2 ** 53])('cannot hold %s rounds', (rounds) => {
    expect(() => encodeRecord(entry('a', { rounds }), new NameTable([]))).toThrow(RangeError);
  });
});

/** A base of sessions whose files are named in capitals, opened. */
function baseOf(ids: readonly string[]): { path: string; length: number; open: () => IndexBase } {
  const dir = makeFolder();
  const sessions = new Map(ids.map((id) => [id, entry(id, { file: `${id.toUpperCase()}.json`, model: id })]));
  const closed = new Map([[7, position(7, 70)]]);
  const logs = [position(8, 80)];
  const length = writeIndexBase(nodeFiles, dir, 1, { sessions, closed }, { commit: 9, logs, next_log: 10 });
  const path = basePath(dir, 1);
  return { path, length, open: () => new IndexBase(nodeFiles, path, length) };
}

describe('a base', () => {
  const ids = Array.from({ length: 1000 }, (_, n) => `s${n}`);

  test.each([
    ['record by record', false],
    ['as a whole', true],
  ])('finds each of its sessions, and no other: %s', (_, whole) => {
    const base = baseOf(ids).open();
    if (whole) base.load();
    expect(base.size).toBe(1000);
    for (const id of ids) {
      const found = base.entryAt(base.find(id));
      expect([found.id, found.file, found.model]).toEqual([id, `${id.toUpperCase()}.json`, id]);
    }
    expect(['s1000', '', 'S1'].map((id) => base.find(id))).toEqual([-1, -1, -1]);
    expect(['s1.json', 'S1.JSON', 's1', 's1000.json'].map((file) => base.hasFile(file))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(base.positions()).toEqual({
      commit: 9,
      logs: [position(8, 80)],
      next_log: 10,
      closed: [position(7, 70)],
    });
    base.close();
  });

  test('gives its records in their order, of any length, piece by piece as from memory', () => {
    const dir = makeFolder();
    // Over a MiB together, and one of more than that.
    const all = ids.map((id, n) => entry(id, { title: 'x'.repeat(n === 500 ? 3 << 20 : 2000) }));
    const sessions = new Map(all.map((one) => [one.id, one]));
    const positions = { commit: 1, logs: [], next_log: 1 };
    const length = writeIndexBase(nodeFiles, dir, 1, { sessions, closed: new Map() }, positions);
    const base = new IndexBase(nodeFiles, basePath(dir, 1), length);
    const inPieces = Array.from(base.records(), ([row, bytes]) => {
      const { id, title } = decodeRecord(bytes, base.terms);
      // Others may be looked for meanwhile.
      expect([base.find(id), base.entryAt(base.find('s7')).id]).toEqual([row, 's7']);
      return [id, title?.length];
    });
    expect(inPieces.toSorted()).toEqual(all.map(({ id, title }) => [id, title?.length]).toSorted());
    base.load();
    expect(Array.from(base.records(), ([, bytes]) => decodeRecord(bytes, base.terms).id)).toEqual(
      inPieces.map(([id]) => id),
    );
  });

  test('of no sessions is a base too', () => {
    const base = baseOf([]).open();
    expect([base.size, base.find('a'), base.hasFile('a.json')]).toEqual([0, -1, false]);
  });

  test('in which any bit has changed is an error that names it', () => {
    // They have sums in common, which are damaged too.
    const { path, length, open } = baseOf(['a', 'b', 'c']);
    expect(open().sharedCells()?.size).toBe(1);
    const sound = readFileSync(path);
    for (let at = 0; at < length; at++) {
      const damaged = Buffer.from(sound);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path, damaged);
      const readAll = (): unknown => {
        const base = open();
        base.load();
        return [base.entryAt(0), base.entryAt(1), base.entryAt(2), base.checkBeside()];
      };
      expect(readAll, `byte ${at}`).toThrow(InputOutputError);
      expect(readAll).toThrow(`the index ${path} is damaged at byte `);
    }
  });

  test('whose footer says to be longer than the file is damaged', () => {
    const { path, length, open } = baseOf(['a']);
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(0xf0000000, length - 16);
    writeFileSync(path, bytes);
    expect(open).toThrow(`the index ${path} is damaged at byte `);
  });

  test.each([0, 1, 15, 16, 200])('that is cut to %s bytes is an error', (left) => {
    const { path, length, open } = baseOf(['a']);
    writeFileSync(path, readFileSync(path).subarray(0, left));
    expect(open).toThrow(`the index ${path} is ${left} bytes long, but ${length} were committed`);
  });
});

test('an index takes in more usage of a session than a call takes arguments', () => {
  const store = newStore();
  const index = new StoredIndex(nodeFiles, store.dir, stateOf(store));
  const { usage: _, ...head } = entry('a');
  const cells = Array.from({ length: 200_000 }, (_, bucket) => cell({ bucket }));
  index.add(head, cells);
  index.add({ ...head, rounds: 9 }, cells);
  expect([index.head('a')?.rounds, index.sessions.get('a')?.usage.length]).toEqual([9, 400_000]);
});

describe('a base made of the one before', () => {
  test('copies what did not change, and is the same file as one made anew', () => {
    const store = newStore();
    const ids = Array.from({ length: 50 }, (_, n) => `s${n}`);
    const wide = (id: string) => {
      const { entry: fields, ...rest } = addition(id, { usage: [cell({ model: `m-${id}` })] });
      return { ...rest, entry: { ...fields, title: 'x'.repeat(20_000), model: `m-${id}` } };
    };
    commitTo(store, ids.map(wide), { closed: [position(1, 5)] });
    expect(stateOf(store).index).toMatchObject({ generation: 2, length: 0 });
    commitTo(store, [...ids.slice(0, 20), 'new'].map(wide), { closed: [position(2, 6)] });
    expect(stateOf(store).index).toMatchObject({ generation: 3, length: 0 });

    const stored = indexOf(store);
    expect(stored.sessions.size).toBe(51);
    expect(entryOf(store, 's19').usage).toEqual([
      cell({ model: 'm-s19', rounds: 2, input: 200, output: 20, cost: 10n }),
    ]);
    expect(entryOf(store, 's20').usage).toEqual([cell({ model: 'm-s20' })]);
    expect([...stored.closed.keys()]).toEqual([1, 2]);

    const anew = makeFolder();
    const { commit, logs, next_log, coverage } = stateOf(store);
    writeIndexBase(nodeFiles, anew, 3, stored, { commit, logs, next_log, coverage });
    const [copied, made] = [store.dir, anew].map(
      (dir) => new IndexBase(nodeFiles, basePath(dir, 3), sizeOf(dir)),
    );
    const all = (base: IndexBase | undefined) => ids.map((id) => base?.entryAt(base.find(id)));
    expect(all(copied)).toEqual(all(made));
  });

  test('a store of format 1, all tail, is read and gets a base with its next commit', () => {
    const store = newStore();
    commitTo(store, [addition('a'), addition('b')]);
    const { index, coverage: _, ...state } = stateOf(store);
    const { length } = index;
    const tail = join(store.dir, '.index-1.jsonl');
    const old = readFileSync(tail, 'utf8').replace(/,"coverage":\{[^}]*\},"base":0,"crc":\d+/, '');
    writeFileSync(tail, old);
    const grown = { ...index, base: old.length, length: old.length };
    expect(old.length).toBeLessThan(length);
    writeFileSync(store.statePath, JSON.stringify({ ...state, format: 1, index: grown }));
    expect(indexOf(store).sessions.size).toBe(2);
    commitTo(store, [addition('a')]);
    expect(stateOf(store)).toMatchObject({ format: 4, index: { generation: 1, base: 0 } });
    expect(entryOf(store, 'a').usage).toHaveLength(2);
  });
});

function sizeOf(dir: string): number {
  return readFileSync(basePath(dir, 3)).length;
}
