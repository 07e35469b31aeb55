import { describe, expect, test } from 'vitest';
import { OpenCalls } from '../../src/session-format/open-calls.ts';

const call = (id: string) => ({ id, name: `tool-${id}`, arguments: '{"a":1}' });
const sent = (...ids: string[]) =>
  JSON.stringify({
    role: 'assistant',
    tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'x', arguments: '{"id":"b"}' } })),
  });

function opened(...ids: string[]): OpenCalls {
  const open = new OpenCalls([]);
  open.pass([], ids.map(call));
  return open;
}

describe('the calls of an answer that is sent back', () => {
  test('are found in its text if all of them are open', () => {
    expect(opened('a', 'b').find(sent('b', 'a'))).toEqual([call('a'), call('b')]);
    expect(opened('a', 'b').find(sent('b'))).toEqual([call('b')]);
  });

  test.each([
    ['one is not open', sent('a', 'c')],
    ['one has no id', sent('a').replace(']}', ',{"function":{"name":"y","arguments":"{}"}}]}')],
    ['an id is written with a space', sent('a').replace('"id":"a"', '"id": "a"')],
    ['there is no call', '{"role":"assistant","content":"\\"id\\":\\"a\\""}'],
    ['there is a call of the old form', sent('a').replace('"role"', '"function_call":{"name":"z"},"role"')],
    ['a name is written in escapes', sent('a').replace('"role"', '"i\\u0064":"q","role"')],
  ])('are not if %s', (_, text) => {
    expect(opened('a', 'b').find(text)).toBeUndefined();
  });

  test('are not if only their digests are left of an earlier run', () => {
    const saved = opened('a').save();
    expect(new OpenCalls(saved).find(sent('a'))).toBeUndefined();
    expect(new OpenCalls(saved).pass([call('a')], [])).toEqual([]);
  });

  test("Claude's too", () => {
    const text = '{"content":[{"id":"a","input":{},"name":"x","type":"tool_use"}],"role":"assistant"}';
    expect(opened('a').find(text)).toEqual([call('a')]);
  });
});
