import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readLogLine } from '../../../src/ai-log/round.ts';
import { expandRounds } from '../../../src/session-format/expand-rounds.ts';
import { readRound } from '../../../src/session-format/read-round.ts';
import { CountingRules } from '../../../src/session-format/round-cells.ts';
import { NOTHING_KEPT } from '../../../src/session-format/kept-fields.ts';
import { FULL_COVERAGE } from '../../../src/model/index-coverage.ts';
import type { ToolCounts } from '../../../src/model/tool-counts.ts';
import { SessionDraft } from '../../../src/ingest/session-draft.ts';
import type { SessionAddition } from '../../../src/store/commit.ts';
import { ToolTally } from '../../../src/session-format/tool-tally.ts';
import { Conversation } from '../../../src/site/session/conversation.ts';
import { storedLines, Talk, type Said } from './make.ts';

// The index counts tool calls round by round; the site matches each result with its call. They must agree.

const NO_MONEY = { price: 'free', cost: 0n, saved: 0n, currency: 'USD', inexact: [] } as const;

function bySite(lines: readonly string[], isLoose = false): { calls: number; failed: number } {
  const conversation = new Conversation({ isLoose, moneyOf: () => ({ ...NO_MONEY, inexact: [] }) as never });
  for (const round of expandRounds(lines)) conversation.add(round);
  const { columns } = conversation.end().sum;
  return {
    calls: columns.reduce((sum, { calls }) => sum + calls, 0),
    failed: columns.reduce((sum, { failedTools }) => sum + failedTools, 0),
  };
}

const sumOf = ({ tools = [] }: ToolCounts): { calls: number; failed: number } => ({
  calls: tools.reduce((sum, [, calls]) => sum + calls, 0),
  failed: tools.reduce((sum, [, , failed]) => sum + failed, 0),
});

function byIndex(lines: readonly string[]): { calls: number; failed: number } {
  const tally = new ToolTally();
  for (const line of lines) {
    const { stored, texts } = readRound(line);
    tally.addStored(stored, line, texts);
  }
  return sumOf(tally.counts);
}

/** The sessions of a log as a commit takes them. */
function sessionsOf(lines: readonly string[]): SessionAddition[] {
  const drafts = new Map<string, SessionDraft>();
  for (const [i, line] of lines.entries()) {
    const read = readLogLine(line);
    if (read.kind !== 'round') continue;
    const { sessionId: id, time, flags } = read.round;
    const draft =
      drafts.get(id) ??
      SessionDraft.create({ id, file: `${i}.json` }, true, new CountingRules(FULL_COVERAGE));
    drafts.set(id, draft);
    const facts = { time: time ?? 0, at: [1, i], price: 'free', flags, kept: NOTHING_KEPT } as const;
    draft.add(read.round, { ...facts, at: [1, i] }, { cost: 0n, saved: 0n, currency: 'USD', inexact: [] });
  }
  return [...drafts.values()].map((draft) => draft.take());
}

const linesOf = (name: string): string[] => readFileSync(`fixtures/${name}`, 'utf8').trim().split('\n');
const LOGS: [name: string, lines: string[]][] = [
  ['access.log', linesOf('access.log')],
  ['access.log.1', linesOf('access.log.1')],
  ['both', [...linesOf('access.log.1'), ...linesOf('access.log')]],
  ['plugin-lines.jsonl', linesOf('plugin-lines.jsonl').map((json) => JSON.parse(json).line as string)],
];
/** Its history was rewritten with a call in it, which the site shows, and counts, once more. */
const REWRITTEN = 'agent:main:discord:channel:1465402218846421093';

test.each(LOGS)('of fixtures: %s', (_, lines) => {
  const sessions = sessionsOf(lines);
  const index = sessions.map(({ entry }) => [entry.id, sumOf(entry)]);
  const site = sessions.map(({ entry, rounds }) => {
    const texts = rounds.map((line) => Buffer.from(line).toString());
    const { calls, failed } = bySite(texts, entry.id === 'default');
    return [entry.id, { calls: entry.id === REWRITTEN ? calls - 1 : calls, failed }];
  });
  expect(index).toEqual(site);
  expect(sessions.reduce((sum, { entry }) => sum + sumOf(entry).calls, 0)).toBeGreaterThan(0);
});

test('of loops with failures in parallel calls, retries and sub-agents', () => {
  const call = (id: string, name = 'bash') => ({ id, name, args: { id } });
  const main = new Talk('You are an agent.').ask('go');
  const sub = new Talk('You are its helper.').ask('help with this, please');
  const rounds: Said[] = [
    main.answer(null, [call('a'), call('b', 'read'), call('t', 'task')]),
    sub.answer(null, [call('s')]),
    sub.result('s', '{"error":"no"}').answer('Failed.'),
    main
      .result('a', 'exit code 1')
      .result('b', 'text')
      .result('t', 'Failed.')
      .answer(null, [call('c')]),
  ];
  main.result('c', 'Process exited with code 3');
  rounds.push({ ...main.answer(null), answer: null, code: 500, output_token: 0 });
  main.messages.pop();
  rounds.push(main.answer('Done.'), main.ask('Thanks').answer('You are welcome.'));
  const lines = storedLines(rounds);
  expect(byIndex(lines)).toEqual({ calls: 5, failed: 3 });
  expect(bySite(lines)).toEqual({ calls: 5, failed: 3 });
});
