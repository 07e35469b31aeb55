import { expect, test } from 'vitest';
import { sessionTotals } from '../../src/query/aggregate.ts';
import { listSessions, type ListQuery } from '../../src/report/list.ts';
import { rollUp } from '../../src/query/roll-up.ts';
import { cell, session, source, usd } from '../report/make.ts';

function one(id: string, day: number, cost: number) {
  return session(id, [cell(`2026-02-0${day}T00:00:00Z`, `m${day}`, { cost: usd(cost), input: 10 * day })]);
}

const SESSIONS = [
  one('agent:a:subagent:x:subagent:y:subagent:z', 3, 4),
  one('agent:a:subagent:x', 2, 1),
  one('agent:a:discord:group:1', 2, 8),
  one('agent:a:discord:group:1:thread:5', 1, 16),
  one('agent:b:discord:group:2:thread:6', 4, 32),
  one('plain', 1, 64),
];

test('parts are added to their whole, over a level that is not there; the rest is as it was', () => {
  const rolled = rollUp(SESSIONS);
  expect(rolled.map(({ id, rounds }) => [id, rounds])).toEqual([
    ['agent:a:subagent:x', 2],
    ['agent:a:discord:group:1', 2],
    ['agent:b:discord:group:2:thread:6', 1],
    ['plain', 1],
  ]);
  expect(rolled.map((entry) => sessionTotals(entry).cost)).toEqual([5, 24, 32, 64].map(usd));
  expect(rolled[0]).toMatchObject({
    created: Date.UTC(2026, 1, 2),
    updated: Date.UTC(2026, 1, 3),
    model: 'm2',
  });
  expect(rolled[3]).toBe(SESSIONS[5]);
});

test('tools of parts are added, if they are known for all of them', () => {
  const [part, whole] = [SESSIONS[0], SESSIONS[1]].map((entry) => ({ ...(entry ?? one('', 1, 1)) }));
  if (!part || !whole) throw new Error('no sessions');
  const rolled = (a: object, b: object): unknown => {
    const { tools, tools_from } =
      rollUp([
        { ...part, ...a },
        { ...whole, ...b },
      ])[0] ?? {};
    return [tools, tools_from];
  };
  expect(rolled({ tools: [['a', 1, 0]] }, { tools: [['a', 2, 1]] })).toEqual([[['a', 3, 1]], undefined]);
  expect(rolled({}, { tools: [['a', 2, 1]] })).toEqual([undefined, undefined]);
  expect(rolled({ tools: [] }, { tools: [['a', 2, 1]], tools_from: 2 })).toEqual([undefined, undefined]);
});

test('ids that differ by case are sessions of their own', () => {
  const twins = [one('agent:a:Main', 1, 1), one('agent:a:main', 1, 2)];
  expect(rollUp(twins)).toEqual(twins);
});

test.each<[Partial<ListQuery>, string[]]>([
  [{ agent: 'A' }, SESSIONS.slice(0, 4).map(({ id }) => id)],
  [{ agent: 'a', channel: 'Discord' }, ['agent:a:discord:group:1', 'agent:a:discord:group:1:thread:5']],
  [{ channel: 'subagent', rollup: true }, ['agent:a:subagent:x']],
  [{ agent: 'plain' }, []],
])('%j', (query, ids) => {
  const period = { from: -Infinity, to: Infinity, text: null } as unknown as ListQuery['period'];
  const { sessions } = listSessions(source(SESSIONS), { sortBy: 'updated', limit: 0, period, ...query });
  expect(sessions.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
});

test('of wholes whose ids differ in case, the one that the part spells has it', () => {
  const ids = [
    'agent:a:main',
    'agent:A:main',
    'agent:a:main:thread:1',
    'agent:A:main:thread:2',
    'agent:a:Main:thread:3',
  ];
  const rolled = rollUp(ids.map((id) => one(id, 1, 1)));
  expect(rolled.map(({ id, rounds }) => [id, rounds])).toEqual([
    ['agent:a:main', 2],
    ['agent:A:main', 3],
  ]);
});
