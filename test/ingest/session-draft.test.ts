import { truncateSync, writeFileSync } from 'node:fs';
import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { requests } from '../ai-log/conversations.ts';
import {
  add,
  commit,
  crash,
  emptyFolder,
  expanded,
  history,
  lines,
  memoryPath,
  open,
  request,
  useFolder,
} from './draft-folder.ts';

useFolder();

test('sessions come back exactly, over many runs, some of which crash', () => {
  fc.assert(
    fc.property(
      requests,
      fc.array(fc.constantFrom('on', 'run', 'crash'), { minLength: 1 }),
      (sent, between) => {
        emptyFolder();
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
    expect([...lines(entry)]).toEqual(inOneRun.take().rounds.map(String));
    expect(nodeFiles.stat(memoryPath())?.size).toBe(500 * 24);
    expect(entry.summary.length).toBeLessThan(500);
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
      expect(nodeFiles.stat(memoryPath()) === undefined).toBe(inline);
    });
  });

  test.each<[string, (entry: SessionEntry) => void]>([
    ['a run crashed', crash],
    ['the memory was deleted', () => nodeFiles.remove(memoryPath())],
    [
      'the memory was cut',
      () => {
        if (nodeFiles.stat(memoryPath())) truncateSync(memoryPath(), 100);
      },
    ],
    [
      'the memory is another one',
      () => {
        if (nodeFiles.stat(memoryPath())) writeFileSync(memoryPath(), Buffer.alloc(500 * 24));
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
    // The messages, a system prompt, a question.
    expect(draft.weight - open(undefined).weight).toBe(i === 0 ? 0 : 65_536 + 2);
    add(draft, one, i);
    entry = commit(draft, entry);
  }
  const rounds = [...expandRounds(lines(entry!))];
  // What is older is stored again.
  expect(rounds.map(({ newMessages }) => newMessages)).toEqual([70_000, 4465, 4466]);
  for (const [i, { messages }] of rounds.entries()) expect(messages?.join()).toBe(history(70_000 + i).join());
});
