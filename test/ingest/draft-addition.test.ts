import { COUNTER, HISTOGRAM } from '../../src/model/cell-counters.ts';
import { NOTHING_KEPT } from '../../src/session-format/kept-fields.ts';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nodeFiles } from '../../src/platform/files.ts';
import { readRequest } from '../ai-log/conversations.ts';
import {
  FIRST,
  ID,
  add,
  commit,
  expanded,
  history,
  open,
  request,
  sessionPath,
  useFolder,
} from './draft-folder.ts';

useFolder();

describe('a session file that is not what was committed', () => {
  const damages: [string, () => void, string][] = [
    ['missing', () => nodeFiles.remove(sessionPath()), 'is missing'],
    ['empty', () => writeFileSync(sessionPath(), ''), 'is truncated'],
    ['another', () => writeFileSync(sessionPath(), 'x'.repeat(10_000)), 'is not the file that was committed'],
  ];
  test.each(damages)('%s: an error, with text and without', (_, damage, message) => {
    const draft = open(undefined);
    add(draft, request(history(2)), 0);
    const entry = commit(draft, undefined);
    damage();
    expect(() => open(entry)).toThrow(message);
    expect(() => open(entry, false)).toThrow(message);
  });

  test('bytes behind the committed rounds are nobody’s business', () => {
    const draft = open(undefined);
    add(draft, request(history(2)), 0);
    const entry = commit(draft, undefined);
    const fd = openSync(sessionPath(), 'r+');
    writeSync(fd, 'garbage', entry.end);
    closeSync(fd);
    const next = open(entry);
    add(next, request(history(3)), 1);
    expect(expanded(commit(next, entry))).toEqual([request(history(2)), request(history(3))]);
  });
});

describe('what a draft hands over', () => {
  const usage = { input: 10, output: 5, reasoning: 2, cached: 4, cacheWrite: 1 };
  const logged = { ...readRequest(request(['"hi"'])), usage, consumer: 'c', api: 'a' };

  test('entry, usage and summary, with the totals of all runs', () => {
    const first = open(undefined);
    first.add(
      logged,
      { time: FIRST + 900_000, at: [1, 0], price: 7, flags: [], kept: NOTHING_KEPT },
      { cost: 3n, saved: 2n, currency: 'USD', inexact: [] },
    );
    first.add(
      { ...logged, responseCode: 500 },
      { time: FIRST, at: [1, 9], price: 7, flags: [], kept: NOTHING_KEPT },
      { cost: 3n, saved: 2n, currency: 'USD', inexact: [] },
    );
    const entry = commit(first, undefined);
    expect(first.isEmpty).toBe(true);

    const next = open(entry);
    next.add(
      { ...logged, model: 'n', responseCode: 400 },
      { time: FIRST + 1, at: [2, 0], price: 'free', flags: [], kept: NOTHING_KEPT },
      { cost: 0n, saved: 0n, currency: 'USD', inexact: [] },
    );
    const addition = next.take();
    expect(addition.entry).toEqual({
      ...ID,
      created: FIRST,
      updated: FIRST + 900_000,
      rounds: 3,
      model: 'n',
      title: 'why',
      errors: 2,
      tools: [],
    });
    const bucket = FIRST / 900_000;
    expect(addition.usage).toEqual([
      {
        bucket,
        model: 'n',
        consumer: 'c',
        api: 'a',
        price: 'free',
        rounds: 1,
        ...usage,
        cost: 0n,
        saved: 0n,
        currency: 'USD',
        inexact: '',
        tags: '',
        counters: [
          COUNTER.status4xx,
          1,
          COUNTER.failedDurationMs,
          1240,
          COUNTER.failedOutput,
          5,
          HISTOGRAM.failedDuration + 75,
          1,
        ],
      },
    ]);
    expect(entry.usage.map((cell) => [cell.bucket, cell.price, cell.cost, cell.saved])).toEqual([
      [bucket + 1, 7, 3n, 2n],
      [bucket, 7, 3n, 2n],
    ]);
    expect(addition.summary).toMatchObject({
      created_at: '2026-02-01T00:00:00.000Z',
      updated_at: '2026-02-01T00:15:00.000Z',
      messages_count: 3,
      total_input_tokens: 30,
      total_output_tokens: 15,
      total_reasoning_tokens: 6,
      total_cached_tokens: 12,
      total_cache_write_tokens: 3,
      model: 'n',
    });
  });

  test('without text: no text, no title, no digest', () => {
    const draft = open(undefined, false);
    add(draft, { messages: ['"secret"'], system: '"secret"', question: '"secret"' }, 0);
    const { entry, rounds, summary, records } = draft.take();
    expect(entry.title).toBeNull();
    expect(JSON.stringify([rounds.map(String), summary])).not.toContain('secret');
    expect(Object.keys(summary)).not.toContain('memory');
    expect(records).toBeUndefined();
    expect(Object.keys(JSON.parse(String(rounds[0])))).not.toContain('context');
  });

  test('messages that are no JSON are refused, and leave no trace', () => {
    const draft = open(undefined);
    const bad = { ...logged, messages: ['"fine"', '{"a":never}'] };
    expect(
      draft.add(
        bad,
        { time: FIRST, at: [1, 0], price: 'free', flags: [], kept: NOTHING_KEPT },
        { cost: 0n, saved: 0n, currency: 'USD', inexact: [] },
      ),
    ).toBe(-1);
    const empty = draft.weight;
    expect(draft.isEmpty).toBe(true);
    add(draft, request(['"fine"']), 1);
    // A message, a system prompt, a question.
    expect(draft.weight - empty).toBe(3);
    expect(expanded(commit(draft, undefined))).toEqual([request(['"fine"'])]);
  });

  test('the title is the first question with words, and stays', () => {
    const draft = open(undefined);
    const questions = [null, '" "', '"first"', '"second"'];
    for (const [i, question] of questions.entries()) add(draft, { ...request([]), question }, i);
    const entry = commit(draft, undefined);
    const next = open(entry);
    add(next, { ...request([]), question: '"third"' }, 4);
    expect([entry.title, next.take().entry.title]).toEqual(['first', 'first']);
  });
});
