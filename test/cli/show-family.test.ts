import { beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, makeStore, run } from './run.ts';

/** test-a costs 1 USD per million input tokens; nothing is known of the price of `other`. */
function asked(session: string, minute: number, messages: object[], rest: object = {}): string {
  return line(`2026-02-02T10:${String(minute).padStart(2, '0')}:00Z`, {
    session_id: session,
    model: 'test-a',
    input_token: 1_000_000,
    output_token: 0,
    messages,
    question: 'q',
    answer: 'done',
    ...rest,
  });
}

const system = { role: 'system', content: 'You are the main agent.' };
const user = { role: 'user', content: 'Look at the logs' };
const call = { id: 'c1', type: 'function', function: { name: 'task', arguments: '{"prompt":"Read a.log"}' } };
const calling = { role: 'assistant', content: '', tool_calls: [call] };
const agent = [
  { role: 'system', content: 'You are a sub-agent.' },
  { role: 'user', content: 'Read a.log' },
];
const MAIN = 'agent:main:main';
const LINES = [
  asked(MAIN, 0, [system, user], { answer: '', tool_calls: [call] }),
  asked(MAIN, 1, agent, { input_token: 2_000_000 }),
  asked(MAIN, 2, [system, user, calling, { role: 'tool', tool_call_id: 'c1', content: 'empty' }]),
  asked(`${MAIN}:subagent:a`, 3, [user], { input_token: 4_000_000 }),
  asked(`${MAIN}:subagent:a:subagent:b`, 4, [user], { input_token: 8_000_000 }),
  asked(`${MAIN}:subagent:c`, 5, [user], { model: 'other' }),
  asked('agent:main:subagent:d', 6, [user]),
  asked('plain', 7, [user]),
];

let store = '';
beforeEach(async () => {
  store = await makeStore(makeFolder(), LINES);
});

async function shown(id: string, ...rest: string[]): Promise<string> {
  const { code, out, err } = await run(['show', id, '--no-messages', '--data-dir', store, ...rest]);
  expect([code, err]).toEqual([0, '']);
  return out;
}
const linesWith = (text: string, from: string, to: string): string[] => {
  const lines = text.split('\n');
  const at = lines.findIndex((one) => one.startsWith(from));
  return at < 0 ? [] : lines.slice(at, lines.indexOf(to, at));
};

test('show names the parts of a session, its parent and its threads, with their costs', async () => {
  const text = await shown(MAIN, '--last', '1');
  expect(linesWith(text, '👥', '')).toEqual([
    '👥 Parts:    2 sessions, 1 below these',
    '            $4.000000 own, $12.000000 + 1 unpriced of the parts, $16.000000 + 1',
    '            unpriced together',
    '            sub-agent agent:main:main:subagent:a: 1 round, $4.000000',
    '            sub-agent agent:main:main:subagent:c: 1 round, unpriced',
  ]);
  expect(linesWith(text, '🧵', '')).toEqual([
    '🧵 Threads:',
    '   Main thread  2 rounds (rounds 1 to 3), $2.000000',
    '   Sub-agent 1  1 round (round 2), $2.000000',
    '   Together     3 rounds, $4.000000',
  ]);
  expect(await shown(`${MAIN}:subagent:a`)).toContain('🔗 Parent:   agent:main:main\n');
  expect(await shown('agent:main:subagent:d')).toContain(
    '🔗 Parent:   another session; the key of a sub-agent does not say which\n',
  );
  // The threads are known only after the last round.
  expect(await shown(MAIN, '--round', '2')).not.toContain('🧵');
  expect(await shown('plain')).not.toMatch(/[🔗👥🧵]/u);
});

test('show --json has them with exact sums', async () => {
  const json = JSON.parse(await shown(MAIN, '--json'));
  expect(json.family).toMatchObject({
    kind: null,
    parent: null,
    children: [
      { kind: 'sub-agent', session_id: `${MAIN}:subagent:a`, messages_count: 1, cost_usd: 4 },
      { kind: 'sub-agent', session_id: `${MAIN}:subagent:c`, cost_usd: null, unpriced_rounds: 1 },
    ],
    unlisted_children: 0,
    descendants: 3,
    below: { sessions: 3, rounds: 3, cost_usd: 12, unpriced_rounds: 1 },
    together: { sessions: 4, rounds: 6, cost_usd: 16, unpriced_rounds: 1 },
  });
  const threads = json.threads.map((one: Record<string, unknown>) =>
    ['name', 'kind', 'first_round', 'last_round', 'rounds', 'cost_usd'].map((key) => one[key]),
  );
  expect(threads).toEqual([
    ['Main thread', 'main', 1, 3, 2, 2],
    ['Sub-agent 1', 'sub-agent', 2, 2, 1, 2],
  ]);
  // Of the whole session, although the texts of one round are shown, and cut.
  expect(JSON.parse(await shown(MAIN, '--json', '--last', '1', '--max-chars', '3')).threads).toEqual(
    json.threads,
  );
  expect(JSON.parse(await shown(MAIN, '--json', '--round', '2'))).not.toHaveProperty('threads');
  const below = JSON.parse(await shown(`${MAIN}:subagent:a:subagent:b`, '--json'));
  expect(below.family.parent).toEqual({ session_id: `${MAIN}:subagent:a`, stored: true });
  expect(JSON.parse(await shown('plain', '--json')).family).toBeNull();
});
