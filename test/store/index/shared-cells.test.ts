import { anyCounters } from '../any-counters.ts';
import { FULL_COVERAGE } from '../../../src/model/index-coverage.ts';
import { expect, test } from 'vitest';
import { fc } from '../../fast-check.ts';
import { COUNTER, failuresIn } from '../../../src/model/cell-counters.ts';
import { nodeFiles } from '../../../src/platform/files.ts';
import { groupSharedCells, groupUsage, type Grouped, type Grouping } from '../../../src/query/group-usage.ts';
import { NameTable } from '../../../src/store/index/name-table.ts';
import { StoredIndex, writeIndexBase } from '../../../src/store/index/stored-index.ts';
import type { SessionEntry, SessionUsage } from '../../../src/model/session-entry.ts';
import type { PriceRef, UsageCell } from '../../../src/model/usage-cell.ts';
import { cellsOf, SharedCellsWriter, decodeSharedCells } from '../../../src/store/index/shared-cells.ts';
import { makeFolder } from '../../platform/make.ts';
import { addition, cell, commitTo, sharedCellsOf, indexOf, newStore, stateOf, titled } from '../make.ts';

/** Few names and buckets, so that sessions have cells in common. */
const anyCell: fc.Arbitrary<UsageCell> = fc.record({
  bucket: fc.constantFrom(1_966_000, 1_966_001, 1_966_100),
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
  currency: fc.constantFrom('USD', 'CNY'),
  inexact: fc.constantFrom('', 'aborted', 'aborted search-fee'),
  tags: fc.constantFrom('', '{"team":"a"}', '{"team":""}'),
  counters: anyCounters,
});
const anyUsages = fc.array(fc.array(anyCell, { maxLength: 4 }), { maxLength: 6 });

const GROUPINGS: Grouping[] = [
  { by: [({ model }) => model] },
  { by: [({ bucket }) => String(bucket), ({ consumer }) => consumer] },
  { by: [({ api }) => api], where: ({ model }) => model !== 'n' },
  { by: [] },
];
const SOME = { from: 1_966_001, to: 1_966_100 };

/** What reports make of shared cells, or of the sessions one by one. */
function sumsOf(group: (grouping: Grouping) => Grouped): unknown {
  const groupings = GROUPINGS.flatMap((grouping) => [grouping, { ...grouping, range: SOME }]);
  return groupings.map(group).map(({ groups, total }) => ({
    groups: new Map(groups.map(({ names, row }) => [names.join(' '), row] as const).toSorted()),
    total: { ...total, models: new Map([...total.models].toSorted()) },
  }));
}

test('shared cells give every sum that the sessions give, and count each of them once', () => {
  fc.assert(
    fc.property(anyUsages, (usages) => {
      const sessions = usages.map((usage, i) => ({ id: `s${i}`, usage }));
      const expected = sumsOf((grouping) => groupUsage(sessions, grouping));
      expect(sumsOf((grouping) => groupSharedCells(sharedCellsOf(sessions), grouping))).toEqual(expected);
    }),
  );
});

test('cells that are the same but for their sums are one', () => {
  const names = { consumer: 'ab', api: 'c' };
  const { size, cells, parts } = sharedCellsOf([
    { usage: [cell(), cell({ model: 'n' }), cell(names)] },
    { usage: [cell({ input: 1 }), cell({ consumer: 'a', api: 'bc' })] },
  ]);
  expect([size, ...cells]).toEqual([
    4,
    cell({ rounds: 2, input: 101, output: 20, cost: 10n }),
    cell({ model: 'n' }),
    cell(names),
    cell({ consumer: 'a', api: 'bc' }),
  ]);
  expect(Array.from(parts, (numbers) => [...numbers])).toEqual([
    [0, 1, 2],
    [0, 3],
  ]);
});

test.each([
  ['little in common', [[cell()], [cell(), cell({ model: 'n' })]], undefined],
  ['enough in common', [[cell()], [cell()], [cell(), cell({ model: 'n' })]], 2],
  ['too much of it', [['m', 'n', 'o', 'p'], ['m', 'n', 'o', 'p']].map((names) => names.map((model) => cell({ model }))), undefined],
  ['nothing', [[], []], undefined],
])('of sessions with %s', (_, usages, size) => {
  const writer = new SharedCellsWriter({ most: 3, worth: 2 });
  for (const usage of usages) writer.add({ usage });
  const names = new NameTable([]);
  const bytes = writer.finish(names);
  expect(bytes && decodeSharedCells(bytes, { names: names.names, format: 2 }, usages.length).size).toBe(size);
}); // prettier-ignore

function entries(usages: readonly UsageCell[][]): Map<string, SessionEntry> {
  const checks = { end: 300, last: { length: 20, crc: 4 }, summary: { length: 0, crc: 0 } };
  return new Map(usages.map((usage, i) => [`s${i}`, { ...addition(`s${i}`).entry, ...checks, usage }]));
}

/** An index of these sessions, all of them in its base. */
function storedBase(usages: readonly UsageCell[][]): StoredIndex {
  const dir = makeFolder();
  const index = { sessions: entries(usages), closed: new Map() };
  const length = writeIndexBase(nodeFiles, dir, 1, index, { commit: 1, logs: [], next_log: 1 });
  return new StoredIndex(nodeFiles, dir, {
    index: { generation: 1, base: length, length: 0 },
    coverage: FULL_COVERAGE,
  });
}

