import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { fc } from '../fast-check.ts';
import { makeFolder } from '../platform/make.ts';
import { changeEntries, forgetCounters } from './forget-counters.ts';
import { answered, filter } from './outcome-store.ts';
import { run } from './run.ts';

interface Call {
  tool: string;
  isFailed: boolean;
  result: string;
}

/** A step of a session: an answer with calls, whose results the next request of the session brings. */
interface Step {
  session: string;
  minute: number;
  model: string;
  consumer: string;
  department: string;
  calls: Call[];
}

const TOOLS = ['bash', 'read', '__proto__', 'grep'];
const call: fc.Arbitrary<Call> = fc.record({
  tool: fc.constantFrom(...TOOLS),
  isFailed: fc.boolean(),
  result: fc.constantFrom('', 'fine', 'ä "quoted"\n天气 🚀', '{"ok":true}'),
});
const step: fc.Arbitrary<Step> = fc.record({
  session: fc.constantFrom('agent:main:main', 'agent:main:cron:x', 'b', 'c'),
  minute: fc.integer({ min: 0, max: 300 }),
  model: fc.constantFrom('m1', 'm2'),
  consumer: fc.constantFrom('', 'x'),
  department: fc.constantFrom('', 'search', 'ads'),
  calls: fc.array(call, { maxLength: 3 }),
});

const textOf = ({ isFailed, result }: Call): string => (isFailed ? `exit code 3\n${result}` : result);

/** The log of sessions; every request repeats the whole conversation. */
function logOf(steps: readonly Step[]): string {
  const histories = new Map<string, object[]>();
  let id = 0;
  return steps
    .map(({ session, minute, model, consumer, department, calls }, i) => {
      const history = histories.get(session) ?? [{ role: 'user', content: 'go' }];
      const made = calls.map((one) => ({ one, id: `call-${id++}` }));
      const toolCalls = made.map(({ one, id: callId }) => ({
        id: callId,
        type: 'function',
        function: { name: one.tool, arguments: '{}' },
      }));
      const inner = {
        session_id: session,
        model,
        ...(consumer !== '' && { consumer }),
        ...(department !== '' && { department }),
        messages: history,
        answer: `step ${i}`,
        ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
        input_token: 1,
        output_token: 1,
        total_token: 2,
      };
      histories.set(session, [
        ...history,
        { role: 'assistant', content: `step ${i}`, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) },
        ...made.map(({ one, id: callId }) => ({ role: 'tool', tool_call_id: callId, content: textOf(one) })),
        ...(made.length === 0 ? [{ role: 'user', content: `more ${i}` }] : []),
      ]);
      return `${JSON.stringify({
        ai_log: JSON.stringify(inner),
        response_code: '200',
        start_time: new Date(Date.UTC(2026, 1, 1) + minute * 60_000).toISOString(),
      })}\n`;
    })
    .join('');
}

async function storeOf(steps: readonly Step[]): Promise<{ log: string; store: string }> {
  const folder = makeFolder();
  const [log, store] = [join(folder, 'access.log'), join(folder, 'store')];
  writeFileSync(log, logOf(steps));
  await answered('parse', '--log-path', log, '--output-dir', store, '--dimension', 'department');
  return { log, store };
}

interface Exported {
  session_id: string;
  messages: { role: string; content: string; tool_call_id?: string; tool_calls?: ExportedCall[] }[];
  tool_calls: ExportedCall[] | null;
}
interface ExportedCall {
  id: string;
  function: { name: string };
}

interface Sums {
  calls: number;
  sessions: Set<string>;
  failed: number;
  bytes: number;
}

/** From the rounds of an export, with their texts: calls of their answers, and results after the last answer. */
function sumsOf(rounds: readonly Exported[]): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  const of = (name: string, session: string): Sums => {
    const sum = sums.get(name) ?? { calls: 0, sessions: new Set(), failed: 0, bytes: 0 };
    sums.set(name, sum);
    sum.sessions.add(session);
    return sum;
  };
  for (const { session_id: session, messages, tool_calls: made } of rounds) {
    for (const { function: f } of made ?? []) of(f.name, session).calls++;
    const last = messages.findLastIndex(({ role }) => role === 'assistant');
    const names = new Map((messages[last]?.tool_calls ?? []).map((one) => [one.id, one.function.name]));
    for (const { role, content, tool_call_id: id = '' } of messages.slice(last + 1)) {
      if (role !== 'tool') continue;
      if (content === '') continue;
      const sum = of(names.get(id) ?? '', session);
      sum.bytes += Buffer.byteLength(content);
      if (content.startsWith('exit code 3')) sum.failed++;
    }
  }
  return sums;
}

