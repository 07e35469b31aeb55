import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  warnOfPrunedSessions,
  warnOfUndecided,
  warnOfUndecidedSessions,
} from '../../src/cli/reporting/asked-names.ts';
import * as chinese from '../../src/texts/zh-CN.ts';
import { line, makeStore, run, type Ran } from './run.ts';

/** The commands that speak every language: their whole output on stdout. */
const COMMANDS = [
  ['list'],
  ['list', '--limit', '1', '--sort-by', 'cost'],
  ['list', '--search', 'no such text'],
  ['stats-model'],
  ['stats-model', '--since', '2026-02-01', '--until', '2026-02-03'],
  ['stats-model', '--until', '2026-01-01'],
  ['stats-model', '--model', 'absent', '--days', '1'],
  ['stats-date', '--days', '7', '--group-by', 'consumer,api,agent', '--health'],
  ['stats-consumer', '--group-by', 'service_tier,channel'],
  ['stats-gateway'],
  ['stats-health'],
  ['stats-tool'],
  ['stats-tool', 'bash'],
];

const call = { id: 'c1', type: 'function', function: { name: 'bash', arguments: '{"cmd":"ls"}' } };
const asked = { role: 'user', content: '列出文件' };

let dir: string;
let store: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'languages-'));
  const tokens = { model: 'test-a', input_token: 1_000_000, output_token: 100_000, total_token: 1_100_000 };
  const failed = line('2026-02-02T17:10:00.000Z', { session_id: 'agent:b:main', model: 'unknown' });
  store = await makeStore(dir, [
    line('2026-02-01T17:00:00.000Z', {
      session_id: 'agent:a:main',
      consumer: 'team-a',
      ...tokens,
      messages: [asked],
      question: '列出文件',
      tool_calls: [call],
    }),
    line('2026-02-02T17:00:00.000Z', {
      session_id: 'agent:a:main',
      ...tokens,
      messages: [
        asked,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: 'Error: 没有权限' },
      ],
    }),
    line('2026-02-02T17:00:00.000Z', {
      session_id: 'agent:b:main',
      model: 'no-such-model',
      input_token: 7,
      output_token: 3,
      total_token: 10,
      question: '第二个会话：一个很长的标题，在终端的表格里放不下，所以被截断',
    }),
    failed.replace('"response_code":"200"', '"response_code":"503","response_flags":"UT"'),
  ]);
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const said = (command: readonly string[], ...more: string[]): Promise<Ran> =>
  run([...command, '--data-dir', store, ...more]);

describe.each(['en', 'zh-CN'])('in %s', (language) => {
  test('every command says the same as before, and no line is wider than the terminal', async () => {
    let all = '';
    for (const command of COMMANDS) {
      const { out, code } = await said(command, '--lang', language);
      expect(code).toBe(0);
      for (const row of out.split('\n')) expect(stringWidth(row), row).toBeLessThanOrEqual(80);
      all += `$ monitor ${command.join(' ')}\n${out}\n`;
    }
    await expect(all).toMatchFileSnapshot(`golden/languages-${language}.txt`);
  });
});

test('English is what is said without --lang', async () => {
  for (const command of COMMANDS) expect(await said(command)).toEqual(await said(command, '--lang', 'en'));
});

/** Names of what is typed, and units. */
const SHARED =
  /^(?:API|Agent|ID|TOTAL|USD|kB|min|ms|monitor|parse|reindex|search|token|Token|tokens|higress|var|log|access|path|limit|since|stats-model|stats-consumer|service_tier|p50|p90|p99|xx)$/;

function valuesIn(json: unknown): string[] {
  if (typeof json === 'string') return [json];
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(valuesIn) : [];
}

test('no sentence mixes English into Chinese', async () => {
  for (const command of COMMANDS) {
    const { out } = await said(command, '--lang', 'zh-CN');
    const values = valuesIn(JSON.parse((await said(command, '--json')).out)).concat(command);
    const words = out.match(/[A-Za-z][\w-]+/g) ?? [];
    const english = words.filter(
      (word) => !SHARED.test(word) && !values.some((value) => value.includes(word)),
    );
    expect(english, command.join(' ')).toEqual([]);
  }
});

