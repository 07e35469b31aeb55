import { expect, test } from 'vitest';
import type { ExpandedRound } from '../../src/session-format/stored-round.ts';
import { showText } from '../../src/report/show-text.ts';
import { chooseRounds, type ShowStyle } from '../../src/report/show.ts';
import type { ToolCounts } from '../../src/model/tool-counts.ts';
import { widthOf } from '../../src/report/terminal.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { round, screen } from './make.ts';
import { ROUNDS, shown, withTools } from './weather-session.ts';

function text(width: number, style: Partial<ShowStyle> = {}, rounds: ExpandedRound[] = ROUNDS): string {
  const whole = {
    local: localTimeIn('Asia/Shanghai'),
    full: false,
    withMessages: true,
    noContent: false,
    ...style,
  };
  return [...showText(shown(rounds), { screen: screen(width), ...whole }, null)].join('');
}

test('80 columns', () => {
  expect(text(80)).toMatchInlineSnapshot(`
    "======================================================================
    📊 Session Detail: agent:main:discord:channel:1465367993012981988
    ======================================================================

    🕐 Created:  2026-02-01T09:30:00+08:00
    🕑 Updated:  2026-02-01T09:30:00+08:00
    🤖 Model:    Qwen3-rerank
    💬 Messages: 2

    📈 Token Statistics:
       Input:               1,250 tokens
       Output:                800 tokens
         Reasoning:           150 tokens
       Total:               2,050 tokens

    💰 Estimated Cost: $0.001260 USD

    📝 Conversation Rounds (2):
    ──────────────────────────────────────────────────────────────────────

      Round 1 @ 2026-02-01T09:30:15+08:00
        Tokens: 250 in → 160 out (50 reasoning)
        Cost: $0.000630
        🔧 Tool calls: Yes
        Messages (1):
          [user] 查询北京天气
        📜 System: be nice
        ❓ Question: 查询北京天气
        ✅ Answer: 正在为您查询北京天气...
        🧠 Reasoning: 用户想知道北京的天气，我需要调用天气查询工具。
        🛠️  Tool Calls:
           - get_weather({"location":"Beijing"})

      Round 2 @ 2026-02-01T09:32:00+08:00
        Tokens: 250 in → 160 out (1,000 cached)
        Cost: $0.000630
        ❌ Failed: HTTP 502
        ⚠️  The log does not say what was cached: the cost is a lower bound
        Messages (2, 1 new):
          [tool] get_weather Beijing: {"temperature": 15}
        ✅ Answer: 北京今天天气晴朗。

          温度15°C。

    ──────────────────────────────────────────────────────────────────────

    ======================================================================
    "
  `);
});

test('40 columns, without messages', () => {
  expect(text(40, { withMessages: false })).toMatchInlineSnapshot(`
    "========================================
    📊 Session Detail:
    agent:main:discord:channel:1465367993012
    981988
    ========================================

    🕐 Created:  2026-02-01T09:30:00+08:00
    🕑 Updated:  2026-02-01T09:30:00+08:00
    🤖 Model:    Qwen3-rerank
    💬 Messages: 2

    📈 Token Statistics:
       Input:               1,250 tokens
       Output:                800 tokens
         Reasoning:           150 tokens
       Total:               2,050 tokens

    💰 Estimated Cost: $0.001260 USD

    📝 Conversation Rounds (2):
    ────────────────────────────────────────

      Round 1 @ 2026-02-01T09:30:15+08:00
        Tokens: 250 in → 160 out (50
        reasoning)
        Cost: $0.000630
        🔧 Tool calls: Yes
        📜 System: be nice
        ❓ Question: 查询北京天气
        ✅ Answer: 正在为您查询北京天气...
        🧠 Reasoning: 用户想知道北京的天气，
          我需要调用天气查询工具。
        🛠️  Tool Calls:
           - get_weather({"location":"Beijin
             g"})

      Round 2 @ 2026-02-01T09:32:00+08:00
        Tokens: 250 in → 160 out (1,000
        cached)
        Cost: $0.000630
        ❌ Failed: HTTP 502
        ⚠️  The log does not say what was
        cached: the cost is a lower bound
        ✅ Answer: 北京今天天气晴朗。

          温度15°C。

    ────────────────────────────────────────

    ========================================
    "
  `);
});

test('a store without content says so, and shows the numbers', () => {
  const numbers = text(80, { noContent: true }, [round(1)]);
  expect(numbers).toContain('📝 Conversation Rounds (2):\n   (content not stored)\n');
  expect(numbers).toContain('    Tokens: 250 in → 160 out\n    Cost: $0.000630\n\n');
});