async function exportedTexts(store: string, argv: readonly string[]): Promise<Exported[]> {
  const out = await answered(
    'export',
    '-',
    '--format',
    'ndjson',
    '--with-messages',
    '--data-dir',
    store,
    ...argv,
  );
  return out
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text) as Exported);
}

test('every number is a sum over exported rounds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.array(filter, { minLength: 1, maxLength: 3 }),
      async (steps, filters) => {
        const { store } = await storeOf(steps);
        for (const argv of filters) {
          const sums = sumsOf(await exportedTexts(store, argv));
          const shown = JSON.parse(await answered('stats-tool', '--json', '--data-dir', store, ...argv));
          const expected = Array.from(sums, ([tool, { calls, sessions, failed, bytes }]) => ({
            tool,
            calls,
            sessions: sessions.size,
            failed,
            failed_share: calls === 0 ? null : Number((failed / calls).toPrecision(4)),
            result_bytes: bytes,
          }));
          expect(shown.rows).toHaveLength(expected.length);
          expect(shown.rows).toEqual(expect.arrayContaining(expected));
          const order = (shown.rows as { calls: number }[]).map(({ calls }) => calls);
          expect(order).toEqual(order.toSorted((a, b) => b - a));
          const total = [...sums.values()];
          const sumOf = (key: 'calls' | 'failed' | 'bytes'): number =>
            total.reduce((all, one) => all + one[key], 0);
          expect(shown.total).toMatchObject({
            calls: sumOf('calls'),
            failed: sumOf('failed'),
            sessions: new Set(total.flatMap(({ sessions }) => [...sessions])).size,
            result_bytes: total.length === 0 ? null : sumOf('bytes'),
          });
          for (const { tool, failed } of expected.slice(0, 1)) {
            const list = JSON.parse(await answered('stats-tool', tool, '--limit', '0', '--json', '--data-dir', store, ...argv));
            expect([list.failed, list.failures.length]).toEqual([failed, failed]);
            const times = (list.failures as { timestamp: string }[]).map(({ timestamp }) => timestamp);
            expect(times).toEqual(times.toSorted().toReversed());
            const some = JSON.parse(await answered('stats-tool', tool, '--limit', '2', '--json', '--data-dir', store, ...argv));
            expect(some.failures.map(({ timestamp }: { timestamp: string }) => timestamp)).toEqual(times.slice(0, 2));
          }
        }
      },
    ),
    { numRuns: 8 },
  );
}); // prettier-ignore

const bash = (isFailed: boolean, result: string): Call => ({ tool: 'bash', isFailed, result });
const at = (session: string, minute: number, ...calls: Call[]): Step => ({
  session,
  minute,
  model: 'm',
  consumer: '',
  department: '',
  calls,
});

/** bash: 3 calls in 2 sessions, of which 2 fail; read: 1 call, whose result did not come back. */
const PLANTED: Step[] = [
  at('a', 0, bash(true, 'no such file \u001b[2J'), bash(false, 'x'.repeat(2000))),
  at('a', 1),
  at('b', 2, bash(true, 'later')),
  at('b', 3, { tool: 'read', isFailed: false, result: '' }),
];

test('the table of planted calls', async () => {
  const { store } = await storeOf(PLANTED);
  expect((await answered('stats-tool', '--data-dir', store)).split('\n').slice(3)).toEqual([
    '',
    'Tool   Calls  Sessions     Failed  Results',
    '─'.repeat(42),
    'bash       3         2  2 (66.7%)   2.0 kB',
    'read       1         1          0      0 B',
    '─'.repeat(42),
    'TOTAL      4         2  2 (50.0%)   2.0 kB',
    '',
    '='.repeat(80),
    '',
  ]);
});

test('from a tool to its failed calls', async () => {
  const { store } = await storeOf(PLANTED);
  expect((await answered('stats-tool', 'bash', '--limit', '1', '--timezone', 'UTC', '--data-dir', store)).split('\n').slice(1)).toEqual([
    '📊 Failed calls of bash',
    '='.repeat(80),
    '',
    'Time                 Session  Round  Reason       Result',
    '─'.repeat(67),
    '2026-02-01 00:03:00  b            2  exit code 3  exit code 3 later',
    '',
    '1 more: --limit 0 lists all.',
    '',
    '='.repeat(80),
    '',
  ]);
  const { failures } = JSON.parse(await answered('stats-tool', 'bash', '--json', '--data-dir', store));
  expect(failures[1]).toEqual({
    session_id: 'a',
    round: 2,
    timestamp: '2026-02-01T00:01:00.000Z',
    model: 'm',
    reason: 'exit code 3',
    result: 'exit code 3\nno such file \u001b[2J',
  });
  expect(await answered('stats-tool', 'bash', '--data-dir', store)).not.toContain('\u001b');
}); // prettier-ignore