/** Without the messages on stderr, which are for people. */
const answerOf = ({ code, out }: Ran) => ({ code, out });

test('JSON, exit codes and files are the same in every language', async () => {
  for (const command of COMMANDS)
    expect(answerOf(await said(command, '--json', '--lang', 'zh-CN'))).toEqual(
      answerOf(await said(command, '--json')),
    );
  const table = ['export', '-', '--format', 'markdown', '--group-by', 'model'];
  expect(await said(table, '--lang', 'zh-CN')).toEqual(await said(table));
});

test.each([
  [{ LANG: 'zh_CN.UTF-8' }, [], '📋 会话（2'],
  [{ MONITOR_LANG: 'zh' }, [], '📋 会话（2'],
  [{ LANG: 'zh_CN.UTF-8' }, ['--lang', 'en'], '📋 Sessions (2'],
  [{ MONITOR_LANG: 'zh' }, ['--lang=EN'], '📋 Sessions (2'],
  [{ LANG: 'zh_TW.UTF-8' }, [], '📋 Sessions (2'],
])('the environment %j with %j', async (env, options, heading) => {
  const { out } = await run(['list', '--data-dir', store, ...options], { env });
  expect(out).toContain(heading);
});

test('--lang stands before the command, too, and is no option behind --', async () => {
  const { out } = await run(['--lang', 'zh-CN', 'list', '--data-dir', store]);
  expect(out).toContain('📋 会话（2');
  const search = await run(['search', '--data-dir', store, '--', '--lang']);
  expect(search).toMatchObject({ code: 0, err: '' });
});

test.each([
  ['xx', "monitor: option '--lang <language>' argument 'xx' is invalid. Use en or zh-CN.\n(see --help)\n"],
  [
    'zh-TW',
    "monitor: option '--lang <language>' argument 'zh-TW' is invalid. Use en or zh-CN.\n(see --help)\n",
  ],
])('an unknown language is a usage error: %s', async (name, err) => {
  expect(await said(['list'], '--lang', name)).toEqual({ code: 2, out: '', err });
});

test('a language that is named twice is a usage error', async () => {
  const { code, err } = await said(['list'], '--lang', 'en', '--lang', 'zh-CN');
  expect([code, err]).toEqual([2, expect.stringContaining("option '--lang <language>' is given twice")]);
});

test.each([
  [['stats-model', '--strict'], 1, '合计不包含 1 轮未定价（no-such-model，10 token）'],
  [['stats-model', '--model', 'test-b'], 0, "数据目录中没有此名称：模型 'test-b'。是否想找 'test-a'？"],
  [
    ['list', '--agent', 'zzzzzz'],
    0,
    "数据目录中没有此名称：agent 'zzzzzz'。可用 'monitor list' 列出已有的名称",
  ],
  [
    ['stats-health', '--model', 'test-a', '--until', '2026-01-01'],
    0,
    "此时段内没有符合条件的轮次：模型 'test-a'；最近一轮在 2026-02-03",
  ],
])('what is lacking is said in Chinese: %j', async (command, code, words) => {
  expect(await said(command, '--lang', 'zh-CN')).toMatchObject({ code, err: `monitor: ${words}\n` });
});

test('what the store does not know is said in Chinese', () => {
  const said: string[] = [];
  const context = { warn: (text: string) => void said.push(text) };
  for (const warn of [warnOfUndecided, warnOfUndecidedSessions, warnOfPrunedSessions])
    for (const count of [0, 1200]) warn(context, count, chinese.absent);
  const why = '存入时数据目录尚未按此统计（见 monitor reindex），或所在会话的值超过 1,000 个';
  expect(said).toEqual([
    `monitor: 1,200 轮是否符合条件未知，未计入：${why}\n`,
    `monitor: 1,200 个会话是否符合条件未知，未计入：${why}\n`,
    'monitor: 1,200 个会话未计入：只有已清理的轮次能说明它们是否匹配\n',
  ]);
});
