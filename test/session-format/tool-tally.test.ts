import { describe, expect, test } from 'vitest';
import { resultBytesOf, subtractTools, sumTools, type ToolCounts } from '../../src/model/tool-counts.ts';
import { OTHER_TOOLS, ToolTally } from '../../src/session-format/tool-tally.ts';
import { parseRound, readRound } from '../../src/session-format/read-round.ts';
import { storedLines, Talk, type Call, type Said } from '../site/session/make.ts';

const calls = (...names: string[]): string =>
  JSON.stringify(names.map((name) => ({ id: name, function: { name, arguments: '{}' } })));
const says = (...names: string[]): { toolCalls: string; newMessages: string[] } => ({
  toolCalls: calls(...names),
  newMessages: [],
});
const countsOf = (...rounds: string[][]): ToolCounts => {
  const tally = new ToolTally();
  for (const [i, names] of rounds.entries()) tally.add(i + 1, says(...names));
  return tally.counts;
};

test('counts the calls of answers, sorted by name', () => {
  expect(countsOf(['b', 'a'], [], ['b'])).toEqual({ tools: [['a', 1, 0], ['b', 2, 0]], tool_bytes: [0, 0] });
}); // prettier-ignore

test('names that mean something to JavaScript are only names', () => {
  const names = ['__proto__', 'constructor', 'toString', '__proto__'];
  const { tools } = countsOf(names);
  expect(tools).toEqual([['__proto__', 2, 0], ['constructor', 1, 0], ['toString', 1, 0]]);
  expect(JSON.parse(JSON.stringify(tools))).toEqual(tools);
}); // prettier-ignore

test('a call without a name, a long one, and one that is not well-formed', () => {
  const long = 'x'.repeat(127) + '😀';
  const tally = new ToolTally();
  tally.add(1, { toolCalls: `[1,{},{"name":""},{"name":${JSON.stringify(long)}}]`, newMessages: null });
  expect(tally.counts).toEqual({ tools: [[OTHER_TOOLS, 3, 0], [`${'x'.repeat(127)}\ufffd`, 1, 0]], tool_bytes: [0, 0] });
}); // prettier-ignore

test('32 names have a count of their own, all others one together', () => {
  const names = Array.from({ length: 34 }, (_, i) => `t${String(i).padStart(2, '0')}`);
  const { tools = [] } = countsOf(names.slice(0, 32), names, [OTHER_TOOLS, 't33', 't00']);
  expect(tools).toHaveLength(33);
  expect(tools[0]).toEqual([OTHER_TOOLS, 4, 0]);
  expect(tools[1]).toEqual(['t00', 3, 0]);
  expect(tools.at(-1)).toEqual(['t31', 2, 0]);
  // A tally that continues knows the same names.
  const next = new ToolTally({ tools });
  next.add(4, says('t32', 't31'));
  expect(next.counts.tools?.at(-1)).toEqual(['t31', 3, 0]);
  expect(next.counts.tools?.[0]).toEqual([OTHER_TOOLS, 5, 0]);
});

test('counts that were handed out do not change', () => {
  const tally = new ToolTally();
  tally.add(1, says('a'));
  const before = tally.counts;
  tally.add(2, says('a'));
  expect(before).toEqual({ tools: [['a', 1, 0]], tool_bytes: [0] });
});

test.each(['"[{\\"name\\":\\"a\\"}…"', '""', '[]', '[ ]', '{"name":"a"}'])('calls that are not a list: %s', (toolCalls) => {
  const tally = new ToolTally();
  tally.add(1, { toolCalls, newMessages: null });
  expect(tally.counts).toEqual({ tools: [] });
}); // prettier-ignore