test('long texts are cut to some lines, and whole with --full', () => {
  const answer = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
  const long = [round(1, {}, { answer: JSON.stringify(answer) })];
  expect(text(80, {}, long)).toContain('      line 6\n      line 7…\n\n');
  expect(text(80, { full: true }, long)).toContain('      line 28\n      line 29\n\n');
});

test.each([
  ['free', 'Cost: $0 (free)'],
  ['gateway-cache', "Cost: $0 (answered from the gateway's cache)"],
  ['no-usage', 'Cost: unknown (the log has no usage)'],
  ['unpriced', 'Cost: unpriced'],
] as const)('a round whose price is %s says %s', (price, cost) => {
  expect(text(80, {}, [round(1, { price })])).toContain(`    ${cost}\n`);
});

test('hostile texts stay in their place', () => {
  const evil = JSON.stringify('\u001b[2Jx\u202e\r\ny\u0007');
  const rounds = [
    round(
      1,
      { model: 'm\u001b[1m\n', flags: ['f\u001b[1m'] },
      {
        messages: [`{"role":"\\u001b[1m\\nuser","content":${evil}}`],
        question: evil,
        answer: evil,
        toolCalls: `[{"function":{"name":${evil},"arguments":${evil}}}]`,
      },
    ),
  ];
  for (const full of [false, true]) expect(text(80, { full }, rounds)).not.toMatch(/[\u001b\u202e\r\u0007]/);
});

test.each([30, 33, 40, 80, 140])('nothing is wider than %i columns', (width) => {
  const long = JSON.stringify('北京今天 long_unbroken_word_'.repeat(60));
  const rounds = [
    ...ROUNDS,
    round(
      3,
      {},
      { messages: [`{"role":${long},"content":${long}}`, long], system: long, answer: long, toolCalls: long },
    ),
  ];
  expect(
    text(width, {}, rounds)
      .split('\n')
      .filter((line) => widthOf(line) > width),
  ).toEqual([]);
});

test.each([
  [null, [1, 2, 3]],
  [{ round: 2 }, [2]],
  [{ last: 2 }, [2, 3]],
  [{ last: 9 }, [1, 2, 3]],
])('chosen: %o', (choice, numbers) => {
  const chosen = chooseRounds([round(1), round(2), round(3)], choice, 3);
  expect([...chosen].map(({ stored }) => stored.round)).toEqual(numbers);
});

test('tools: one line, the most called first; names are cleaned', () => {
  const style = { local: localTimeIn('UTC'), full: false, withMessages: false, noContent: false };
  const toolLines = (...given: Parameters<typeof withTools>): string[] =>
    [...showText(withTools(...given), { screen: screen(40), ...style }, null)]
      .join('')
      .split('\n\n')[1]
      ?.split('\n')
      .slice(4) ?? [];
  expect(toolLines({})).toEqual([]);
  expect(toolLines({ tools: [] })).toEqual([]);
  const tools: [string, number, number][] = [
    ['a\u001b[31m', 1, 0],
    ['bash', 1_200, 2],
    ['read', 0, 1],
  ];
  expect(toolLines({ tools: tools.slice(0, 1) })).toEqual(['🔧 Tools:    a 1']);
  expect(toolLines({ tools, tools_from: 3 })).toEqual([
    '🔧 Tools:    bash 1,200 (2 failed), a 1,',
    'read: 1 failed result (from round 3 on)',
  ]);
});

test('a failed request that names no model says where it was sent', () => {
  const accessLog = '{"upstream_cluster":"outbound|443||llm-x.internal.dns"}';
  const failed = round(1, { model: 'unknown', price: 'no-usage', response_code: 503 }, { accessLog });
  expect(text(80, {}, [failed])).toContain('\n    Model: no answer from llm-x.internal\n    Cost:');
  expect(text(80, {}, [round(1, { model: 'unknown' })])).not.toContain('    Model: ');
});

test('tools of which only results are known are not counted, and have no line', () => {
  const head = (tools: ToolCounts): string =>
    [
      ...showText(
        withTools(tools),
        { screen: screen(80), local: localTimeIn('UTC'), full: false, withMessages: true, noContent: false },
        null,
      ),
    ].join('');
  expect(head({ tools: [['', 0, 0]] })).not.toContain('🔧 Tools:');
  expect(head({ tools: [['', 0, 1]] })).toContain('\n🔧 Tools:    without a name: 1 failed result\n');
});