test('a tool that nobody called is no answer', async () => {
  const { store } = await storeOf(PLANTED);
  const { code, out, err } = await run(['stats-tool', 'bsh', '--data-dir', store]);
  expect([code, out]).toEqual([1, '']);
  expect(err).toBe("monitor: no calls of a tool 'bsh'. Did you mean 'bash'?\n");
  expect(await answered('stats-tool', 'read', '--data-dir', store)).toContain('no failed calls\n');
});

test('a tool for whose name a session has no room is found among the others', async () => {
  const many = Array.from({ length: 33 }, (_, i): Call => ({ tool: `t${i}`, isFailed: i >= 31, result: `of ${i}` }));
  const { store } = await storeOf([at('a', 0, ...many), at('a', 1)]);
  const ask = async (tool: string) => JSON.parse(await answered('stats-tool', tool, '--json', '--data-dir', store));
  expect(await ask('t32')).toMatchObject({ failed: null, failures: [{ result: 'exit code 3\nof 32' }] });
  expect(await ask('other tools')).toMatchObject({ failed: 1, failures: [{ result: 'exit code 3\nof 32' }] });
  expect((await ask('t31')).failures).toHaveLength(1);
}); // prettier-ignore

test('what is not known is said', async () => {
  const { log, store } = await storeOf(PLANTED);
  forgetCounters(store, (id) => id === 'a');
  appendFileSync(log, logOf([at('c', 600)]));
  await answered('parse', '--log-path', log, '--output-dir', store);
  const before = await run(['stats-tool', '--data-dir', store]);
  expect(before.out).toContain('Of 1 session it is not known which tools were called');
  expect(JSON.parse(await answered('stats-tool', '--json', '--data-dir', store))).toMatchObject({
    unknown_sessions: 1,
    total: { calls: 2 },
  });
  await answered('reindex', '--data-dir', store);
  expect(JSON.parse(await answered('stats-tool', '--json', '--data-dir', store))).toMatchObject({
    unknown_sessions: 0,
    total: { calls: 4 },
  });
});

test('an older version counted calls, but no bytes', async () => {
  const { store } = await storeOf(PLANTED);
  changeEntries(store, ({ tool_bytes: _bytes, ...entry }) => entry);
  const shown = JSON.parse(await answered('stats-tool', '--json', '--data-dir', store));
  expect(shown).toMatchObject({ unknown_sessions: 0, partly_measured_sessions: 2 });
  expect(shown.rows[0]).toMatchObject({ tool: 'bash', calls: 3, result_bytes: null });
  const table = await answered('stats-tool', '--data-dir', store);
  expect(table).toMatch(/^bash +3 +2 +2 \(66\.7%\) +-$/m);
  expect(table).toContain('The bytes of results lack rounds of 2 sessions that an older version stored.');
  changeEntries(store, (entry) => ({ ...entry, tools_from: 2 }));
  const late = JSON.parse(await answered('stats-tool', '--json', '--data-dir', store));
  expect(late).toMatchObject({ partly_counted_sessions: 2 });
});

test('of a pruned session, only all rounds together are known', async () => {
  const { store } = await storeOf(PLANTED);
  pruneStore(nodeFiles, { dir: store, before: Date.UTC(2026, 5), content: false, isDryRun: false, now: Date.UTC(2026, 5) });
  const all = JSON.parse(await answered('stats-tool', '--json', '--data-dir', store));
  const returned = PLANTED.flatMap(({ calls }) => calls).filter(({ tool }) => tool === 'bash');
  const bytes = returned.reduce((sum, one) => sum + Buffer.byteLength(textOf(one)), 0);
  expect([all.total.calls, all.total.result_bytes, all.pruned_sessions]).toEqual([4, bytes, 0]);
  const list = await answered('stats-tool', 'bash', '--data-dir', store);
  expect(list).toContain('no failed calls whose text is stored\n');
  expect(list).toContain('2 more are not listed: the texts were pruned.');
}); // prettier-ignore

test('of a pruned session of which only some rounds are meant, nothing is known, and that is said', async () => {
  const { store } = await storeOf([...PLANTED, at('a', 60, bash(false, '')), at('c', 61, bash(false, ''))]);
  const before = Date.UTC(2026, 1, 1, 1, 1);
  pruneStore(nodeFiles, { dir: store, before, content: false, isDryRun: false, now: before });
  const late = ['--since', '2026-02-01T01:00Z', '--data-dir', store];
  const shown = JSON.parse(await answered('stats-tool', '--json', ...late));
  expect([shown.total.calls, shown.pruned_sessions]).toEqual([1, 1]);
  expect(await answered('stats-tool', ...late)).toContain('1 session is left out: only some of its rounds are meant, and what these called was pruned.');
  expect(JSON.parse(await answered('stats-tool', 'bash', '--json', ...late))).toMatchObject({ failed: 0, failures: [], pruned_sessions: 1 });
}); // prettier-ignore
