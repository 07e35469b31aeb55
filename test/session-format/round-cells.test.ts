import { describe, expect, test } from 'vitest';
import { COUNTER } from '../../src/model/cell-counters.ts';
import { FULL_COVERAGE, type IndexCoverage } from '../../src/model/index-coverage.ts';
import {
  CountingRules,
  OTHER_VALUES,
  readTags,
  SessionCells,
  type CountedFacts,
} from '../../src/session-format/round-cells.ts';

const facts = (fields: Record<string, unknown>, rest: Partial<CountedFacts> = {}): CountedFacts => ({
  at: [1, 0],
  usage: { input: 1, output: 1, reasoning: 0, cached: 0, cacheWrite: 0 },
  responseCode: 200,
  durationMs: null,
  firstTokenMs: null,
  field: (name) => fields[name],
  ...rest,
});
const cellsOf = (coverage: Partial<IndexCoverage>) =>
  new SessionCells(new CountingRules({ ...FULL_COVERAGE, ...coverage }));
const dimension = (name: string, from: IndexCoverage['kept_from'] = null) => ({ name, from });
const EARLY = { next_log: 3, logs: [[1, 100]] as [number, number][] };

describe('tags', () => {
  test('the values of all dimensions, by name, whatever order they were added in', () => {
    const cells = cellsOf({ dimensions: [dimension('team'), dimension('app')] });
    expect(cells.of(facts({ team: 'a', app: 'b', other: 'c' })).tags).toBe('{"app":"b","team":"a"}');
  });

  test.each([
    ['x', 'x'],
    [7, '7'],
    [1.5, '1.5'],
    [true, 'true'],
    [null, ''],
    [undefined, ''],
    ['-', ''],
    ['', ''],
    [{ a: 1 }, '{"a":1}'],
    ['y'.repeat(300), 'y'.repeat(256)],
    ['a\u{d800}', 'a\u{fffd}'],
  ])('of the value %j', (value, text) => {
    expect(readTags(cellsOf({ dimensions: [dimension('d')] }).of(facts({ d: value })).tags)).toEqual({
      d: text,
    });
  });

  test('a name like __proto__ is a name', () => {
    const { tags } = cellsOf({ dimensions: [dimension('__proto__')] }).of(
      facts(JSON.parse('{"__proto__":"x"}')),
    );
    expect(Object.entries(readTags(tags))).toEqual([['__proto__', 'x']]);
    expect(tags).toBe('{"__proto__":"x"}');
  });

  test('a service tier that is not the usual one, also without dimensions', () => {
    const usage = { ...facts({}).usage, serviceTier: 'priority' };
    expect(cellsOf({}).of(facts({}, { usage })).tags).toBe('{"service_tier":"priority"}');
    expect(cellsOf({}).of(facts({})).tags).toBe('');
    const own = cellsOf({ dimensions: [dimension('service_tier')] });
    expect(own.of(facts({ service_tier: 'mine' }, { usage })).tags).toBe('{"service_tier":"mine"}');
  });

  test('after 1,000 values of a session, others are counted together; known ones go on', () => {
    const cells = cellsOf({ dimensions: [dimension('user'), dimension('team')] });
    const tagsOf = (user: string) => readTags(cells.of(facts({ user, team: 't' })).tags);
    for (let i = 0; i < 1000; i++) expect(tagsOf(`u${i}`)).toEqual({ user: `u${i}`, team: 't' });
    expect(tagsOf('one more')).toEqual({ user: OTHER_VALUES, team: 't' });
    expect(tagsOf('u7')).toEqual({ user: 'u7', team: 't' });
    expect(tagsOf('')).toEqual({ user: '', team: 't' });
  });

  test('values of earlier cells count too', () => {
    const rules = new CountingRules({ ...FULL_COVERAGE, dimensions: [dimension('user')] });
    const before = Array.from({ length: 1000 }, (_, i) => ({ tags: `{"user":"u${i}"}` }));
    const cells = new SessionCells(rules, before as never);
    expect(cells.of(facts({ user: 'u999' })).tags).toBe('{"user":"u999"}');
    expect(cells.of(facts({ user: 'x' })).tags).toBe(`{"user":"${OTHER_VALUES}"}`);
  });
});

describe('rounds from before', () => {
  const usage = { ...facts({}).usage, serviceTier: 'flex' };

  test('a dimension have no value for it; those at its first byte have', () => {
    const cells = cellsOf({ dimensions: [dimension('old'), dimension('new', EARLY)] });
    const tagsAt = (at: [number, number]) => readTags(cells.of(facts({ old: 'o', new: 'n' }, { at })).tags);
    expect(tagsAt([1, 99])).toEqual({ old: 'o' });
    expect(tagsAt([1, 100])).toEqual({ old: 'o', new: 'n' });
    // A log that was closed by then.
    expect(tagsAt([2, 5000])).toEqual({ old: 'o' });
    expect(tagsAt([3, 0])).toEqual({ old: 'o', new: 'n' });
  });

  test('attributes were kept have none, whatever dimension it is', () => {
    const cells = cellsOf({ kept_from: EARLY, dimensions: [dimension('d')] });
    const counted = cells.of(facts({ d: 'x' }, { at: [1, 0], responseCode: 500 }));
    expect(counted).toEqual({
      tags: '',
      counters: [COUNTER.unflagged, 1, COUNTER.status5xx, 1, COUNTER.untimedOutput, 1],
    });
  });

  test('counters were kept are in no other count, and have no tier', () => {
    const cells = cellsOf({ kept_from: EARLY, counted_from: EARLY });
    expect(cells.of(facts({}, { at: [1, 0], usage, responseCode: 500 }))).toEqual({
      tags: '',
      counters: [COUNTER.uncounted, 1],
    });
    expect(cells.of(facts({ response_flags: 'UT' }, { at: [1, 100], usage }))).toEqual({
      tags: '{"service_tier":"flex"}',
      counters: [COUNTER.timeout, 1, COUNTER.untimedOutput, 1],
    });
  });
});

test('tags that are damaged are no tags', () => {
  expect(readTags('{"a":')).toEqual({});
  expect(readTags('[1]')).toEqual({});
});
