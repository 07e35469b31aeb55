import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expandRounds } from '../../src/ai-log/expand-rounds.ts';
import { SessionDraft } from '../../src/ingest/session-draft.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { appendRounds, readSummary, recordsPath, storedRounds } from '../../src/store/session-file.ts';
import type { SessionEntry } from '../../src/store/types.ts';
import { readRequest, requests, toRequest, type Request } from '../ai-log/conversations.ts';

const ID = { id: 's', file: 's.json' };
const FIRST = Date.UTC(2026, 1, 1);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'draft-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** Writes what a draft gathered, as a commit does. */
function commit(draft: SessionDraft, committed: SessionEntry | undefined): SessionEntry {
  const { entry, rounds, usage, summary, records } = draft.take();
  if (records) {
    const fd = nodeFiles.open(recordsPath(dir, entry.file), 'create');
    nodeFiles.write(fd, records.bytes, records.at);
    closeSync(fd);
  }
  const end = appendRounds(nodeFiles, dir, { ...ID, committed }, rounds, summary);
  return { ...entry, ...end, usage: [...(committed?.usage ?? []), ...usage] };
}

function open(entry: SessionEntry | undefined, keepsText = true): SessionDraft {
  return entry ? SessionDraft.resume(nodeFiles, dir, entry, keepsText) : SessionDraft.create(ID, keepsText);
}

function add(draft: SessionDraft, request: Request, i: number): number {
  const facts = {
    time: FIRST + i * 60_000,
    at: [1, i] as [number, number],
    price: 'unpriced',
    flags: [],
  } as const;
  return draft.add(readRequest(request), { ...facts, at: facts.at }, 0n);
}

function lines(entry: SessionEntry): Iterable<string> {
  return storedRounds(nodeFiles, dir, entry);
}

function expanded(entry: SessionEntry): Request[] {
  return [...expandRounds(lines(entry))].map(toRequest);
}

/** A crashed run wrote its rounds and its summary over the committed summary. */
function crash(entry: SessionEntry): void {
  const draft = open(entry);
  add(draft, { messages: ['"lost"'], system: '"lost"', question: '"lost"' }, 1000);
  const { rounds, summary, records } = draft.take();
  appendRounds(nodeFiles, dir, { ...ID, committed: entry }, rounds, summary);
  if (records) {
    const fd = nodeFiles.open(recordsPath(dir, entry.file), 'create');
    nodeFiles.write(fd, records.bytes, records.at);
    closeSync(fd);
  }
}

const history = (length: number): string[] => Array.from({ length }, (_, i) => `{"n":${i}}`);
const request = (messages: string[]): Request => ({ messages, system: '"prompt"', question: '"why"' });

test('sessions come back exactly, over many runs, some of which crash', () => {
  fc.assert(
    fc.property(
      requests,
      fc.array(fc.constantFrom('on', 'run', 'crash'), { minLength: 1 }),
      (sent, between) => {
        rmSync(dir, { recursive: true });
        dir = mkdtempSync(join(tmpdir(), 'draft-'));
        let entry: SessionEntry | undefined;
        let draft = open(entry);
        for (const [i, one] of sent.entries()) {
          const what = between[i % between.length];
          if (what !== 'on' && !draft.isEmpty) {
            entry = commit(draft, entry);
            if (what === 'crash') crash(entry);
            draft = open(entry);
          }
          expect(add(draft, one, i)).toBeGreaterThan(0);
        }
        if (draft.isEmpty) return;
        expect(expanded(commit(draft, entry))).toEqual(sent);
      },
    ),
    { numRuns: 60 },
  );
});

