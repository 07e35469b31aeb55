import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { crc32 } from '../../src/platform/digest.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { ALL_QUARTERS, groupCube, groupUsage, type Grouped } from '../../src/query/aggregate.ts';
import { basePath } from '../../src/store/index-file.ts';
import { NameTable } from '../../src/store/index-record.ts';
import { StoredIndex, writeIndexBase } from '../../src/store/stored-index.ts';
import type { PriceRef, SessionEntry, SessionUsage, UsageCell } from '../../src/store/types.ts';
import { CubeBuilder, cubeOf, decodeCube, encodeCube } from '../../src/store/usage-cube.ts';
import { makeFolder } from '../platform/make.ts';
import { addition, cell, commitTo, indexOf, newStore, stateOf, titled } from './make.ts';

/** Few names and quarters, so that sessions have cells in common. */
const anyCell: fc.Arbitrary<UsageCell> = fc.record({
  quarter: fc.constantFrom(1_966_000, 1_966_001, 1_966_100),
  model: fc.constantFrom('m', 'n', '__proto__'),
  consumer: fc.constantFrom('', 'bot'),
  api: fc.constantFrom('', 'route'),
  price: fc.constantFrom<PriceRef[]>(1, 2, 'free', 'unpriced', 'no-usage'),
  rounds: fc.nat(9),
  input: fc.nat(1000),
  output: fc.nat(1000),
  reasoning: fc.nat(9),
  cached: fc.nat(9),
  cacheWrite: fc.nat(9),
  cost: fc.bigInt(0n, 2n ** 70n),
  saved: fc.bigInt(-9n, 2n ** 65n),
});
const anyUsages = fc.array(fc.array(anyCell, { maxLength: 4 }), { maxLength: 6 });

const KEYS: ((cell: UsageCell) => string | null)[] = [
  ({ model }) => model,
  ({ quarter, consumer }) => `${quarter} ${consumer}`,
  ({ api, model }) => (model === 'n' ? null : api),
  () => '',
];
const SOME = { from: 1_966_001, to: 1_966_100 };

/** What a report makes of each: a cube, or the sessions one by one. */
function sumsOf(group: (key: (typeof KEYS)[number], range: typeof SOME) => Grouped): unknown {
  return KEYS.flatMap((key) => [group(key, ALL_QUARTERS), group(key, SOME)]).map(({ rows, total }) => ({
    rows: new Map([...rows].toSorted()),
    total: { ...total, models: new Map([...total.models].toSorted()) },
  }));
}

test('a cube gives every sum that the sessions give, and counts each of them once', () => {
  fc.assert(
    fc.property(anyUsages, (usages) => {
      const sessions = usages.map((usage, i) => ({ id: `s${i}`, usage }));
      const built = new CubeBuilder();
      for (const session of sessions) built.add(session);
      const names = new NameTable([]);
      const read = decodeCube(encodeCube(built, names), names.names, sessions.length);
      const expected = sumsOf((key, range) => groupUsage(sessions, key, range));
      expect(sumsOf((key, range) => groupCube(cubeOf(sessions), key, range))).toEqual(expected);
      expect(sumsOf((key, range) => groupCube(built, key, range))).toEqual(expected);
      expect(sumsOf((key, range) => groupCube(read, key, range))).toEqual(expected);
      expect([read.size, [...read.parts]]).toEqual([built.size, built.parts]);
    }),
  );
});

test('cells that are the same but for their sums are one', () => {
  const built = new CubeBuilder();
  for (const usage of [[cell(), cell({ model: 'n' })], [cell({ input: 1 })]]) built.add({ usage });
  expect(built.cells).toEqual([cell({ rounds: 2, input: 101, output: 20, cost: 10n }), cell({ model: 'n' })]);
  expect(built.parts).toEqual([[0, 1], [0]]);
});

function entries(usages: readonly UsageCell[][]): Map<string, SessionEntry> {
  const checks = { end: 300, last: { length: 20, crc: 4 }, summary: { length: 0, crc: 0 } };
  return new Map(usages.map((usage, i) => [`s${i}`, { ...addition(`s${i}`).entry, ...checks, usage }]));
}

