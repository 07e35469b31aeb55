import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readLogLine } from '../../src/ai-log/round.ts';
import { round } from './lines.ts';

describe('each line that the real plugin printed', () => {
  interface PluginLine {
    name: string;
    fields: Record<string, string>;
    line: string;
  }
  const plugin = new Map(
    readFileSync(new URL('../../fixtures/plugin-lines.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .map((json) => JSON.parse(json) as PluginLine)
      .map((line) => [line.name.split(' ')[0] ?? '', line] as const),
  );
  const lineOf = (number: string): string => plugin.get(number)?.line ?? '';

  const NOTHING = [0, 0, 0, 0, 0];
  const HI = ['{"content":"hi","role":"user"}'];
  const CLAUDE = 'claude-sonnet-4-5-20250929';

  /** Number, model, [input, output, reasoning, cached, cache write], state, flags, messages, question, answer. */
  type Row = [string, string, number[], string, string[], string[] | null, string | null, string | null];
  const expected: Row[] = [
    ['01', 'gpt-4o-2024-08-06', [2006, 300, 0, 1920, 0], 'counted', [], HI, '"hi"', '"ok"'],
    ['03', 'gpt-4o', NOTHING, 'no-usage', ['usage-unlogged'], HI, '"hi"', '"he"'],
    ['05', 'gpt-5', [5000, 1200, 960, 4096, 0], 'counted', [], null, null, null],
    ['06b', CLAUDE, [12, 50, 0, 0, 0], 'counted', [], HI, '"hi"', null],
    ['07', CLAUDE, [20012, 500, 0, 18000, 2000], 'counted', [], HI, '"hi"', '"ok"'],
    ['08', CLAUDE, [12, 500, 0, 0, 0], 'counted', ['cache-unknown'], HI, '"hi"', null],
    ['09', CLAUDE, [12, 50, 0, 0, 0], 'counted', ['cache-unknown'], HI, '"hi"', null],
    ['10', 'gemini-2.5-pro', [3070, 1900, 1500, 2048, 0], 'counted', [], null, null, null],
    ['12', 'deepseek-reasoner', [1500, 900, 700, 1024, 0], 'counted', [], HI, '"hi"', '"ok"'],
    ['13b', 'qwen3-coder-plus', [1700, 100, 40, 0, 1605], 'counted', [], HI, '"hi"', '"ok"'],
    ['15', 'kimi-k2-0905-preview', [1000, 20, 0, 0, 0], 'counted', ['cache-unlogged'], HI, '"hi"', '"ok"'],
    ['16', 'claude-sonnet-4-5', [12, 500, 0, 0, 0], 'counted', ['cache-unknown'], HI, '"hi"', '"ok"'],
    [
      '17',
      'us.anthropic.claude-sonnet-4-20250514-v1:0',
      [20012, 500, 0, 20000, 0],
      'counted',
      ['cache-write-unlogged'],
      HI,
      '"hi"',
      '"ok"',
    ],
    ['19', 'gpt-4o-2024-08-06', [3926, 300, 0, 1920, 0], 'counted', ['ambiguous'], HI, '"hi"', '"ok"'],
    ['21', 'grok-4-0709', [10120, 4308, 2809, 128, 0], 'counted', [], HI, '"hi"', '"ok"'],
    ['23', 'gpt-4o', [2006, 300, 0, 1920, 0], 'counted', [], null, null, null],
    [
      '24',
      'gpt-4o',
      [20, 10, 0, 0, 0],
      'counted',
      [],
      null,
      '"[map[text:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA [truncated] p[url:data:image/png;base64,AAAA] type:image_url]]"',
      null,
    ],
    [
      '25',
      'claude-haiku-4-5',
      [5, 6, 0, 0, 0],
      'counted',
      ['cache-unknown'],
      [
        '{"content":[{"text":"hi","type":"text"}],"role":"user"}',
        '{"content":[{"id":"t","input":{"command":"ls"},"name":"Bash","type":"tool_use"}],"role":"assistant"}',
        '{"content":[{"content":"a.txt","tool_use_id":"t","type":"tool_result"}],"role":"user"}',
      ],
      '[{"content":"a.txt","tool_use_id":"t","type":"tool_result"}]',
      '"ok"',
    ],
    ['26', 'qwen-max', [343, 153, 0, 0, 0], 'counted', ['cache-unlogged'], null, null, null],
    ['29', 'unknown', NOTHING, 'no-usage', [], HI, '"hi"', null],
    ['29b', 'unknown', NOTHING, 'no-usage', [], HI, '"hi"', null],
    ['30', 'from-cache', NOTHING, 'gateway-cache', [], HI, '"hi"', '"ok"'],
    ['31', 'text-embedding-3-small', [8, 0, 0, 0, 0], 'counted', [], null, null, null],
    ['32', 'gpt-4o', [20, 10, 0, 8, 0], 'counted', [], null, null, null],
    ['33', 'UNKNOWN', [1, 2, 0, 0, 0], 'counted', [], HI, '"hi"', '"ok"'],
    ['34', 'qwen3-rerank', [79, 0, 0, 0, 0], 'counted', [], null, null, null],
  ];

  test('is in the table, but for one that is no AI call', () => {
    expect([...plugin.keys()]).toEqual([...expected.map(([number]) => number), '28'].toSorted());
    expect(readLogLine(lineOf('28'))).toEqual({ kind: 'other' });
  });

  test.each(expected)('%s, model %s', (number, model, counts, state, flags, messages, question, answer) => {
    const read = round(lineOf(number));
    const { input, output, reasoning, cached, cacheWrite } = read.usage;
    expect([read.model, [input, output, reasoning, cached, cacheWrite]]).toEqual([model, counts]);
    expect([read.usageState, read.flags]).toEqual([state, flags]);
    expect([read.messages, read.question, read.answer, read.reasoning]).toEqual([
      messages,
      question,
      answer,
      null,
    ]);
    // The lines hold ai_log alone.
    expect([read.time, read.requestId, read.responseCode, read.api]).toEqual([null, null, null, '']);
    expect(read.sessionId).toBe(number === '33' ? 'default' : 's1');
    expect(read.consumer).toBe(number === '26' ? 'anonymous' : '');
  });

  test('07 whole', () => {
    expect(round(lineOf('07'))).toEqual({
      sessionId: 's1',
      time: null,
      model: CLAUDE,
      consumer: '',
      api: '',
      chatId: 'msg_1',
      requestId: null,
      responseType: 'stream',
      responseCode: null,
      durationMs: 0,
      firstTokenMs: 0,
      usage: { input: 20012, output: 500, reasoning: 0, cached: 18000, cacheWrite: 2000 },
      usageState: 'counted',
      flags: [],
      loggedUsage: {
        input_token: 12,
        output_token: 500,
        total_token: 20512,
        input_token_details: '{"cache_creation_input_tokens":2000,"cache_read_input_tokens":18000}',
      },
      attributes: expect.any(Map),
      accessLog: new Map(),
      messages: HI,
      messagesText: null,
      system: null,
      question: '"hi"',
      answer: '"ok"',
      reasoning: null,
      toolCalls: null,
    });
  });

  test("09: the plugin's {} before streamed arguments is dropped", () => {
    expect(round(lineOf('09')).toolCalls).toBe(
      '[{"index":1,"id":"toolu_1","type":"tool_use","function":{"name":"get_weather","arguments":"{\\"a\\":1}"}}]',
    );
  });

  test('24: what the gateway cut is kept as text', () => {
    expect(round(lineOf('24'))).toMatchObject({
      messagesText:
        '"[map[content:be nice role:system] map[content:[map [truncated] mage/png;base64,AAAA] type:image_url]] role:user]]"',
      toolCalls:
        '"[map[function:map[arguments:{\\"location\\":\\"BBBBBBBBB [truncated] BBBB\\"} name:get_weather] id:call_1 type:function]]"',
    });
  });

  test("25: Claude's system prompt stands apart", () => {
    expect(round(lineOf('25')).system).toBe(
      '[{"cache_control":{"type":"ephemeral"},"text":"You are Claude Code","type":"text"}]',
    );
  });

  test('29b: no response, no duration', () => {
    expect(round(lineOf('29b'))).toMatchObject({ responseType: null, durationMs: null, chatId: null });
  });

  test('32: with the fields that the plugin wrote beside ai_log', () => {
    const { line, fields = {} } = plugin.get('32') ?? { line: '' };
    const beside = Object.entries(fields).map(([key, value]) => `,"${key}":"${value}"`);
    const read = round(`${line.slice(0, -1)}${beside.join('')}}`);
    expect([read.answer, read.flags]).toEqual(['"say \\"hi\\"\\n"', []]);
  });
});