describe('a session of more than 128 messages', () => {
  const sent = [100, 128, 129, 200, 201, 500].map((length) => request(history(length)));

  function storeInRuns(between: (entry: SessionEntry) => void = () => undefined): SessionEntry[] {
    const entries: SessionEntry[] = [];
    for (const [i, one] of sent.entries()) {
      const draft = open(entries.at(-1));
      add(draft, one, i);
      const entry = commit(draft, entries.at(-1));
      between(entry);
      entries.push(entry);
    }
    return entries;
  }

  test('keeps its memory beside the file, and goes on as if it had never stopped', () => {
    const entry = storeInRuns().at(-1)!;
    const inOneRun = open(undefined);
    for (const [i, one] of sent.entries()) add(inOneRun, one, i);
    expect([...lines(entry)]).toEqual(inOneRun.take().rounds);
    expect(nodeFiles.stat(recordsPath(dir, ID.file))?.size).toBe(500 * 24);
    expect(JSON.stringify(readSummary(nodeFiles, dir, entry)?.['memory']).length).toBeLessThan(500);
  });

  test('writes only the records that are new', () => {
    const entry = storeInRuns().at(-1)!;
    const draft = open(entry);
    add(draft, request(history(501)), 9);
    const { records } = draft.take();
    expect([records?.at, records?.bytes.length]).toEqual([500 * 24, 24]);
    add(draft, request(history(501)), 10);
    expect(draft.take().records).toBeUndefined();
  });

  test('has it inline until then', () => {
    storeInRuns((entry) => {
      const inline = entry.rounds <= 2;
      expect(nodeFiles.stat(recordsPath(dir, ID.file)) === undefined).toBe(inline);
    });
  });

  test.each<[string, (entry: SessionEntry) => void]>([
    ['a run crashed', crash],
    ['the memory was deleted', () => nodeFiles.remove(recordsPath(dir, ID.file))],
    [
      'the memory was cut',
      () => {
        if (nodeFiles.stat(recordsPath(dir, ID.file))) {
          const fd = openSync(recordsPath(dir, ID.file), 'r+');
          ftruncateSync(fd, 100);
          closeSync(fd);
        }
      },
    ],
    [
      'the memory is another one',
      () => {
        if (nodeFiles.stat(recordsPath(dir, ID.file)))
          writeFileSync(recordsPath(dir, ID.file), Buffer.alloc(500 * 24));
      },
    ],
  ])('is stored once and whole though %s, every time', (_, between) => {
    const entry = storeInRuns(between).at(-1)!;
    // The crashed run's rounds are not part of what the entry says.
    expect(expanded(entry)).toEqual(sent);
    const added = [...expandRounds(lines(entry))].map(({ newMessages }) => newMessages);
    expect(added).toEqual([100, 28, 1, 71, 1, 299]);
  });
});

test('of a session of 70,000 messages an append loads the newest 65,536, and nothing is lost', () => {
  const sent = [70_000, 70_001, 70_002].map((length) => request(history(length)));
  let entry: SessionEntry | undefined;
  for (const [i, one] of sent.entries()) {
    const draft = open(entry);
    expect(draft.weight).toBe(i === 0 ? 0 : 65_536);
    add(draft, one, i);
    entry = commit(draft, entry);
  }
  const rounds = [...expandRounds(lines(entry!))];
  // What is older is stored again.
  expect(rounds.map(({ newMessages }) => newMessages)).toEqual([70_000, 4465, 4466]);
  for (const [i, { messages }] of rounds.entries()) expect(messages?.join()).toBe(history(70_000 + i).join());
});

describe('a session file that is not what was committed', () => {
  const damages: [string, () => void, string][] = [
    ['missing', () => nodeFiles.remove(join(dir, ID.file)), 'is missing'],
    ['empty', () => writeFileSync(join(dir, ID.file), ''), 'is cut'],
    [
      'another',
      () => writeFileSync(join(dir, ID.file), 'x'.repeat(10_000)),
      'is not the file that was committed',
    ],
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
    const fd = openSync(join(dir, ID.file), 'r+');
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
    first.add(logged, { time: FIRST + 900_000, at: [1, 0], price: 7, flags: [] }, 3n);
    first.add({ ...logged, responseCode: 500 }, { time: FIRST, at: [1, 9], price: 7, flags: [] }, 3n);
    const entry = commit(first, undefined);
    expect(first.isEmpty).toBe(true);

    const next = open(entry);
    next.add(
      { ...logged, model: 'n', responseCode: 400 },
      { time: FIRST + 1, at: [2, 0], price: 'free', flags: [] },
      0n,
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
    });
    const quarter = FIRST / 900_000;
    expect(addition.usage).toEqual([
      { quarter, model: 'n', consumer: 'c', api: 'a', price: 'free', rounds: 1, ...usage, cost: 0n },
    ]);
    expect(entry.usage.map((cell) => [cell.quarter, cell.price, cell.cost])).toEqual([
      [quarter + 1, 7, 3n],
      [quarter, 7, 3n],
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
    expect(JSON.stringify([rounds, summary])).not.toContain('secret');
    expect(Object.keys(summary)).not.toContain('memory');
    expect(records).toBeUndefined();
    expect(Object.keys(JSON.parse(rounds[0] ?? ''))).not.toContain('context');
  });

  test('messages that are no JSON are refused, and leave no trace', () => {
    const draft = open(undefined);
    const bad = { ...logged, messages: ['"fine"', '{"a":never}'] };
    expect(draft.add(bad, { time: FIRST, at: [1, 0], price: 'free', flags: [] }, 0n)).toBe(-1);
    expect([draft.isEmpty, draft.weight]).toEqual([true, 0]);
    add(draft, request(['"fine"']), 1);
    expect(draft.weight).toBe(1);
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
