import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { FULL_COVERAGE, type IndexCoverage } from '../../src/model/index-coverage.ts';
import { markOf, startReason, wasBefore, type Mark } from '../../src/store/mark.ts';
import { prunedLine, type PrunedPart } from '../../src/store/pruned-file.ts';
import type { Snapshot } from '../../src/store/read.ts';
import { newState, type State } from '../../src/store/state.ts';

const STATE: State = {
  ...newState('s'),
  commit: 5,
  index: { generation: 3, base: 100, length: 40 },
  next_log: 3,
  logs: [{ id: 2, offset: 500 }] as State['logs'],
};

/** A snapshot whose tail had this CRC-32 when it was 40 bytes long. */
function snapshotOf(changes: Partial<State> = {}, { gateway = 'eu-1', crc = 7, dir = '' } = {}): Snapshot {
  const sessions = {
    tailCrc: 7,
    changedSince: ([tail]: readonly { length: number; crc: number }[]) =>
      tail?.length === 40 && tail.crc === crc ? [] : undefined,
  };
  return { state: { ...STATE, ...changes }, gateways: [gateway], sessions, dir } as unknown as Snapshot;
}

const MARK = markOf(snapshotOf(), 0);
const reasonFor = (changes: Partial<State>, rest = {}): unknown =>
  startReason(MARK, snapshotOf(changes, rest));
const grown = { commit: 6, index: { generation: 3, base: 100, length: 90 } };
const rebased = { commit: 6, index: { generation: 4, base: 190, length: 0 } };

test('a copy goes on if rounds were only added, in the same tail or in a new base', () => {
  expect(reasonFor({})).toBeUndefined();
  expect(reasonFor(grown)).toBeUndefined();
  expect(reasonFor(rebased)).toBeUndefined();
});

test('a store from a backup is recognized by its commit, its generation or its tail', () => {
  expect(reasonFor({ commit: 4 })).toBe('restored');
  expect(reasonFor({ ...grown, index: { generation: 2, base: 9, length: 9 } })).toBe('restored');
  expect(reasonFor({ ...grown, index: { generation: 3, base: 100, length: 39 } })).toBe('restored');
  expect(reasonFor(grown, { crc: 8 })).toBe('restored');
  // The same commit in another index: a repair by an earlier version.
  expect(reasonFor({ index: rebased.index })).toBe('restored');
});

test('what makes earlier rounds count otherwise is a reason', () => {
  expect(startReason(undefined, snapshotOf())).toBe('first');
  expect(reasonFor({ ...grown, store: 'other' })).toBe('other-store');
  expect(reasonFor(grown, { gateway: 'eu-2' })).toBe('gateway');
  expect(reasonFor({ ...rebased, prices: { generation: 2, length: 0 } })).toBe('refreshed');
  expect(reasonFor({ ...rebased, rewritten: 4 })).toBe('rewritten');
});

const withDimension = (next: number, offset: number): IndexCoverage => ({
  ...FULL_COVERAGE,
  dimensions: [{ name: 'team', from: { next_log: next, logs: [[2, offset]] } }],
});

test('a dimension that counts only rounds behind the mark is none; one that counts rounds before it is', () => {
  expect(reasonFor({ ...grown, coverage: withDimension(3, 500) })).toBeUndefined();
  expect(reasonFor({ ...grown, coverage: withDimension(4, 900) })).toBeUndefined();
  expect(reasonFor({ ...grown, coverage: withDimension(3, 499) })).toBe('recounted');
  expect(reasonFor({ ...grown, coverage: withDimension(2, 500) })).toBe('recounted');
  expect(
    reasonFor({ ...grown, coverage: { ...FULL_COVERAGE, dimensions: [{ name: 'team', from: null }] } }),
  ).toBe('recounted');
  const counted: Mark = { ...MARK, coverage: withDimension(3, 100) };
  expect(startReason(counted, snapshotOf({ ...grown, coverage: withDimension(3, 100) }))).toBeUndefined();
  expect(startReason(counted, snapshotOf({ ...grown, coverage: withDimension(3, 500) }))).toBe('recounted');
  expect(startReason(counted, snapshotOf({ ...grown, coverage: FULL_COVERAGE }))).toBe('recounted');
  const later = { next_log: 3, logs: [] };
  expect(reasonFor({ ...grown, coverage: { ...FULL_COVERAGE, counted_from: later } })).toBe('recounted');
  expect(reasonFor({ ...grown, coverage: { ...FULL_COVERAGE, kept_from: later } })).toBe('recounted');
});

test('pruned rounds are a reason unless all of them were before the mark', () => {
  const dir = makeFolder();
  const part: PrunedPart = {
    pruned: 1,
    created: 0,
    updated: 0,
    rounds: 2,
    model: 'm',
    errors: 0,
    usage: [],
    tools: [],
    tools_from: 0,
    tool_bytes: 0,
    tool_bytes_from: 0,
  } as never;
  const after = (...places: (PrunedPart['places'] | 'absent')[]): unknown => {
    const lines = places.map(
      (one) => `${prunedLine('a', 6, one === 'absent' ? part : { ...part, places: one! })}\n`,
    );
    writeFileSync(join(dir, '.pruned.jsonl'), lines.join(''));
    return startReason(MARK, snapshotOf({ ...rebased, pruned: { length: lines.join('').length } }, { dir }));
  };
  expect(
    after([
      [1, 9999],
      [2, 499],
    ]),
  ).toBeUndefined();
  expect(after([[2, 499]], [[2, 500]])).toBe('pruned');
  expect(after([[3, 0]])).toBe('pruned');
  expect(after('absent')).toBe('pruned');
  // The list was another one then.
  const changed: Mark = { ...MARK, pruned: 3 };
  expect(startReason(changed, snapshotOf({ ...rebased, pruned: { length: 10 } }, { dir }))).toBe('pruned');
});

test('a round was copied if its log had been read beyond it', () => {
  const isCopied = wasBefore(MARK);
  expect([isCopied([1, 10 ** 9]), isCopied([2, 499]), isCopied([2, 500]), isCopied([3, 0])]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(wasBefore(undefined)([1, 0])).toBe(false);
});