/** An index of these sessions, all of them in its base. */
function storedBase(usages: readonly UsageCell[][]): {
  dir: string;
  length: number;
  open: () => StoredIndex;
} {
  const dir = makeFolder();
  const index = { sessions: entries(usages), closed: new Map() };
  const length = writeIndexBase(nodeFiles, dir, 1, index, { commit: 1, logs: [], next_log: 1 });
  return {
    dir,
    length,
    open: () => new StoredIndex(nodeFiles, dir, { generation: 1, base: length, length: 0 }),
  };
}

test('what this process adds to known sessions, and to new ones, is in the cube', () => {
  fc.assert(
    fc.property(anyUsages, fc.array(fc.tuple(fc.nat(8), fc.array(anyCell, { maxLength: 3 }))), (usages, later) => {
      const index = storedBase(usages).open();
      for (const [i, usage] of later) {
        const head = entries([[]]).get('s0');
        if (head) index.add({ ...head, id: `s${i}`, file: `s${i}.json` }, usage);
      }
      const { sessions } = index;
      const cube = sessions.cube();
      expect(sumsOf((key, range) => groupCube(cube, key, range))).toEqual(
        sumsOf((key, range) => groupUsage(sessions.values(), key, range)),
      );
      const usagesOf = (all: Iterable<SessionUsage>) => Array.from(all, ({ id, usage }) => ({ id, usage }));
      expect(usagesOf(sessions.usages())).toEqual(usagesOf(sessions.values()));
      index.close();
    }),
    { numRuns: 50 },
  );
}); // prettier-ignore

test('a tail behind a base is in the cube, as it is in the entries', () => {
  const store = newStore();
  // Long enough for a base.
  commitTo(store, [titled('long', 300_000), addition('a', { usage: [cell(), cell({ model: 'n' })] })]);
  commitTo(store, [addition('a', { usage: [cell({ model: 'n' })] }), addition('new', { usage: [cell({ model: 'o' })] })]);
  const { base, length } = stateOf(store).index;
  expect([base > 0, length > 0]).toEqual([true, true]);
  const { sessions } = indexOf(store);
  const { rows, total } = groupCube(sessions.cube(), ({ model }) => model, ALL_QUARTERS);
  const counts = Array.from(rows, ([model, row]) => [model, row.sessions, row.rounds]);
  expect(counts.toSorted()).toEqual([['m', 2, 2], ['n', 1, 2], ['o', 1, 1]]);
  expect([total.sessions, total.rounds]).toEqual([3, 5]);
}); // prettier-ignore

test('a base without a cube, as earlier versions wrote it, is read session by session', () => {
  const { dir, length } = storedBase([[cell()], [cell(), cell({ model: 'n' })]]);
  const path = basePath(dir, 1);
  const bytes = readFileSync(path);
  const trailerAt = length - 16;
  const footerAt = trailerAt - bytes.readUInt32LE(trailerAt);
  const { cells, parts, ...rest } = JSON.parse(bytes.toString('utf8', footerAt, trailerAt)) as Record<string, unknown>;
  expect([cells, parts]).toEqual([expect.anything(), expect.anything()]);
  const footer = Buffer.from(JSON.stringify(rest));
  const trailer = Buffer.from(bytes.subarray(trailerAt));
  trailer.writeUInt32LE(footer.length, 0);
  trailer.writeUInt32LE(crc32(footer), 4);
  const old = Buffer.concat([bytes.subarray(0, footerAt), footer, trailer]);
  writeFileSync(path, old);
  const index = new StoredIndex(nodeFiles, dir, { generation: 1, base: old.length, length: 0 });
  const cube = index.sessions.cube();
  expect([...cube.cells]).toHaveLength(3);
  const { rows, total } = groupCube(cube, ({ model }) => model, ALL_QUARTERS);
  expect(Array.from(rows, ([model, row]) => [model, row.sessions]).toSorted()).toEqual([['m', 2], ['n', 1]]);
  expect([total.sessions, total.rounds]).toEqual([2, 3]);
  // A new base has one again.
  const newLength = index.writeBase(2, { commit: 2, logs: [], next_log: 1 });
  const anew = new StoredIndex(nodeFiles, dir, { generation: 2, base: newLength, length: 0 });
  expect([...anew.sessions.cube().cells]).toHaveLength(2);
}); // prettier-ignore
