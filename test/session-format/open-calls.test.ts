import { describe, expect, test } from 'vitest';
import type { ToolCall } from '../../src/ai-log/message.ts';
import { OpenCalls } from '../../src/session-format/open-calls.ts';

const call = (id: string | null, name = 'bash', args = '{"a":1,"b":[2]}'): ToolCall => ({
  id,
  name,
  arguments: args,
});
/** After a first round whose answer made these calls. */
const after = (...made: ToolCall[]): OpenCalls => {
  const open = new OpenCalls();
  open.pass([], made);
  return open;
};

test('before the first round, nothing is known of what was logged', () => {
  const open = new OpenCalls();
  expect(open.save()).toBeUndefined();
  expect(open.pass([call('a')], [])).toEqual([]);
  expect(open.save()).toEqual([]);
  expect(open.pass([call('a')], [])).toEqual([call('a')]);
});

describe('a call that was logged', () => {
  test('is recognized by its id, whatever became of the rest', () => {
    expect(after(call('a')).pass([call('a', 'other', 'x')], [])).toEqual([]);
  });

  test('is recognized by its name and arguments, whatever their white space', () => {
    const open = after(call('a'), call('b', 'read', ''), call('c', 'cut', '{"a'));
    const sent = [call('A', 'bash', '{ "a": 1,\n"b": [2] }'), call(null, 'read', '{}'), call(null, 'cut', '{"a')];
    expect(open.pass(sent, [])).toEqual([]);
    for (const other of [call('A', 'sh'), call('A', 'bash', '{"a":1,"b":[3]}'), call(null, 'bash', '')])
      expect(after(call('a')).pass([other], [])).toEqual([other]);
  }); // prettier-ignore

  test('counts once: a second one like it is another', () => {
    const open = after(call(null), call(null));
    expect(open.pass([call(null), call(null), call(null)], [])).toEqual([call(null)]);
  });

  test('goes to its id first', () => {
    const open = after(call('a'), call('b'));
    expect(open.pass([call('b'), call('x'), call('a')], [])).toEqual([call('a')]);
  });
});

test('calls of the same round are not those that it sent back', () => {
  const open = after();
  expect(open.pass([call('a')], [call('a')])).toEqual([call('a')]);
  expect(open.pass([call('a')], [])).toEqual([]);
});

test('the last 64 are remembered, here and in what is saved', () => {
  const many = Array.from({ length: 70 }, (_, i) => call(`c${i}`, `t${i}`));
  const open = after(...many.slice(0, 60));
  open.pass([], many.slice(60));
  const saved = open.save();
  expect(saved).toHaveLength(64);
  const loaded = new OpenCalls(JSON.parse(JSON.stringify(saved)));
  expect(loaded.pass(many, [])).toEqual(many.slice(0, 6));
  expect(open.save()).toEqual(saved);
  expect(after(...many).save()).toHaveLength(64);
});

test('arguments that are nested too deeply to be printed are compared as they are', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  expect(after(call(null, 'f', deep)).pass([call(null, 'f', deep)], [])).toEqual([]);
});