describe('what is not known', () => {
  const nothing = { toolCalls: null, newMessages: null };

  test('without messages and calls, nothing', () => {
    const tally = new ToolTally();
    tally.add(1, nothing);
    expect(tally.counts).toEqual({});
  });

  test('from the first round that has some on; later gaps change nothing', () => {
    const tally = new ToolTally();
    for (const [i, round] of [nothing, { toolCalls: null, newMessages: [] }, nothing, says('a')].entries())
      tally.add(i + 1, round);
    expect(tally.counts).toEqual({ tools: [['a', 1, 0]], tools_from: 2, tool_bytes: [0] });
    const next = new ToolTally(tally.counts);
    next.add(5, says('a'));
    expect(next.counts).toEqual({ tools: [['a', 2, 0]], tools_from: 2, tool_bytes: [0] });
  });

  test('removed parts add up; a part without counts breaks them', () => {
    const [a, b]: ToolCounts[] = [{ tools: [['a', 1, 1]] }, { tools: [['a', 1, 0], ['b', 2, 0]] }]; // prettier-ignore
    expect(ToolTally.after([]).counts).toEqual({});
    expect(ToolTally.after([a ?? {}, b ?? {}]).counts).toEqual({ tools: [['a', 2, 1], ['b', 2, 0]] }); // prettier-ignore
    const late = { ...b, tools_from: 5 };
    expect(ToolTally.after([a ?? {}, {}, late]).counts).toEqual(late);
    expect(ToolTally.after([late, a ?? {}]).counts.tools_from).toBe(5);
    expect(ToolTally.after([a ?? {}, {}]).counts).toEqual({});
  });
});

describe('bytes of results', () => {
  const returns = (content: string): { toolCalls: null; newMessages: string[] } => ({
    toolCalls: null,
    newMessages: [JSON.stringify({ role: 'tool', name: 'a', content })],
  });
  const OLD: ToolCounts = { tools: [['a', 1, 1]] };

  test('add up, also across runs', () => {
    const tally = new ToolTally();
    tally.add(1, returns('four'));
    const next = new ToolTally(tally.counts);
    next.add(2, returns('天'));
    expect(next.counts).toEqual({ tools: [['a', 0, 0]], tool_bytes: [7] });
  });

  test('of a session that an earlier build counted: from the next round on', () => {
    expect(new ToolTally(OLD).counts).toEqual(OLD);
    const tally = new ToolTally({ ...OLD, tools_from: 2 });
    tally.add(6, returns('four'));
    const counts = { tools: [['a', 1, 1]], tools_from: 2, tool_bytes: [4], tool_bytes_from: 6 };
    expect(tally.counts).toEqual(counts);
    const next = new ToolTally(tally.counts);
    next.add(7, returns('four'));
    expect(next.counts).toEqual({ ...counts, tool_bytes: [8] });
  });

  test('where no tool was called before, nothing lacks', () => {
    const tally = new ToolTally({ tools: [] });
    tally.add(9, returns('four'));
    expect(tally.counts).toEqual({ tools: [['a', 0, 0]], tool_bytes: [4] });
  });

  test('removed parts: one without bytes breaks them', () => {
    const known: ToolCounts = { tools: [['a', 1, 0]], tool_bytes: [5] };
    expect(ToolTally.after([known, known]).counts).toEqual({ tools: [['a', 2, 0]], tool_bytes: [10] });
    expect(ToolTally.after([known, OLD]).counts).toEqual({ tools: [['a', 2, 1]] });
    const later = { ...known, tool_bytes_from: 4 };
    expect(ToolTally.after([known, OLD, later]).counts).toEqual({ tools: [['a', 3, 1]], tool_bytes: [5], tool_bytes_from: 4 }); // prettier-ignore
  });

  test('that do not belong to the tools are not known', () => {
    const tools: ToolCounts['tools'] = [['a', 1, 0]];
    for (const bytes of [[], [1, 2], [-1], ['1'], 'x', null])
      expect(resultBytesOf({ tools, tool_bytes: bytes as number[] })).toBe(undefined);
    expect(resultBytesOf({ tools, tool_bytes: [3] })).toEqual([3]);
    expect(resultBytesOf({ tools: [] })).toEqual([]);
  });

  test('sums and differences', () => {
    const a: ToolCounts = { tools: [['a', 2, 0], ['b', 1, 0]], tool_bytes: [9, 4] }; // prettier-ignore
    const b: ToolCounts = { tools: [['a', 1, 0]], tool_bytes: [5] };
    expect(subtractTools(a, [b])).toEqual({ tools: [['a', 1, 0], ['b', 1, 0]], tool_bytes: [4, 4] }); // prettier-ignore
    expect(subtractTools({ ...a, tool_bytes_from: 3 }, []).tool_bytes_from).toBe(3);
    // Of some, only results are known.
    expect(subtractTools({ tools: [['a', 1, 0]], tool_bytes: [7] }, [b])).toEqual({ tools: [['a', 0, 0]], tool_bytes: [2] }); // prettier-ignore
    expect(sumTools([a, b])).toEqual({ tools: [['a', 3, 0], ['b', 1, 0]], tool_bytes: [14, 4] }); // prettier-ignore
    expect(sumTools([a, { tools: [] }])).toEqual(a);
    expect(sumTools([a, OLD])).toEqual({ tools: [['a', 3, 1], ['b', 1, 0]] }); // prettier-ignore
    expect(sumTools([a, { ...b, tool_bytes_from: 2 }])).toEqual({ tools: [['a', 3, 0], ['b', 1, 0]] }); // prettier-ignore
  });
});

