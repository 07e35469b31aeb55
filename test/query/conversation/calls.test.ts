import { expect, test } from 'vitest';
import type { ToolCall, ToolResult } from '../../../src/ai-log/message.ts';
import { Calls, excerptOfCall, ThreadCalls } from '../../../src/query/conversation/calls.ts';

const call = (id: string | null, given = '{}'): ToolCall => ({ id, name: 'run', arguments: given });
const result = (id: string | null): ToolResult => ({ id, name: 'run', parts: [], isError: false });

test.each([null, 'same'])(
  'of calls that are all named %j, the first thousand without a result are waited for',
  (id) => {
    const calls = new Calls();
    const thread = new ThreadCalls();
    const made = calls.add(
      Array.from({ length: 1002 }, (_, i) => call(id, `{"query":"${i}"}`)),
      1,
      thread,
    );
    const found = Array.from({ length: 1000 }, () => calls.addResult(result(id), thread, [1]));
    expect(found.every(({ isFirst }) => isFirst)).toBe(true);
    expect([found[0]?.call, found[999]?.call]).toEqual([made[2]?.made, made[1001]?.made]);
    expect(calls.addResult(result(id), thread, [1]).isFirst).toBe(false);
  },
);

test('of long arguments only the excerpt is kept', () => {
  const calls = new Calls();
  const excerpts = [170, 1000].map((length) => {
    const given = JSON.stringify({ query: 'q'.repeat(length), n: 1 });
    const [made] = calls.add([call('a', given)], 1, new ThreadCalls());
    return made && [excerptOfCall(made.made), made.made.gist.length];
  });
  const excerpt = `${'q'.repeat(160)}…`;
  expect(excerpts).toEqual([
    [excerpt, JSON.stringify({ query: 'q'.repeat(170), n: 1 }).length],
    [excerpt, 161],
  ]);
});
