import type { ToolResult } from '../ai-log/message.ts';
import { DEFAULT_SESSION } from '../ai-log/round.ts';
import type { MadeCall } from '../query/conversation/calls.ts';
import { readAhead, type ToldRound } from '../query/conversation/look-ahead.ts';
import { ConversationReader } from '../query/conversation/reader.ts';
import { ThreadSums } from '../query/conversation/thread-sums.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { toolsByUse } from '../model/tool-counts.ts';
import { sessionTotals, tokensOf, type Row } from '../query/aggregate.ts';
import { exact, plural } from '../platform/count-text.ts';
import { prunedTexts } from '../query/pruned-text.ts';
import { shownModels } from '../query/session-models.ts';
import { boundLines, knownCostText, unpricedText } from './numbers.ts';
import { familyLines, threadLines } from './show-family.ts';
import { roundText, type Repeated } from './show-round.ts';
import { chooseRounds, readsAll, type ShownSession, type ShowStyle } from './show.ts';
import { cleanLine, printableId } from '../platform/clean-text.ts';
import { clip, wrap } from './terminal.ts';
import { toolText } from './tool-text.ts';

/** `show`, piece by piece: the totals of the session, then each chosen round. `choice`: which, as in `last 3`. */
export function* showText(shown: ShownSession, style: ShowStyle, choice: string | null): Generator<string> {
  const { session } = shown;
  const { width, colour } = style.screen;
  const heavy = '='.repeat(Math.min(70, width));
  const light = '─'.repeat(Math.min(70, width));
  const sum = sessionTotals(session);
  yield lines([
    heavy,
    ...wrap(`📊 Session Detail: ${printableId(session.id)}`, width, 200).lines.map((line) =>
      colour.bold(line),
    ),
    heavy,
    '',
  ]);
  const facts = [
    ...factLines(session, sum, style),
    ...toolLines(session, width),
    ...familyLines(shown.family, width),
    '',
    '📈 Token Statistics:',
    ...tokenLines(sum),
    '',
    ...costLines(sum).flatMap((line) => wrap(line, width, 20).lines),
    '',
    `📝 Conversation Rounds (${exact(session.rounds)}${choice === null ? '' : `, ${choice}`}):`,
    ...(style.noContent ? ['   (content not stored)'] : []),
    light,
    '',
  ];
  yield lines(facts.map((line) => clip(line, width)));
  const withGateway = (session.gateways?.length ?? 0) > 1;
  const roundStyle = { ...style, withModel: sum.models.size > 1, withGateway };
  let before: Repeated = { system: null, question: null };
  const reader = new ConversationReader(session.id === DEFAULT_SESSION);
  const threads = new ThreadSums();
  const all = summed(readAhead(shown.rounds, reader), threads, shown.moneyOf);
  for (const told of chooseRounds(all, shown.choice, session.rounds)) {
    const { round, thread } = told.reading;
    const callOf = (result: ToolResult): MadeCall | undefined => reader.callOf(result, thread);
    yield lines([...roundText(told, before, shown.moneyOf(round), callOf, roundStyle), '']);
    before = { system: round.system, question: round.question };
  }
  const ofThreads = readsAll(shown.choice) ? threadLines(threads.rows, width) : [];
  yield lines([...ofThreads, light, '', heavy]);
}

function* summed(
  rounds: Iterable<ToldRound>,
  threads: ThreadSums,
  moneyOf: ShownSession['moneyOf'],
): Generator<ToldRound> {
  for (const told of rounds) {
    threads.addRead(told.reading, moneyOf(told.reading.round));
    yield told;
  }
}

function lines(all: string[]): string {
  return `${all.join('\n')}\n`;
}

function factLines(session: SessionEntry, sum: Row, { local }: ShowStyle): string[] {
  const names = shownModels(session, sum)
    .map((name) => cleanLine(name))
    .join(', ');
  return [
    `🕐 Created:  ${local.isoOf(session.created)}`,
    `🕑 Updated:  ${local.isoOf(session.updated)}`,
    `🤖 Model:    ${names}`,
    ...(session.gateways
      ? [`🚪 Gateway:  ${session.gateways.map((name) => cleanLine(name)).join(', ')}`]
      : []),
    `💬 Messages: ${exact(session.rounds)}`,
    ...(session.errors > 0 ? [`❌ Errors:   ${plural(session.errors, 'failed request')}`] : []),
    ...prunedTexts(session, local).map((what) => `🧹 Pruned:   ${what}`),
  ];
}

const TOOLS = '🔧 Tools:    ';

/** Nothing if none were called, or if it is not known. */
function toolLines({ tools = [], tools_from: from }: SessionEntry, width: number): string[] {
  const counts = toolsByUse(tools).map((count) => toolText(count));
  if (counts.length === 0) return [];
  const text = `${TOOLS}${counts.join(', ')}${from === undefined ? '' : ` (from round ${exact(from)} on)`}`;
  return wrap(text, width, 200).lines;
}

/** Parts that are zero are left out. Reasoning is part of the output, so the total counts it once. */
function tokenLines(sum: Row): string[] {
  const parts: [string, number][] = [
    ['Input:', sum.input],
    ['  Cached:', sum.cached],
    ['  Cache write:', sum.cacheWrite],
    ['Output:', sum.output],
    ['  Reasoning:', sum.reasoning],
    ['Total:', tokensOf(sum)],
  ];
  const shown = parts.filter(([name, count]) => count > 0 || !name.startsWith(' '));
  return shown.map(([name, count]) => `   ${name.padEnd(14)} ${exact(count).padStart(11)} tokens`);
}

function costLines(sum: Row): string[] {
  const unpriced = unpricedText(sum);
  const known = sum.settledRounds > 0 || sum.rounds === 0;
  const isInUsd = sum.others.size === 0 && !sum.converted;
  const cost = known ? `${knownCostText(sum, 6)}${isInUsd ? ' USD' : ''}` : null;
  return [
    `💰 Estimated Cost: ${[cost, unpriced].filter((part) => part !== null).join(' + ') || 'no usage in the log'}`,
    ...boundLines(sum).map((line) => `   ${line}`),
  ];
}
