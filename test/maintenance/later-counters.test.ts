import { expect, test } from 'vitest';
import { COUNTER } from '../../src/model/cell-counters.ts';
import { differences, type SessionSum } from '../../src/maintenance/read-session.ts';
import { cell, session } from '../report/make.ts';

test('an index of an earlier build that lacks a later count agrees with the rounds; one that lacks another does not', () => {
  const of = (...counters: number[]) => session('s', [cell('2026-02-01T09:00Z', 'm', { counters })]);
  const known = [COUNTER.status5xx, 1, COUNTER.failedDurationMs, 900];
  const sum = of(...known, COUNTER.failedOutput, 5, COUNTER.failedFirstTokenMs, 80) as unknown as SessionSum;
  expect(differences(of(...known), sum)).toEqual([]);
  expect(differences(of(COUNTER.status5xx, 1), sum)).toEqual(['usage']);
  expect(differences(of(COUNTER.status5xx, 2, COUNTER.failedDurationMs, 900), sum)).toEqual(['usage']);
});
