import { expect, test } from 'vitest';
import { Tally } from '../../src/ingest/tally.ts';
import { addTimeless } from '../../src/ingest/time-tally.ts';

test('rounds without a time count once they are committed, and not when their batch is dropped', () => {
  const tally = new Tally([]);
  addTimeless(tally.pendingTimes, 'first', false);
  addTimeless(tally.pendingTimes, undefined, false);
  addTimeless(tally.pendingTimes, undefined, true);
  tally.drop();
  expect(tally.result().times).toEqual({ unread: 0, missing: 0, example: undefined });
  addTimeless(tally.pendingTimes, 'second', true);
  tally.stage([], [], [], 0);
  expect(tally.result().times).toEqual({ unread: 0, missing: 0, example: undefined });
  tally.commit();
  addTimeless(tally.pendingTimes, 'third', false);
  addTimeless(tally.pendingTimes, undefined, false);
  tally.stage([], [], [], 0);
  tally.commit();
  expect(tally.result().times).toEqual({ unread: 2, missing: 1, example: 'second' });
  addTimeless(tally.pendingTimes, 'fourth', false);
  tally.stage([], [], [], 0);
  tally.drop();
  tally.commit();
  expect(tally.result().times).toEqual({ unread: 2, missing: 1, example: 'second' });
});
