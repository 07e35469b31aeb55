import { expect, test } from 'vitest';
import { growthOf, LINEAR } from '../growth.ts';
import { findSession } from '../../src/query/find-session.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { cell, session } from '../report/make.ts';

function store(...ids: string[]): Map<string, SessionEntry> {
  return new Map(ids.map((id) => [id, session(id, [cell('2026-02-01T09:00Z', 'a')])]));
}

function find(wanted: string, ...ids: string[]): unknown {
  const found = findSession(store(...ids), wanted);
  return found.kind === 'found' ? found.session.id : found;
}

test('an id is found whole, even where others begin like it', () => {
  expect(find('abc', 'abcd', 'abc', 'abce')).toBe('abc');
});

test('a unique start is enough', () => {
  expect(find('agent:main:d', 'agent:main:discord:1', 'agent:main:slack:1')).toBe('agent:main:discord:1');
});

test('a start of several is ambiguous: the first five in order, and how many', () => {
  expect(find('s', 's7', 's2', 's3', 's1', 's5', 's4', 'x')).toEqual({
    kind: 'ambiguous',
    ids: ['s1', 's2', 's3', 's4', 's5'],
    count: 6,
  });
});

test('a hostile id is found as it is printed, whole or its start', () => {
  const hostile = 'a\u001b[31m';
  expect(find('a\\u{1b}[31m', hostile, `${hostile}b`)).toBe(hostile);
  expect(find('a\\u{1b}', hostile, 'b')).toBe(hostile);
  expect(find('__proto__', '__proto__', 'x')).toBe('__proto__');
  expect(find('constructor', 'x')).toEqual({ kind: 'none', nearest: [] });
});

test('a wrong id gets those that contain it, then those a few edits away, the nearest first', () => {
  expect(find('sess_abc132', 'sess_abc123', 'sess_abc13', 'other', 'my-sess_abc132')).toEqual({
    kind: 'none',
    nearest: ['my-sess_abc132', 'sess_abc13', 'sess_abc123'],
  });
  expect(find('SESS_1', 'sess_1')).toEqual({ kind: 'none', nearest: ['sess_1'] });
  expect(find('1465367993012981988', 'agent:main:discord:channel:1465367993012981988')).toEqual({
    kind: 'none',
    nearest: ['agent:main:discord:channel:1465367993012981988'],
  });
});

test.each([
  ['kitten', 'sitting', 3],
  ['abcdef', 'abcdeg', 1],
  ['abcdef', 'bcdefa', 2],
  ['abcdef', 'uvwxyz', null],
  ['abcd', 'axbyczdw', null],
])('%s and %s: %s edits', (wanted, id, edits) => {
  const nearest = edits === null ? [] : [id];
  expect(find(wanted, id)).toEqual({ kind: 'none', nearest });
});

test('many ids with one long start are searched in linear time', () => {
  const storeOf = (size: number): ReturnType<typeof store> =>
    store(
      ...Array.from(
        { length: size },
        (_, i) => `agent:main:discord:channel:${1465367993012981 * 7 + i * 7919}`,
      ),
    );
  const search = (all: ReturnType<typeof store>): void =>
    expect(findSession(all, 'agent:main:discord:chanel:1025757595').kind).toBe('none');
  expect(growthOf(3_000, storeOf, search)).toBeLessThan(LINEAR);
});