test('parts of counts, and sums of them', () => {
  const all: ToolCounts = { tools: [['a', 3, 1], ['b', 1, 0], ['c', 0, 1]] }; // prettier-ignore
  expect(subtractTools(all, [{ tools: [['a', 1, 1]] }, {}, { tools: [['b', 1, 0]] }])).toEqual({ tools: [['a', 2, 0], ['c', 0, 1]] }); // prettier-ignore
  expect(subtractTools({}, [all])).toEqual({});
  expect(subtractTools({ tools: [], tools_from: 3 }, [])).toEqual({ tools: [], tools_from: 3 });
  expect(sumTools([{ tools: [['b', 1, 1]] }, { tools: [['a', 1, 0], ['b', 2, 1]] }])).toEqual({ tools: [['a', 1, 0], ['b', 3, 2]] }); // prettier-ignore
  expect(sumTools([all, {}])).toEqual({});
  expect(sumTools([all, { ...all, tools_from: 2 }])).toEqual({});
});

describe('a stored round counts as the logged one', () => {
  const bash = (id: string): Call => ({ id, name: 'bash', args: { command: 'false' } });
  const talk = new Talk().ask('go');
  const rounds: Said[] = [
    talk.answer(null, [bash('a'), { ...bash('b'), name: 'read' }]),
    talk
      .result('a', 'exit code 1')
      .result('b', 'text')
      .answer(null, [bash('c')]),
    talk.result('c', '{"exit_code":0}').answer('Done.'),
    { model: 'm', answer: 'no messages' },
    // The log lacks the calls of this answer.
    { ...talk.ask('more').answer(null, [{ id: 'u', name: 'unlogged', args: {} }]), tool_calls: null },
    talk.result('u', 'exit code 7').answer('Failed.'),
    { model: 'm', messages: 'cut', tool_calls: [{ name: 'late' }] },
    { model: 'm', messages: [{ role: 'tool', tool_call_id: 'z', content: 'Exit code 9' }] },
  ];
  const expected = {
    tools: [['bash', 2, 1], ['late', 1, 0], [OTHER_TOOLS, 0, 1], ['read', 1, 0], ['unlogged', 1, 1]],
    tool_bytes: ['exit code 1{"exit_code":0}'.length, 0, 'Exit code 9'.length, 'text'.length, 'exit code 7'.length],
  }; // prettier-ignore
  const lines = storedLines(rounds);

  test('from its line, parsed as a whole', () => {
    const tally = new ToolTally();
    for (const line of lines) {
      const round = parseRound(line);
      if (!round) throw new Error(line);
      tally.addStored(round, line);
    }
    expect(tally.counts).toEqual(expected);
  });

  test('from its texts', () => {
    const tally = new ToolTally();
    for (const line of lines) {
      const { stored, texts } = readRound(line);
      tally.addStored(stored, line, texts);
    }
    expect(tally.counts).toEqual(expected);
  });

  test('also where nothing is counted: which round is the first', () => {
    const plain = storedLines([
      { model: 'm', answer: 'a' },
      { model: 'm', messages: [] },
    ]);
    for (const isWhole of [true, false]) {
      const tally = new ToolTally();
      for (const line of plain) {
        const { stored, texts } = readRound(line);
        if (isWhole) tally.addStored(parseRound(line) ?? stored, line);
        else tally.addStored(stored, line, texts);
      }
      expect(tally.counts).toEqual({ tools: [], tools_from: 2 });
    }
  });
});
