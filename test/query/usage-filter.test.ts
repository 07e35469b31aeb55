import { expect, test } from 'vitest';
import { NOT_RECORDED, TIER, type Tag } from '../../src/query/group-keys.ts';
import { sessionFilter, type SessionFilter } from '../../src/query/session-filter.ts';
import { tagReader } from '../../src/query/tags.ts';
import { filterWords, usageFilter, type Answer, type Condition } from '../../src/query/usage-filter.ts';

const DEPARTMENT: Tag = { tag: 'department', absent: NOT_RECORDED };

function ask(tags: string, ...where: Condition[]): Answer {
  return usageFilter({ where })({ model: 'Qwen-Max', consumer: '', api: 'route', tags });
}
const is = (of: Condition['of'], pattern: string): Condition => ({ of, isNot: false, pattern });
const isNot = (of: Condition['of'], pattern: string): Condition => ({ of, isNot: true, pattern });

test.each([
  ['{"department":"Search"}', is(DEPARTMENT, 'search'), true],
  ['{"department":"Search"}', isNot(DEPARTMENT, 'search'), false],
  ['{"department":"ads"}', is(DEPARTMENT, 'search'), false],
  ['{"department":"ads"}', isNot(DEPARTMENT, 'search'), true],
  ['{"department":""}', is(DEPARTMENT, ''), true],
  ['{"department":""}', isNot(DEPARTMENT, ''), false],
  ['{"department":""}', isNot(DEPARTMENT, 'search'), true],
  ['', is(DEPARTMENT, 'search'), undefined],
  ['', isNot(DEPARTMENT, 'search'), undefined],
  ['{"env":"x"}', is(DEPARTMENT, '*'), undefined],
  ['{"department":"other values"}', is(DEPARTMENT, 'search'), undefined],
  ['{"department":"other values"}', isNot(DEPARTMENT, 'search'), undefined],
  ['{"department":"other values"}', is(DEPARTMENT, 'other*'), true],
  ['{"department":"other values"}', is(DEPARTMENT, ''), false],
  ['{"department":"other values"}', isNot(DEPARTMENT, ''), true],
  ['', is(TIER, 'flex'), false],
  ['', is(TIER, ''), true],
  ['{"service_tier":"flex"}', is(TIER, 'FLEX'), true],
  ['', is('model', 'qwen-*'), true],
  ['', isNot('api', 'ROUTE'), false],
  ['', is('consumer', ''), true],
])('tags %s, %j: %s', (tags, condition, answer) => {
  expect(ask(tags, condition)).toBe(answer);
});

test('no beats not known, which beats yes', () => {
  expect(ask('', is(DEPARTMENT, 'search'), is('model', 'gpt'))).toBe(false);
  expect(ask('', is('model', 'gpt'), is(DEPARTMENT, 'search'))).toBe(false);
  expect(ask('', is(DEPARTMENT, 'search'), is('model', 'qwen*'))).toBe(undefined);
  expect(ask('', is('model', 'qwen*'), is(DEPARTMENT, 'search'))).toBe(undefined);
});

test('hostile tags: names of prototypes, and what is no text', () => {
  const read = (tag: string, tags: string): string => tagReader({ tag, absent: NOT_RECORDED })({ tags });
  expect(read('constructor', '{"a":"b"}')).toBe(NOT_RECORDED);
  expect(read('__proto__', '{"__proto__":"x"}')).toBe('x');
  expect(read('a', '{"a":{"b":1}}')).toBe(NOT_RECORDED);
  expect(read('a', '{"a":')).toBe(NOT_RECORDED);
  expect(read('a', String.raw`{"a":"\ud800"}`)).toBe('\ufffd');
});

test('a filter in words', () => {
  const names = { model: 'm', consumer: 'c', session: 's', agent: 'a', channel: 'd' };
  expect(filterWords({ ...names, where: [is(DEPARTMENT, 's*'), isNot('api', '')] })).toEqual([
    'model m',
    'consumer c',
    'session s',
    'agent a',
    'channel d',
    'department=s*',
    'api!=',
  ]);
});

test('sessions by id, agent and channel', () => {
  const ids = ['agent:Main:main', 'agent:main:discord:1', 'cron:x', 'plain'];
  const those = (filter: SessionFilter): string[] => ids.filter(sessionFilter(filter) ?? (() => true));
  expect(sessionFilter({})).toBe(undefined);
  expect(those({ agent: 'MAIN' })).toEqual(ids.slice(0, 2));
  expect(those({ channel: 'Discord' })).toEqual(['agent:main:discord:1']);
  expect(those({ agent: 'main', channel: 'cron' })).toEqual([]);
  expect(those({ channel: 'cron' })).toEqual(['cron:x']);
  expect(those({ session: 'AGENT:*' })).toEqual(ids.slice(0, 2));
  expect(those({ session: 'plain' })).toEqual(['plain']);
  expect(those({ session: '*:1', agent: 'main' })).toEqual(['agent:main:discord:1']);
});