/** Compares what the index has summed with what it says of each session. */
function expectSameSums({ sessions }: StoredIndex): void {
  const shared = sessions.sharedCells();
  if (!shared) throw new Error('there are no shared cells');
  expect(sumsOf((grouping) => groupSharedCells(shared, grouping))).toEqual(
    sumsOf((grouping) => groupUsage(sessions.values(), grouping)),
  );
}

test('what this process adds to known sessions, and to new ones, is in the sharedCells', () => {
  const later = fc.array(fc.tuple(fc.nat(20), fc.array(anyCell, { maxLength: 3 })));
  fc.assert(
    fc.property(anyUsages, later, (usages, added) => {
      fc.pre(usages.flat().length > 0);
      const index = storedBase([...usages, ...usages, ...usages]);
      for (const [i, usage] of added) {
        const head = entries([[]]).get('s0');
        if (head) index.add({ ...head, id: `s${i}`, file: `s${i}.json` }, usage);
      }
      expectSameSums(index);
      const usagesOf = (all: Iterable<SessionUsage>) => Array.from(all, ({ id, usage }) => ({ id, usage }));
      expect(usagesOf(index.sessions.usages())).toEqual(usagesOf(index.sessions.values()));
      expect(failuresOf(index.sessions.usages('failures'))).toEqual(failuresOf(index.sessions.values()));
      expect(failuresOf([{ id: '', usage: [...cellsOf(index.sessions, 'failures')] }])).toEqual(
        failuresOf([{ id: '', usage: [...cellsOf(index.sessions)] }]),
      );
      index.close();
    }),
    { numRuns: 50 },
  );
});

/** All numbers, but of the counters only those of failures. */
function failuresOf(sessions: Iterable<SessionUsage>): unknown[] {
  return Array.from(sessions, ({ id, usage }) => ({
    id,
    usage: usage.map((one) => ({ ...one, counters: failuresIn(one.counters) })),
  }));
}

test('a report that needs only failures leaves the other counters in the base', () => {
  const counters = [COUNTER.status429, 3, COUNTER.otherFlag, 200, COUNTER.cacheWrite1h, 1, 1030, 2 ** 40, 9000, 7];
  const { sessions } = storedBase([[cell({ counters }), cell({ model: 'n' })], [cell({ counters }), cell({ model: 'n' })]]);
  const countersOf = (usages: Iterable<SessionUsage>): unknown[][] =>
    Array.from(usages, ({ usage }) => usage.map((one) => one.counters));
  const failed = [COUNTER.status429, 3, COUNTER.otherFlag, 200];
  expect(countersOf(sessions.usages('failures'))).toEqual([[failed, []], [failed, []]]);
  const shared = [...(sessions.sharedCells('failures')?.cells ?? [])];
  expect(shared.map((one) => one.counters)).toContainEqual([COUNTER.status429, 6, COUNTER.otherFlag, 400]);
  expect(countersOf(sessions.usages())).toEqual([[counters, []], [counters, []]]);
}); // prettier-ignore

test('base, tail and this process together', () => {
  const store = newStore();
  // Long enough for a base.
  commitTo(store, [titled('long', 300_000), addition('a', { usage: [cell(), cell({ model: 'n' })] }), addition('b')]);
  commitTo(store, [
    addition('a', { usage: [cell({ model: 'n' })] }),
    addition('new', { usage: [cell({ model: 'o' })] }),
  ]);
  const { base, length } = stateOf(store).index;
  expect([base > 0, length > 0]).toEqual([true, true]);
  const index = indexOf(store);
  const counts = (): unknown[] => {
    const shared = index.sessions.sharedCells() ?? sharedCellsOf([]);
    const { groups, total } = groupSharedCells(shared, { by: [({ model }) => model] });
    const models = groups.map(({ names: [model], row }) => [model, row.sessions, row.rounds]);
    return [...models.toSorted(), [total.sessions, total.rounds]];
  };
  expect(counts()).toEqual([['m', 3, 3], ['n', 1, 2], ['o', 1, 1], [4, 6]]);
  for (const id of ['a', 'new', 'b', 'newer']) {
    const { entry } = addition(id);
    index.add({ ...entry, end: 9, last: { length: 1, crc: 1 }, summary: { length: 1, crc: 1 } }, [cell({ model: 'o' })]);
  }
  expect(counts()).toEqual([['m', 3, 3], ['n', 1, 2], ['o', 4, 5], [5, 10]]);
  expectSameSums(index);
}); // prettier-ignore

test('what has little in common is read session by session', () => {
  const { sessions } = storedBase([[cell()], [cell({ model: 'n' })]]);
  expect(sessions.sharedCells()).toBeUndefined();
  expect([...cellsOf(sessions)].map(({ model }) => model).toSorted()).toEqual(['m', 'n']);
  const shared = storedBase([[cell()], [cell()]]).sessions;
  expect([...cellsOf(shared)]).toEqual([cell({ rounds: 2, input: 200, output: 20, cost: 10n })]);
});
