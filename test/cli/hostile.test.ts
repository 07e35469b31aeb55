import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { line, makeStore, run } from './run.ts';

// What a terminal obeys, from a log or from an argument, never reaches it.

/** CSI and OSC in C1, an escape sequence, a bidi mark, a zero width, a tag (two UTF-16 units), a line separator, DEL. */
const HOSTILE = 'a\u009b31m\u009d0;t\u0007\u001b[31m\u202e\u200b\u{e0041}\u2028\u007fé中👋';
/** Every one of them but the line ends between the values of JSON. */
const OBEYED = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const CALLS = [{ id: 'c', type: 'function', function: { name: HOSTILE, arguments: '{}' } }];

/** A call, then its result. */
function toolLine(n: number): string {
  const sent = [
    { role: 'assistant', tool_calls: CALLS },
    { role: 'tool', tool_call_id: 'c', content: `exit code 1 ${HOSTILE}` },
  ];
  return line(`2026-02-01T10:00:0${n}Z`, {
    session_id: 'tools',
    model: 'm',
    messages: [{ role: 'user', content: 'go' }, ...(n === 0 ? [] : sent)],
    ...(n === 0 && { tool_calls: CALLS }),
  });
}

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
let store: string;

beforeAll(async () => {
  store = await makeStore(folder, [
    line('2026-02-02T10:00:00Z', {
      session_id: HOSTILE,
      model: HOSTILE,
      consumer: HOSTILE,
      chat_id: HOSTILE,
      messages: [{ role: 'user', content: HOSTILE, extra: 1.0 }],
      question: HOSTILE,
      answer: HOSTILE,
      input_token: 10,
      output_token: 1,
    }),
    '{"ai_log":"\u009b \u202e"}\n',
  ]);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('JSON is escaped, and has the same values', () => {
  const parsed = async (...argv: string[]): Promise<any> => {
    const { out, err } = await run([...argv, '--data-dir', store]);
    expect(out).not.toMatch(OBEYED);
    expect(err).not.toMatch(OBEYED);
    return JSON.parse(out);
  };

  test('of sessions and their texts', async () => {
    expect((await parsed('list', '--json')).sessions[0].session_id).toBe(HOSTILE);
    const shown = await parsed('show', HOSTILE, '--json');
    expect(shown.rounds[0]).toMatchObject({
      model: HOSTILE,
      messages: [{ role: 'user', content: HOSTILE, extra: 1 }],
      question: HOSTILE,
      answer: HOSTILE,
      chat_id: HOSTILE,
    });
    expect((await run(['show', HOSTILE, '--json', '--data-dir', store])).out).toContain(
      String.raw`"a\u009b31m\u009d0;t\u0007\u001b[31m\u202e\u200b\udb40\udc41\u2028\u007fé中👋"`,
    );
  });

  test('of sums', async () => {
    expect((await parsed('stats-model', '--json')).rows[0].model).toBe(HOSTILE);
    expect((await parsed('stats-consumer', '--json')).rows[0].consumer).toBe(HOSTILE);
    expect((await parsed('stats-health', '--json')).rows[0].model).toBe(HOSTILE);
    expect((await parsed('prices', '--json')).unpriced[0].model).toBe(HOSTILE);
    expect((await parsed('prices', HOSTILE, '--json')).model).toBe(HOSTILE);
    await parsed('check', '--budget-usd', '1', '--json');
    await parsed('repair', '--json');
    await parsed('prune', '--older-than', '3650d', '--dry-run', '--json');
    await parsed('url', HOSTILE, '--base-url', 'https://example.com', '--json');
  });

  test('of tools and what they returned', async () => {
    const tools = await makeStore(join(folder, 'tools'), [0, 1].map(toolLine));
    const parsed = async (...argv: string[]): Promise<any> => {
      const { out } = await run([...argv, '--data-dir', tools]);
      expect(out).not.toMatch(OBEYED);
      return JSON.parse(out);
    };
    const { rows } = await parsed('stats-tool', '--json');
    expect(rows).toMatchObject([{ tool: HOSTILE, calls: 1, failed: 1 }]);
    expect((await parsed('stats-tool', HOSTILE, '--json')).failures).toMatchObject([
      { session_id: 'tools', result: `exit code 1 ${HOSTILE}` },
    ]);
    expect((await parsed('show', 'tools', '--rounds', '--json')).rounds[0].tools).toEqual([
      { name: HOSTILE, failed: true },
    ]);
    await parsed('why', 'tools', '--json');
    for (const argv of [
      ['stats-tool'],
      ['stats-tool', HOSTILE],
      ['stats-health'],
      ['show', 'tools', '--rounds'],
      ['why', 'tools'],
      ['why'],
    ]) {
      const { code, out } = await run([...argv, '--data-dir', tools]);
      expect(code).toBe(0);
      expect(out).not.toMatch(OBEYED);
    }
  });

  test('of exports, in a file as on a terminal', async () => {
    const file = join(folder, 'out.json');
    await run(['export', file, '--data-dir', store]);
    expect(readFileSync(file, 'utf8')).not.toMatch(OBEYED);
    expect((await parsed('export', '-', '--format', 'json')).by_model[HOSTILE].round_count).toBe(1);
    expect((await parsed('export', '-', '--format', 'ndjson')).session_id).toBe(HOSTILE);
    const grouped = await parsed('export', '-', '--format', 'ndjson', '--group-by', 'session');
    expect(grouped.session_id).toBe(HOSTILE);
    const texts = await parsed('export', '-', '--format', 'ndjson', '--with-messages');
    expect(texts.messages[0].content).toBe(HOSTILE);
  });

  test('of paths', async () => {
    const log = join(folder, 'access.log');
    const site = join(folder, HOSTILE);
    expect((await parsed('doctor', '--log-path', log, '--json')).log.paths).toEqual([log]);
    expect((await parsed('render', '--site-dir', site, '--json')).site).toBe(site);
    const again = await run(['parse', '--log-path', log, '--output-dir', site, '--json']);
    expect(again.err).not.toMatch(OBEYED);
  });
});

/** It ends in a line of its own that looks like ours. */
const ARGUMENT = `${HOSTILE}\nmonitor: fine`;

describe('an argument is quoted with its hostile characters escaped', () => {
  const path = (): string => join(folder, ARGUMENT);

  test.each<[what: string, argv: () => string[]]>([
    ['an unknown command', () => [ARGUMENT]],
    ['an unknown option', () => ['list', `--${ARGUMENT}`]],
    ['a surplus argument', () => ['list', ARGUMENT]],
    ['a value', () => ['list', '--limit', ARGUMENT]],
    ['a choice', () => ['export', '-', '--format', ARGUMENT]],
    ['a time', () => ['list', '--since', ARGUMENT, '--data-dir', store]],
    ['a store that is not there', () => ['list', '--data-dir', path()]],
    ['a log that is not there', () => ['parse', '--log-path', path(), '--output-dir', join(folder, 'new')]],
    ['a price file that is not there', () => ['prices', '--prices', path(), '--data-dir', store]],
    ['a folder that is not there', () => ['export', join(path(), 'a.csv'), '--data-dir', store]],
    ['a session that is not there', () => ['show', ARGUMENT, '--data-dir', store]],
    [
      'a model that is not there',
      () => ['check', '--budget-usd', '1', '--model', ARGUMENT, '--data-dir', store],
    ],
  ])('%s', async (_, argv) => {
    const { code, err } = await run(argv());
    expect(code).not.toBe(0);
    expect(err).not.toMatch(OBEYED);
    expect(err).not.toMatch(/^monitor: fine/m);
    expect(err).toMatch(/^monitor: /);
  });

  test('a file and a folder that are written', async () => {
    mkdirSync(path());
    const exported = await run(['export', join(path(), 'a.csv'), '--data-dir', store]);
    const rendered = await run(['render', '--site-dir', join(path(), 'site'), '--data-dir', store]);
    for (const { code, out } of [exported, rendered]) {
      expect(code).toBe(0);
      expect(out).not.toMatch(OBEYED);
      expect(out).not.toMatch(/^monitor: fine/m);
    }
  });

  test('so two paths do not look the same', async () => {
    const { err } = await run(['list', '--data-dir', 'a\u202eb\u009bc\n']);
    expect(err).toContain(String.raw`a\u{202e}b\u{9b}c\u{a}`);
  });

  test('a suggestion stays on its own line', async () => {
    expect((await run(['lsit'])).err).toBe(
      "monitor: unknown command 'lsit'\n(Did you mean list?)\n(see --help)\n",
    );
  });
});
