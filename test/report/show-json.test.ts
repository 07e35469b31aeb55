import { expect, test } from 'vitest';
import { showJson } from '../../src/report/show-json.ts';
import { roundsOf } from '../site/session/make.ts';
import { round, exactCosts } from './make.ts';
import { shown, withTools } from './weather-session.ts';

test('show --json: the whole structure of the specification', () => {
  const json = JSON.parse([...showJson(shown(), true)].join(''));
  const { rounds, ...head } = json;
  expect(head).toEqual({
    version: 1,
    session_id: 'agent:main:discord:channel:1465367993012981988',
    created_at: '2026-02-01T01:30:00.000Z',
    updated_at: '2026-02-01T01:30:00.000Z',
    messages_count: 2,
    total_input_tokens: 1250,
    total_output_tokens: 800,
    total_reasoning_tokens: 150,
    total_cached_tokens: 0,
    total_cache_write_tokens: 0,
    model: 'Qwen3-rerank',
    cost_usd: 0.00126,
    unpriced_rounds: 0,
    ...exactCosts(0.00126),
    tools: null,
  });
  expect(rounds[1]).toEqual({
    round: 2,
    timestamp: '2026-02-01T01:32:00.000Z',
    input_tokens: 250,
    output_tokens: 160,
    reasoning_tokens: 0,
    cached_tokens: 1000,
    model: 'Qwen3-rerank',
    has_tool_calls: false,
    response_type: null,
    thread: { kind: 'main', number: 1 },
    messages: [
      { role: 'user', content: '查询北京天气', n: 1 },
      { role: 'tool', content: '{"temperature": 15}' },
    ],
    question: '查询北京天气',
    answer: '北京今天天气晴朗。\n\n温度15°C。',
    reasoning: null,
    tool_calls: null,
    input_token_details: null,
    output_token_details: null,
    system: 'be nice',
    cache_write_tokens: 0,
    cost_usd: 0.00063,
    price_state: 'priced',
    flags: ['cache-unknown'],
    request_id: null,
    response_code: 502,
    consumer: null,
    api: null,
    chat_id: null,
    duration_ms: null,
    first_token_ms: null,
    usage_details: null,
    service_tier: null,
    cost_bound: null,
    bound_reasons: [],
    currency: 'USD',
    cost: 0.00063,
    attributes: null,
    access_log: null,
    fields_cut: {},
  });
  expect(rounds[0].input_token_details).toEqual({ audio_tokens: 0 });
});

test('show --json splices the texts of the log: numbers, order and duplicate keys survive', () => {
  const odd = '{"b":1.0,"a":9007199254740993,"b":2}';
  const text = [...showJson(shown([round(1, {}, { messages: [odd, odd], answer: odd })]), true)].join('');
  expect(text).toContain(`"messages":[${odd},${odd}],"question":null,"answer":${odd},`);
});

test.each([
  ['a request that was no list is its text', { messagesText: '"cut [truncated]"' }, '"cut [truncated]"'],
  ['none is an empty list', {}, '[]'],
  ['an empty list is one', { messages: [] }, '[]'],
])('%s', (_, texts, messages) => {
  expect([...showJson(shown([round(1, {}, texts)]), true)].join('')).toContain(
    `"messages":${messages},"question"`,
  );
});

test('--no-messages leaves the key out, an unpriced round has no cost, no rounds are an empty list', () => {
  const text = [...showJson(shown([round(1, { price: 'unpriced' })]), false)].join('');
  expect(JSON.parse(text).rounds[0]).not.toHaveProperty('messages');
  expect(JSON.parse(text).rounds[0]).toMatchObject({ cost_usd: null, price_state: 'unpriced' });
  expect(JSON.parse([...showJson(shown([]), true)].join('')).rounds).toEqual([]);
});

test('no piece is larger than a message, however often requests repeat the history', () => {
  const messages = Array.from({ length: 500 }, () => `"${'x'.repeat(1000)}"`);
  const rounds = Array.from({ length: 500 }, (_, i) => round(i + 1, {}, { messages }));
  let total = 0;
  let largest = 0;
  for (const piece of showJson(shown(rounds), true)) {
    total += piece.length;
    largest = Math.max(largest, piece.length);
  }
  expect(total).toBeGreaterThan(250_000_000);
  expect(largest).toBe(1002);
});

test('tools: the most called first, and from which round on they are counted', () => {
  const toolsOf = (...given: Parameters<typeof withTools>) => {
    const { tools, tools_from } = JSON.parse([...showJson(withTools(...given), false)].join(''));
    return [tools, tools_from];
  };
  const tools = [
    { name: 'read', calls: 4, failed: 0 },
    { name: 'bash', calls: 2, failed: 1 },
    { name: 'find', calls: 2, failed: 0 },
  ];
  const given = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const counts = given.map(({ name, calls, failed }) => [name, calls, failed] as [string, number, number]);
  expect(toolsOf({ tools: counts })).toEqual([tools, undefined]);
  expect(toolsOf({ tools: counts, tools_from: 3 })).toEqual([tools, 3]);
  expect(toolsOf({ tools: [] })).toEqual([[], undefined]);
});

test('the thread of each round, whichever rounds are chosen and however short their texts are', () => {
  const main = [
    { role: 'system', content: 'You are the main agent.' },
    { role: 'user', content: 'Plan a trip to Zürich, with a hotel and trains' },
  ];
  const call = {
    id: 'c1',
    type: 'function',
    function: { name: 'task', arguments: '{"prompt":"Find a hotel in Zürich"}' },
  };
  const rounds = roundsOf([
    { model: 'm', messages: main, tool_calls: [call] },
    {
      model: 'm',
      messages: [
        { role: 'system', content: 'You find hotels, and nothing else.' },
        { role: 'user', content: 'Find a hotel in Zürich' },
      ],
      answer: 'The Storchen.',
    },
    {
      model: 'm',
      messages: [
        ...main,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: 'The Storchen.' },
      ],
      answer: 'Done.',
    },
    {
      model: 'm',
      messages: [
        { role: 'system', content: 'Make a title for this conversation.' },
        { role: 'user', content: 'Plan a trip' },
      ],
      answer: 'A trip',
    },
    { model: 'm', question: 'no list of messages', answer: 'a' },
  ]);
  const threads = [
    { kind: 'main', number: 1 },
    { kind: 'sub-agent', number: 1 },
    { kind: 'main', number: 1 },
    { kind: 'parallel', number: 1 },
    null,
  ];
  const threadsOf = (rest: Partial<ReturnType<typeof shown>>, id = 's'): unknown[] => {
    const all = shown(rounds);
    const session = { ...all.session, id, rounds: 5 };
    const bound = (round: (typeof rounds)[number]): (typeof rounds)[number] => ({
      ...round,
      messages: ['"…"'],
    });
    const json = JSON.parse([...showJson({ ...all, session, ...rest }, true, bound)].join(''));
    for (const { messages } of json.rounds) expect(messages).toEqual(['…']);
    return json.rounds.map(({ thread }: { thread: unknown }) => thread);
  };
  expect(threadsOf({})).toEqual(threads);
  expect(threadsOf({ choice: { round: 2 } })).toEqual([threads[1]]);
  expect(threadsOf({ choice: { last: 3 } })).toEqual(threads.slice(2));
  // Without a session id the requests may come from different clients.
  expect(threadsOf({}, 'default')).toEqual([null, null, null, null, null]);
});
