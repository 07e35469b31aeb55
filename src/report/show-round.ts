import { FLAG_WORDS } from '../session-format/flags.ts';
import type { ExpandedRound, StoredRound } from '../session-format/stored-round.ts';
import { usageOf } from '../session-format/stored-usage.ts';
import type { Part, ToolCall, ToolResult } from '../ai-log/message.ts';
import { isUnanswered, modelOfRound } from '../query/round-model.ts';
import { lacksAnswer } from '../query/conversation/answer.ts';
import type { ToldRound } from '../query/conversation/look-ahead.ts';
import { threadName } from '../query/conversation/threads.ts';
import { callsOfJson, callText, partsText, textOfJson } from './content-text.ts';
import { labelled } from './labelled.ts';
import { callsInQuestion, messageLines, resultHead, resultLines, type CallOf } from './show-messages.ts';
import { exact } from '../platform/count-text.ts';
import { boundOf } from '../pricing/bounds.ts';
import { moneyText } from '../pricing/money.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { boundWords } from '../query/bound-words.ts';
import { shownCost, type ShownMoney } from '../query/round-money.ts';
import type { ShowStyle } from './show.ts';
import { cleanLine } from '../platform/clean-text.ts';
import { clip, wrap } from './terminal.ts';

/** How many lines of a text are shown unless all of it is asked for. */
const CALL_LINES = 3;
const TEXT_LINES = 8;
const CALLS = 20;
const FACT_LINES = 4;
const INDENT = '    ';

/** What a round repeats from the one before is not shown again. */
export type Repeated = Pick<ExpandedRound, 'system' | 'question'>;

export interface RoundStyle extends ShowStyle {
  /** For a session with several models. */
  withModel: boolean;
  /** For a session of several gateways. */
  withGateway: boolean;
}

/** The lines of one round. */
export function roundText(
  told: ToldRound,
  before: Repeated,
  money: ShownMoney,
  callOf: CallOf,
  style: RoundStyle,
): string[] {
  const { stored, reading } = told;
  const { colour, width } = style.screen;
  const facts = factsOf(told, money, { ...style, withReasons: true });
  return [
    colour.bold(clip(`  Round ${stored.round} @ ${style.local.isoOf(Date.parse(stored.timestamp))}`, width)),
    ...facts.flatMap((fact) =>
      wrap(fact, width - INDENT.length, FACT_LINES).lines.map((line) => INDENT + line),
    ),
    ...(style.noContent
      ? []
      : [...messageLines(reading, callOf, style), ...textLines(told, before, callOf, style)]),
  ];
}

/** What a round used and what is to be known of it, a line each. */
export function factsOf(
  { stored, reading }: ToldRound,
  money: ShownMoney,
  {
    withModel,
    withReasons,
    withGateway = false,
  }: {
    withModel: boolean;
    withReasons: boolean;
    withGateway?: boolean;
  },
): string[] {
  return [
    `Tokens: ${tokensText(stored)}`,
    ...(reading.thread && reading.isSide ? [`Thread: ${threadName(reading.thread)}`] : []),
    ...(withModel || isUnanswered(stored) ? [`Model: ${cleanLine(modelOfRound(reading.round))}`] : []),
    ...(withGateway && stored.gateway !== undefined ? [`Gateway: ${cleanLine(stored.gateway)}`] : []),
    `Cost: ${costOf(money)}`,
    ...(stored.response_code !== undefined && stored.response_code >= 400
      ? [`❌ Failed: HTTP ${stored.response_code}`]
      : []),
    ...(stored.flags ?? []).map((flag) => `⚠️  ${FLAG_WORDS.get(flag) ?? cleanLine(flag)}`),
    ...(withReasons ? money.inexact : [])
      .filter((reason) => !stored.flags?.includes(reason))
      .map((reason) => `⚠️  ${sentence(boundWords(reason))}`),
    ...(stored.has_tool_calls ? ['🔧 Tool calls: Yes'] : []),
  ];
}

function tokensText(stored: StoredRound): string {
  const { input, output, reasoning, cached, cacheWrite } = usageOf(stored);
  const parts: [string, number][] = [
    ['cached', cached],
    ['cache write', cacheWrite],
    ['reasoning', reasoning],
  ];
  const named = parts.filter(([, count]) => count > 0).map(([name, count]) => `${exact(count)} ${name}`);
  const detail = named.length > 0 ? ` (${named.join(', ')})` : '';
  return `${exact(input)} in → ${exact(output)} out${detail}`;
}

function costOf(money: ShownMoney): string {
  const { price, inexact } = money;
  if (price === 'unpriced') return 'unpriced';
  if (price === 'no-usage') return 'unknown (the log has no usage)';
  if (price === 'free') return '$0 (free)';
  if (price === 'gateway-cache') return "$0 (answered from the gateway's cache)";
  const { cost, currency } = shownCost(money);
  if (cost === null) return 'unpriced';
  return boundMark(boundOf(inexact)) + moneyText(cost, currency, 6);
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function textLines(
  { reading, added }: ToldRound,
  before: Repeated,
  callOf: CallOf,
  style: ShowStyle,
): string[] {
  const { round, answer } = reading;
  const callInQuestion = callsInQuestion(reading, callOf);
  const head = (result: ToolResult): string => resultHead(result, callInQuestion(result));
  const part = (label: string, text: string): string[] =>
    text === '' ? [] : labelled(label, text, TEXT_LINES, 4, style);
  const json = (label: string, text: string | null): string[] =>
    text === null ? [] : part(label, textOfJson(text, head));
  const said = added?.said;
  const isMissing = answer.isMissing && !said;
  const isClosed = isMissing && round.stored.response_code === 0;
  return [
    ...json('📜 System: ', round.system === before.system ? null : round.system),
    ...json('❓ Question: ', round.question === before.question ? null : round.question),
    ...part('✅ Answer: ', partsText([{ kind: 'text', text: said?.text || answer.text }, ...answer.rest])),
    ...part('✅ Answer: ', partsText(said?.rest ?? [])),
    ...part('🚫 Refusal: ', said?.refusal || answer.refusal),
    ...(isMissing && lacksAnswer(answer, round) ? ['    ✅ Answer: none in the log, and no call'] : []),
    ...(isClosed ? ['    ✅ Answer: none, the connection closed before one was logged'] : []),
    ...part('🧠 Reasoning: ', partsText(thoughts([answer.thinking, said?.thinking ?? '']))),
    ...callLines(round, [...(answer.calls ?? []), ...(said?.calls ?? [])], style),
    ...(added?.results ?? []).flatMap(({ result, call }) => resultLines(result, call, 7, style)),
  ];
}

function thoughts(texts: readonly string[]): Part[] {
  return texts.map((text) => ({ kind: 'thinking', text }));
}

function callLines({ toolCalls }: ExpandedRound, calls: readonly ToolCall[], style: ShowStyle): string[] {
  if (calls.length === 0) {
    const isCut = toolCalls !== null && callsOfJson(toolCalls) === null;
    return isCut ? labelled('🛠️  Tool Calls: ', textOfJson(toolCalls), TEXT_LINES, 4, style) : [];
  }
  const shown = style.full ? calls : calls.slice(0, CALLS);
  const more = calls.length - shown.length;
  return [
    '    🛠️  Tool Calls:',
    ...shown.flatMap((call) => {
      const text = callText(call);
      return labelled('- ', text, text.includes('\n') ? TEXT_LINES : CALL_LINES, 7, style);
    }),
    ...(more > 0 ? [`       … ${exact(more)} more`] : []),
  ];
}
