import { expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { familyOf } from '../../src/query/family.ts';
import { ancestorsOf, levelsBelow, parseSessionKey, partKindOf } from '../../src/query/session-key.ts';
import { familyJson } from '../../src/report/show-family.ts';
import { cell, session, source, usd } from '../report/make.ts';

const one = (id: string, cost: number, rounds = 1) =>
  session(
    id,
    Array.from({ length: rounds }, () => cell('2026-02-01T00:00:00Z', 'm', { cost: usd(cost) })),
  );

const SESSIONS = [
  one('agent:a:main', 1, 3),
  one('agent:a:main:thread:7', 2),
  one('agent:a:main:thread:8', 4),
  one('agent:a:main:thread:8:subagent:x', 8),
  // Its parent is not stored.
  one('agent:a:main:thread:9:subagent:y', 16),
  // None of the session's: another key, another case, and one that only begins like it.
  one('agent:a:main2', 32),
  one('agent:a:Main:thread:1', 32),
  one('agent:a:main:group:thread', 32),
  one('agent:a:subagent:z', 64),
  one('plain', 64),
];
const get = (id: string) => SESSIONS.find((entry) => entry.id === id) ?? one(id, 0);
const family = (id: string) => familyOf(source(SESSIONS), get(id));

test('children by cost, everything below them, and the sums', () => {
  const found = family('agent:a:main');
  expect(found).toMatchObject({ kind: null, parent: null, descendants: 4 });
  expect(found?.children.map(({ session: { id }, kind, sum }) => [id, kind, sum.cost])).toEqual([
    ['agent:a:main:thread:8', 'thread', usd(4)],
    ['agent:a:main:thread:7', 'thread', usd(2)],
  ]);
  const sums = [found?.own, found?.below, found?.together].map((row) => [
    row?.sessions,
    row?.rounds,
    row?.cost,
  ]);
  expect(sums).toEqual([
    [1, 3, usd(3)],
    [4, 4, usd(30)],
    [5, 7, usd(33)],
  ]);
});

test('the parent that a key names, whether it is stored or not', () => {
  expect(family('agent:a:main:thread:8')).toMatchObject({
    kind: 'thread',
    parent: { id: 'agent:a:main', isStored: true },
    descendants: 1,
  });
  expect(family('agent:a:main:thread:9:subagent:y')).toMatchObject({
    kind: 'sub-agent',
    parent: { id: 'agent:a:main:thread:9', isStored: false },
    children: [],
  });
  // Its key does not name the session that started it.
  expect(family('agent:a:subagent:z')).toMatchObject({ kind: 'sub-agent', parent: null, descendants: 0 });
});

test('an id that is no key has no family, and the ids of others are not looked at', () => {
  const sessions = {
    ...source(SESSIONS),
    keys: () => {
      throw new Error('asked');
    },
  };
  expect(familyOf(sessions, get('plain'))).toBeNull();
});

test('ancestors are each the parent of the one before, and end after 64, however long a key is', () => {
  const id = `agent:a:main${':thread:1'.repeat(5000)}`;
  expect(ancestorsOf(id)).toHaveLength(64);
  expect(ancestorsOf('agent:a:main:thread:1:run:2')).toEqual(['agent:a:main:thread:1', 'agent:a:main']);
  const pieces = ['agent:', 'a', ':', 'main', ':thread:', ':RUN:', ':subagent:', 'thread:', 'cron:', 'İ', ''];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (some) => {
      const chain: string[] = [];
      for (let key = parseSessionKey(some.join(''))?.parent; key; key = parseSessionKey(key)?.parent)
        chain.push(key);
      expect(ancestorsOf(some.join(''))).toEqual(chain);
      for (const [i, ancestor] of chain.entries()) expect(levelsBelow(some.join(''), ancestor)).toBe(i + 1);
    }),
    { numRuns: 3000 },
  );
});

test('a family has all levels, also of a key with thousands', () => {
  const deep = `agent:a:main${':thread:1'.repeat(3000)}`;
  const entries = [get('agent:a:main'), { ...get('agent:a:main'), id: deep }];
  const found = familyOf(source(entries), get('agent:a:main'));
  expect(found).toMatchObject({ children: [], descendants: 1 });
  expect(levelsBelow('agent:a:main', 'agent:a:main')).toBe(0);
  expect(levelsBelow('agent:a:main:x:run:1', 'agent:a:main')).toBe(0);
});

test.each([
  ['agent:a:main:thread:1', 'thread'],
  ['agent:a:cron:x:run:1', 'run'],
  ['agent:a:main:thread:1:SubAgent:2', 'sub-agent'],
  ['subagent:x', 'sub-agent'],
  ['agent:a:main', null],
  ['plain', null],
])('%s is %j', (id, kind) => {
  expect(partKindOf(id)).toBe(kind);
});

test('show --json lists 1,000 children, the most expensive ones, and counts the others', () => {
  const parts = Array.from({ length: 1003 }, (_, i) => one(`agent:a:main:run:${i}`, i));
  const found = familyOf(source([get('agent:a:main'), ...parts]), get('agent:a:main'));
  const json = familyJson(found as NonNullable<typeof found>) as { children: { session_id: string }[] };
  expect(json).toMatchObject({ unlisted_children: 3, descendants: 1003, below: { sessions: 1003 } });
  expect(json.children).toHaveLength(1000);
  expect(json.children.at(-1)?.session_id).toBe('agent:a:main:run:3');
});
