import { expect, test } from 'vitest';
import { NOT_RECORDED, TIER } from '../../src/query/group-keys.ts';
import { conditionsFor, groupKeysOf } from '../../src/query/store-names.ts';

const MOMENT = { next_log: 1, logs: [] };
const STORE = {
  dimensions: [
    { name: 'department', from: null },
    { name: 'agent', from: MOMENT },
    { name: 'a\u001b[31m', from: null },
  ],
};
const tag = (name: string, isReindexed: boolean) => ({ tag: name, absent: NOT_RECORDED, isReindexed });

test('keys: built-in ones in any case, then dimensions', () => {
  expect(groupKeysOf(['Week', 'department', 'service_tier', 'agent', 'dimension:agent'], STORE)).toEqual([
    'week',
    tag('department', true),
    TIER,
    'agent',
    tag('agent', false),
  ]);
  const tiers = { dimensions: [{ name: 'service_tier', from: null }] };
  expect(groupKeysOf(['service_tier'], tiers)).toEqual([tag('service_tier', true)]);
});

test.each([
  ['day', '--group-by day: there is no such key.'],
  ['Department', '--group-by Department: there is no such key.'],
  ['dimension:week', '--group-by dimension:week: there is no such key.'],
  ['\u001b[2Jx', '--group-by x: there is no such key.'],
])('no key %j', (name, message) => {
  const rest =
    ' Names: model, date, hour, week, month, consumer, api, session, agent, channel, gateway, service_tier; dimensions: department, agent, a. Add one with: monitor parse --dimension <name>';
  expect(() => groupKeysOf(['model', name], STORE)).toThrow(message + rest);
});

const ODD = {
  dimensions: ['a', 'a,b', 'a,b,c', 'x=y', 'x!', 'unit'].map((name) => ({ name, from: null })),
};

test('keys whose names have commas: the longest is taken', () => {
  const keys = (text: string) =>
    groupKeysOf(text.split(','), ODD).map((key) => (typeof key === 'string' ? key : key.tag));
  expect(keys('a,b')).toEqual(['a,b']);
  expect(keys('model, a,b,c ,unit')).toEqual(['model', 'a,b,c', 'unit']);
  expect(keys('a,unit')).toEqual(['a', 'unit']);
  expect(keys('dimension:a,b,week')).toEqual(['a,b', 'week']);
  expect(() => keys('a,c')).toThrow('--group-by c: there is no such key.');
  expect(() => keys('a,b,a,b')).toThrow('it names a key twice');
});

test.each([
  ['x=y=1', 'x=y', false, '1'],
  ['x=y!=1=2', 'x=y', true, '1=2'],
  ['x!=1', 'x!', false, '1'],
  ['a,b=1', 'a,b', false, '1'],
  ['a=b', 'a', false, 'b'],
  ['unit=', 'unit', false, ''],
])('the condition %s', (text, name, isNot, pattern) => {
  const [, given = '', not, rest = ''] = /^([^=]+?)(!?)=([^]*)$/.exec(text) ?? [];
  expect(conditionsFor([{ name: given, isNot: not === '!', pattern: rest }], ODD)).toEqual([
    { of: tag(name, true), isNot, pattern },
  ]);
});

test('a key once', () => {
  for (const [a, b] of [
    ['model', 'MODEL'],
    ['department', 'dimension:department'],
  ] as const)
    expect(() => groupKeysOf([a, b], STORE)).toThrow(`--group-by ${a},${b}: it names a key twice`);
});

test('conditions', () => {
  const given = (name: string) => [{ name, isNot: true, pattern: 'x' }];
  expect(conditionsFor(given('api'), STORE)).toEqual([{ of: 'api', isNot: true, pattern: 'x' }]);
  expect(conditionsFor(given('agent'), STORE)).toEqual([
    { of: tag('agent', false), isNot: true, pattern: 'x' },
  ]);
  const none = { dimensions: [] };
  const rest =
    'Names: model, consumer, api, service_tier; the store has no dimensions. Add one with: monitor parse --dimension <name>';
  expect(() => conditionsFor(given('x'), none)).toThrow(`--where x: there is no such name. ${rest}`);
  expect(() => conditionsFor(given('agent'), none)).toThrow(
    `--where agent: there is no such name. Use --agent. ${rest}`,
  );
  // render has no --gateway.
  expect(() => conditionsFor(given('gateway'), none)).toThrow(
    `--where gateway: there is no such name. Use --gateway. ${rest}`,
  );
});
