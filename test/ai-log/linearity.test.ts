import { describe, expect, test } from 'vitest';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { SessionMemory } from '../../src/session-format/session-memory.ts';
import { readRequest } from './conversations.ts';
import { digest16, reload, replay, store } from './session.ts';

const ROUNDS = 2000;
const template = readRequest({ messages: [], system: null, question: null });

function text(thread: number, i: number): string {
  return `{"role":"${i % 2 ? 'assistant' : 'user'}","content":"message ${i} of thread ${thread}"}`;
}

/** `round` counts from 0. Two new messages a round. */
function historyOf(thread: number, round: number): string[] {
  return Array.from({ length: 2 * round + 2 }, (_, i) => text(thread, i));
}

/** Marks on the last two messages, as Claude's clients move them along. */
function mark(messages: string[]): string[] {
  const isMarked = (i: number): boolean => i >= messages.length - 2;
  const marked = '{"cache_control":{"type":"ephemeral"},';
  return messages.map((message, i) => (isMarked(i) ? message.replace('{', marked) : message));
}

describe('the disk grows with new text, not with its repetition', () => {
  const shapes: Record<string, (round: number) => string[]> = {
    'one thread': (round) => historyOf(0, round),
    'two interleaved threads': (round) => historyOf(round % 2, round >> 1),
    'one thread with moving marks': (round) => mark(historyOf(0, round)),
    'two interleaved threads with moving marks': (round) => mark(historyOf(round % 2, round >> 1)),
    'a prompt that is edited in every round': (round) => [`"prompt ${round}"`, ...historyOf(0, round)],
    'a window that slides over one thread': (round) => [text(9, 0), ...historyOf(0, round).slice(-40)],
  };
  const digests = new Map<string, string>();
  const remembered = (message: string): string => {
    const known = digests.get(message) ?? digest16(message);
    digests.set(message, known);
    return known;
  };

  test.each(Object.entries(shapes))('%s', (_, messagesOf) => {
    let memory = new SessionMemory();
    const distinct = new Set<string>();
    const lines: string[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const messages = messagesOf(i);
      for (const message of messages) distinct.add(message);
      if (i % 100 === 50) memory = reload(memory);
      lines.push(store(memory, i + 1, { ...template, messages }, remembered));
    }
    const stored = lines.reduce((sum, line) => sum + line.length, 0);
    const texts = [...distinct].reduce((sum, message) => sum + message.length, 0);
    expect(stored).toBeLessThan(3 * texts + 400 * ROUNDS);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1000);

    let round = 0;
    for (const { messages } of expandRounds(lines)) {
      // One by one: all requests together are gigabytes.
      if (round % 250 === 249) expect(messages).toEqual(messagesOf(round));
      round++;
    }
    expect(round).toBe(ROUNDS);
  });

  test('a memory that was rebuilt costs one long line, and no more', () => {
    const lines: string[] = [];
    let memory = new SessionMemory();
    for (let i = 0; i < 200; i++) {
      if (i === 100) memory = replay(lines);
      lines.push(store(memory, i + 1, { ...template, messages: historyOf(0, i) }));
    }
    const long = lines.filter((line) => line.length > 1000);
    expect(long).toEqual([lines[100]]);
    expect(lines[100]?.length).toBeLessThan(100 * 20);
  });
});
