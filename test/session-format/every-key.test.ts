import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readLogLine } from '../../src/ai-log/round.ts';
import { FieldKeeper } from '../../src/session-format/kept-fields.ts';
import { KEEP_ALL } from '../../src/session-format/kept-names.ts';

/** Keys that `show --json` has under the same name, or as its documented counterpart. */
const SAME = new Set([
  'model',
  'api',
  'consumer',
  'chat_id',
  'response_type',
  'reasoning_tokens',
  'cached_tokens',
  'input_token_details',
  'output_token_details',
  'request_id',
  'response_code',
  'service_tier',
  'messages',
  'system',
  'question',
  'answer',
  'reasoning',
  'tool_calls',
]);

/** The names in the tables of "Not kept" of docs/store-format.md. */
const DOCUMENTED = new Set(
  readFileSync('docs/store-format.md', 'utf8')
    .split('### Everything else that the line said')[1]
    ?.split('\n### ')[0]
    ?.split('**Not kept**')
    .slice(1)
    .join('')
    .split('\n')
    .filter((row) => row.startsWith('|'))
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z_]+)`/g)].map((match) => match[1] ?? '')),
);

const isNothing = (value: unknown): boolean => value === null || value === '-' || value === '';

/** Keys of a line of the default form and of its ai_log that have a value, but are nowhere. */
function lost(line: string): string[] {
  const read = readLogLine(line);
  if (read.kind !== 'round') return [];
  const { attributes, accessLog } = new FieldKeeper(KEEP_ALL, [], true).fieldsOf(read.round);
  const fields = JSON.parse(line) as Record<string, unknown>;
  const aiLog = fields['ai_log'];
  const inner = (typeof aiLog === 'string' ? JSON.parse(aiLog) : aiLog) as Record<string, unknown>;
  const isKept = (name: string): boolean => SAME.has(name) || DOCUMENTED.has(name);
  return [
    ...Object.keys(inner).filter((name) => inner[name] !== null && !attributes.has(name) && !isKept(name)),
    ...Object.keys(fields).filter(
      (name) => !isNothing(fields[name]) && accessLog.get(name) === undefined && !isKept(name),
    ),
  ];
}

const LINES = [
  ...readFileSync('fixtures/plugin-lines.jsonl', 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => (JSON.parse(text) as { line: string }).line),
  ...['access.log', 'access.log.1'].flatMap((name) => readFileSync(`fixtures/${name}`, 'utf8').split('\n')),
].filter((line) => {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
});

describe('every key of a line is in what a round keeps, or documented as left out', () => {
  test('the lines of the plugin and of the example logs', () => {
    expect(LINES.length).toBeGreaterThan(300);
    expect(LINES.flatMap((line) => lost(line).map((name) => `${name} of ${line.slice(0, 200)}`))).toEqual([]);
  });

  test('a key that nobody has thought of', () => {
    const line = `{"ai_log":${JSON.stringify('{"model":"m","quota_left":7,"tenant":"t"}')},"region":"eu-1","start_time":"2026-02-01T00:00:00Z"}`;
    const read = readLogLine(line);
    if (read.kind !== 'round') throw new Error('not a round');
    const { attributes, accessLog } = new FieldKeeper(KEEP_ALL, [], true).fieldsOf(read.round);
    expect([...attributes, ...accessLog]).toEqual([
      ['quota_left', '7'],
      ['tenant', '"t"'],
      ['region', '"eu-1"'],
    ]);
  });
});
