import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { DamagedSession } from '../../src/session-format/damaged-session.ts';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { SessionMemory } from '../../src/session-format/session-memory.ts';
import type { LoggedRound } from '../../src/ai-log/round.ts';
import { readRequest, requests, toRequest } from '../ai-log/conversations.ts';
import { digest16, newMessages, reload, replay, store } from '../ai-log/session.ts';

type Loss = 'none' | 'reload' | 'replay' | number;

/** Stores requests, and between them does to the memory what `losses` says, going round in it. */
function storeAll(logged: readonly LoggedRound[], losses: readonly Loss[]): string[] {
  let memory = new SessionMemory();
  const lines: string[] = [];
  for (const [i, round] of logged.entries()) {
    const loss = losses[i % losses.length] ?? 'none';
    if (loss === 'reload') memory = reload(memory);
    if (loss === 'replay') memory = replay(lines);
    if (typeof loss === 'number') memory = reload(memory, loss);
    lines.push(store(memory, i + 1, round));
  }
  return lines;
}

describe('what was stored comes back exactly', () => {
  test.each<[string, fc.Arbitrary<Loss>]>([
    ['from one memory', fc.constant('none')],
    ['from a memory that is saved and loaded', fc.constantFrom('none', 'reload')],
    ['from one that keeps its newest records only', fc.constantFrom<Loss>('none', 0, 1, 2, 5)],
    ['from one that is lost and rebuilt', fc.constantFrom('none', 'replay')],
    ['whatever happens to it', fc.constantFrom<Loss>('none', 'reload', 'replay', 0, 3)],
  ])('%s', (_, loss) => {
    fc.assert(
      fc.property(requests, fc.array(loss, { minLength: 1 }), (sent, losses) => {
        const lines = storeAll(sent.map(readRequest), losses);
        expect([...expandRounds(lines)].map(toRequest)).toEqual(sent);
        for (const line of lines) expect(line).not.toContain('\n');
        expect(() => JSON.parse(`[${lines.join()}]`)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

test('a message is stored once, as long as nothing of the memory is lost, and a replay loses none', () => {
  fc.assert(
    fc.property(requests, fc.array(fc.constantFrom<Loss>('none', 'reload', 'replay')), (sent, losses) => {
      const lines = storeAll(sent.map(readRequest), losses);
      const texts = sent.flatMap(({ messages }) => (Array.isArray(messages) ? messages : []));
      expect(lines.flatMap(newMessages)).toEqual([...new Set(texts)]);
    }),
  );
});

test('a round that refers to one that is not there is an error', () => {
  const sent = [['"a"'], ['"a"', '"b"']].map((messages) =>
    readRequest({ messages, system: null, question: null }),
  );
  const [first = '', second = ''] = storeAll(sent, ['none']);
  const isMissing = new DamagedSession(
    'has a damaged round: it refers to messages of round 1, which are not stored before it',
    'round 2 of a session is damaged in the store: it refers to messages of round 1, which are not stored before it. monitor repair shows what can be recovered',
  );
  expect(() => [...expandRounds([second])]).toThrow(isMissing);
  const tooLong = second.replace('"context":[[1,0,1]', '"context":[[1,0,2]');
  expect(() => [...expandRounds([first, tooLong])]).toThrow(isMissing);
});

test('saving and loading changes nothing that is written', () => {
  fc.assert(
    fc.property(requests, (sent) => {
      const logged = sent.map(readRequest);
      expect(storeAll(logged, ['reload'])).toEqual(storeAll(logged, ['none']));
    }),
  );
});

/** What the memory says to each request, given as its messages. */
function contexts(sent: string[][]): unknown[] {
  const memory = new SessionMemory();
  return sent.map((texts, i) => {
    const { context, added } = memory.addRequest(i + 1, texts.map(digest16));
    return { context, added };
  });
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => name + i);
}

describe('the slices of a request', () => {
  test('the first is all new, the next continues it', () => {
    expect(contexts([['a', 'b'], ['a', 'b', 'c', 'd']])).toEqual([
      { context: [[1, 0, 2]], added: [0, 1] },
      { context: [[1, 0, 2], [2, 0, 2]], added: [2, 3] },
    ]); // prettier-ignore
  });

  test('an edited prompt costs itself alone, a repeated message nothing', () => {
    expect(
      contexts([
        ['a', 'b', 'c'],
        ['A', 'b', 'c'],
        ['A', 'b', 'A', 'n', 'n'],
      ]),
    ).toEqual([
      { context: [[1, 0, 3]], added: [0, 1, 2] },
      {
        context: [
          [2, 0, 1],
          [1, 1, 2],
        ],
        added: [0],
      },
      {
        context: [
          [2, 0, 2],
          [2, 0, 1],
          [3, 0, 1],
          [3, 0, 1],
        ],
        added: [3],
      },
    ]);
  });

  test('an edited prompt costs no more where messages repeat', () => {
    const history = ['a', 'b', 'a', 'c'];
    expect(
      contexts([
        ['p', ...history],
        ['q', ...history],
      ]).at(-1),
    ).toEqual({
      context: [
        [2, 0, 1],
        [1, 1, 4],
      ],
      added: [0],
    });
  });

  test('a thread that was forgotten is found by the rounds that stored its messages', () => {
    const others = Array.from({ length: 100 }, (_, i) => [`other ${i}`]);
    expect(contexts([['a', 'b'], ['a', 'b', 'c', 'd'], ...others, ['a', 'b', 'c', 'd', 'e']]).at(-1)).toEqual(
      {
        context: [
          [1, 0, 2],
          [2, 2, 2],
          [103, 0, 1],
        ],
        added: [4],
      },
    );
  });

  test('a thread that rests while another goes on is still known', () => {
    const others = numbered('', 100).map((_, i) => numbered('other', 2 * i));
    const sent = [numbered('a', 1), numbered('a', 2), numbered('a', 3), ...others, numbered('a', 4)];
    expect(contexts(sent).at(-1)).toEqual({
      context: [
        [3, 0, 3],
        [104, 0, 1],
      ],
      added: [3],
    });
  });

  test('and so it is though the other begins with another prompt each time, between empty requests', () => {
    const others = numbered('prompt', 100).flatMap((prompt) => [[prompt, ...numbered('m', 5)], []]);
    const sent = [numbered('a', 1), numbered('a', 2), numbered('a', 3), ...others, numbered('a', 4)];
    expect(contexts(sent).at(-1)).toEqual({
      context: [
        [3, 0, 3],
        [204, 0, 1],
      ],
      added: [3],
    });
  });

  test('a sub-agent that shares the prompt takes no thread over', () => {
    const agent = numbered('a', 5);
    const shared = [agent.slice(0, 3), agent.slice(0, 4), ['a0', 'x'], agent];
    expect(contexts(shared).at(-1)).toEqual({
      context: [
        [2, 0, 4],
        [4, 0, 1],
      ],
      added: [4],
    });
  });
});

describe('system and question', () => {
  test('are stored once: same as before, or the round that stored them', () => {
    const memory = new SessionMemory();
    const added = ['a', 'a', 'b', null, null, 'a', 'b', 'b'].map((text, i) =>
      memory.addText('system', i + 1, text),
    );
    expect(added).toEqual([undefined, 'same', undefined, undefined, 'same', 1, 3, 'same']);
  });

  test('do not mix', () => {
    const memory = new SessionMemory();
    expect(memory.addText('system', 1, 'a')).toBeUndefined();
    expect(memory.addText('question', 1, 'a')).toBeUndefined();
    expect(memory.addText('question', 2, null)).toBeUndefined();
    expect(memory.addText('system', 2, 'a')).toBe('same');
  });

  test('the ones used last are known, and of a thousand no more than those', () => {
    const memory = new SessionMemory();
    for (let i = 1; i <= 1000; i++) {
      memory.addText('system', i, 'prompt');
      memory.addText('question', i, `question ${i}`);
    }
    expect(memory.save().texts).toHaveLength(128);
    expect(memory.addText('question', 1001, 'question 990')).toBe(990);
    expect(memory.addText('question', 1002, 'question 800')).toBeUndefined();
    expect(memory.addText('system', 1003, null)).toBeUndefined();
    expect(memory.addText('system', 1004, 'prompt')).toBe(1);
  });
});
