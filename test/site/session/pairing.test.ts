import { expect, test } from 'vitest';
import { Talk, type Said } from './make.ts';
import { counts, outline, tell } from './outline.ts';

// Which result stands with which call where that is not plain: second results, early ones, those of other pages.

const run = (id: string, command: string) => ({ id, name: 'run', args: { command } });

test('of two results for one call the first counts, and the second is shown where it came', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('a', 'make'), run('b', 'ls')]),
    talk.result('a', 'exit code 2').result('a', 'exit code 3').result('b', 'x').answer('Twice.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: go | run(make) = exit code 2 (exit code 2) from #2 | run(ls) = x from #2',
    '#2 [continued of #1: 2 repeated, -0 +3, 2 at calls] result of run in #1: exit code 3 (exit code 3) | answer: Twice.',
  ]);
  expect(counts(said)).toEqual([
    [2, 1],
    [0, 0],
  ]);
});

test('a second result that failed does not make a failure of a call that went well', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('a', 'make')]),
    talk.result('a', 'ok').result('a', 'exit code 3').answer('Odd.'),
  ];
  expect(counts(said)).toEqual([
    [1, 0],
    [0, 0],
  ]);
});

test('a result that answers no call is shown, says so, and counts for no round', () => {
  const said = [new Talk().ask('go').result('z', 'exit code 1').answer('What?')];
  expect(outline(said)).toEqual([
    '#1 user: go | result of  in #null: exit code 1 (exit code 1) | answer: What?',
  ]);
  expect(counts(said)).toEqual([[0, 0]]);
});

test('a result before its call answers nothing; the call goes on waiting', () => {
  const talk = new Talk().ask('go').result('a', 'early');
  const said = [talk.answer(null, [run('a', 'ls')]), talk.result('a', 'late').answer('Done.')];
  expect(outline(said)).toEqual([
    '#1 user: go | result of  in #null: early | run(ls) = late from #2',
    '#2 [continued of #1: 3 repeated, -0 +1, 1 at calls] answer: Done.',
  ]);
});

test('an id that is used again means the call that was made last', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('call_0', 'ls')]),
    talk.result('call_0', 'x').answer(null, [run('call_0', 'pwd')]),
    talk.result('call_0', 'exit code 1').answer('Done.'),
  ];
  expect(outline(said)).toEqual([
    '#1 user: go | run(ls) = x from #2',
    '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls] run(pwd) = exit code 1 (exit code 1) from #3',
    '#3 [continued of #2: 4 repeated, -0 +1, 1 at calls] answer: Done.',
  ]);
  expect(counts(said)).toEqual([
    [1, 0],
    [1, 1],
    [0, 0],
  ]);
});

test('a failed request has brought its results: the retry brings none again', () => {
  const talk = new Talk();
  const first = talk.ask('go').answer(null, [run('a', 'make')]);
  const failed = { ...talk.result('a', 'exit code 2').answer(null, [], { code: 503 }), output_token: 0 };
  talk.messages.pop();
  const said = [first, failed, talk.answer('It failed.')];
  expect(outline(said)).toEqual([
    '#1 user: go | run(make) = exit code 2 (exit code 2) from #2',
    '#2 [continued of #1: 2 repeated, -0 +1, 1 at calls]',
    '#3 [retried of #2: 3 repeated, -0 +0] answer: It failed.',
  ]);
  expect(counts(said)).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});

test('a result that the client shortened later is another one: shown, with its call’s round, and counted once', () => {
  const talk = new Talk();
  const said = [
    talk.ask('go').answer(null, [run('a', 'make')]),
    talk.result('a', 'exit code 2\nand all that was said').answer('It failed.'),
  ];
  talk.messages[2] = { role: 'tool', tool_call_id: 'a', content: 'exit code 2' };
  said.push(talk.ask('why?').answer('A fault.'));
  expect(outline(said)[2]).toBe(
    '#3 [rewritten of #2: 3 repeated, -1 +2] result of run in #1: exit code 2 (exit code 2) | user: why? | answer: A fault.',
  );
  expect(counts(said)).toEqual([
    [1, 1],
    [0, 0],
    [0, 0],
  ]);
});

/** A tool loop of 81 rounds, the last of which is on a page of its own and brings a failure. */
function loop(): Said[] {
  const talk = new Talk().ask('go');
  return Array.from({ length: 81 }, (_, i) => {
    if (i > 0) talk.result(`c${i - 1}`, i === 80 ? 'exit code 1' : 'ok');
    return talk.answer(null, [run(`c${i}`, 'ls')]);
  });
}

test('a result of a call on a closed page is shown where it came, and counts in the round of the call', () => {
  expect(outline(loop()).at(-1)).toBe(
    '#81 [continued of #80: 160 repeated, -0 +1] result of run in #80: exit code 1 (exit code 1) | run(ls)',
  );
  expect(counts(loop()).slice(78)).toEqual([
    [1, 0],
    [1, 1],
    [1, 0],
  ]);
  const [closed] = tell(loop()).parts;
  expect(closed?.columns.at(-1)).toMatchObject({ number: 80, calls: 1, failedTools: 0 });
});
