import type { ExpandedRound } from '../../src/session-format/stored-round.ts';
import type { ToolCounts } from '../../src/model/tool-counts.ts';
import type { ShownSession } from '../../src/report/show.ts';
import { cell, round, session, usd } from './make.ts';

const SESSION = session('agent:main:discord:channel:1465367993012981988', [
  cell('2026-02-01T01:30Z', 'Qwen3-rerank', {
    rounds: 2,
    input: 1_250,
    output: 800,
    reasoning: 150,
    cost: usd(0.00126),
  }),
]);

export const ROUNDS = [
  round(
    1,
    { has_tool_calls: true, reasoning_tokens: 50, input_token_details: { audio_tokens: 0 } },
    {
      messages: ['{"role":"user","content":"查询北京天气","n":1.0}'],
      system: '"be nice"',
      question: '"查询北京天气"',
      answer: '"正在为您查询北京天气..."',
      reasoning: '"用户想知道北京的天气，我需要调用天气查询工具。"',
      toolCalls: '[{"function":{"name":"get_weather","arguments":"{\\"location\\":\\"Beijing\\"}"}}]',
    },
  ),
  round(
    2,
    {
      timestamp: '2026-02-01T01:32:00.000Z',
      context: [
        [1, 0, 1],
        [2, 0, 1],
      ],
      flags: ['cache-unknown'],
      response_code: 502,
      cached_tokens: 1_000,
    },
    {
      messages: [
        '{"role":"user","content":"查询北京天气","n":1.0}',
        '{"role":"tool","content":"{\\"temperature\\": 15}"}',
      ],
      system: '"be nice"',
      question: '"查询北京天气"',
      answer: '"北京今天天气晴朗。\\n\\n温度15°C。"',
    },
  ),
];

export function shown(rounds: Iterable<ExpandedRound> = ROUNDS): ShownSession {
  return {
    session: SESSION,
    rounds,
    choice: null,
    moneyOf: ({ stored: { price } }) => ({
      price,
      cost: price === 'unpriced' ? null : usd(0.00063),
      saved: 0n,
      currency: 'USD',
      inexact: [],
    }),
  };
}

/** The same session with these tools in its entry. */
export function withTools(tools: ToolCounts): ShownSession {
  const all = shown();
  return { ...all, session: { ...all.session, ...tools } };
}
