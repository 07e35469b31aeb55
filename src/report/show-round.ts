import { FLAG_WORDS } from '../session-format/flags.ts';
import type { ExpandedRound, StoredRound } from '../session-format/stored-round.ts';
import { usageOf } from '../session-format/stored-usage.ts';
import { callsOfJson, callText, messageText, textOfJson } from './content-text.ts';
import { exact } from '../query/count-text.ts';
import { boundOf } from '../pricing/bounds.ts';
import { moneyText } from '../pricing/money.ts';
import { boundMark, boundWords } from '../pricing/bound-words.ts';
import { shownCost, type ShownMoney } from '../query/round-money.ts';
import type { ShowStyle } from './show.ts';
import { cleanLine, cleanText } from '../platform/clean-text.ts';
import { clip, widthOf, wrap } from './terminal.ts';

/** How many lines of a text are shown unless all of it is asked for. */
const MESSAGE_LINES = 3;
const TEXT_LINES = 8;
const CALLS = 20;
const FACT_LINES = 4;
const INDENT = '    ';

/** What a round repeats from the one before is not shown again. */
export type Repeated = Pick<ExpandedRound, 'system' | 'question'>;

export interface RoundStyle extends ShowStyle {
  /** For a session with several models. */
  withModel: boolean;
}

/** The lines of one round. */
export function roundText(
  round: ExpandedRound,
  before: Repeated,
  money: ShownMoney,
  style: RoundStyle,
): string[] {
  const { stored } = round;
  const { colour, width } = style.screen;
  const facts = [
    `Tokens: ${tokensText(stored)}`,
    ...(style.withModel ? [`Model: ${cleanLine(stored.model)}`] : []),
    `Cost: ${costOf(money)}`,
    ...(stored.response_code !== undefined && stored.response_code >= 400
      ? [`❌ Failed: HTTP ${stored.response_code}`]
      : []),
    ...(stored.flags ?? []).map((flag) => `⚠️  ${FLAG_WORDS.get(flag) ?? cleanLine(flag)}`),
    ...money.inexact
      .filter((reason) => !stored.flags?.includes(reason))
      .map((reason) => `⚠️  ${sentence(boundWords(reason))}`),
    ...(stored.has_tool_calls ? ['🔧 Tool calls: Yes'] : []),
  ];
  return [
    colour.bold(clip(`  Round ${stored.round} @ ${style.local.isoOf(Date.parse(stored.timestamp))}`, width)),
    ...facts.flatMap((fact) =>
      wrap(fact, width - INDENT.length, FACT_LINES).lines.map((line) => INDENT + line),
    ),
    ...(style.noContent ? [] : [...messageLines(round, style), ...textLines(round, before, style)]),
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

/** The messages that this round's request added to those before it. */
function messageLines({ stored, messages, messagesText }: ExpandedRound, style: ShowStyle): string[] {
  if (!style.withMessages) return [];
  if (messagesText !== null) {
    const text = labelled('', textOfJson(messagesText), MESSAGE_LINES, 6, style);
    return ['    Messages (cut by the gateway):', ...text];
  }
  if (messages === null || messages.length === 0) return [];
  const fresh = newMessages(stored, messages);
  const known = fresh.length === messages.length ? '' : `, ${exact(fresh.length)} new`;
  return [`    Messages (${exact(messages.length)}${known}):`, ...fresh.flatMap((message) => shown(message))];

  function shown(message: string): string[] {
    const { role, text, calls } = messageText(message);
    const said = text.trim() === '' ? [] : [text];
    const all = [...said, ...calls.map((call) => `→ ${callText(call)}`)].join('\n');
    return labelled(`[${clip(cleanLine(role), 16)}] `, all, MESSAGE_LINES, 6, style);
  }
}

/** Those that the session had not stored before: the slices of the request that are stored in this round. */
function newMessages({ round, context }: StoredRound, messages: readonly string[]): string[] {
  let position = 0;
  return (context ?? []).flatMap(([source, , count]) => {
    const slice = source === round ? messages.slice(position, position + count) : [];
    position += count;
    return slice;
  });
}

function textLines(round: ExpandedRound, before: Repeated, style: ShowStyle): string[] {
  const part = (label: string, json: string | null): string[] =>
    json === null ? [] : labelled(label, textOfJson(json), TEXT_LINES, 4, style);
  return [
    ...part('📜 System: ', round.system === before.system ? null : round.system),
    ...part('❓ Question: ', round.question === before.question ? null : round.question),
    ...part('✅ Answer: ', round.answer),
    ...part('🧠 Reasoning: ', round.reasoning),
    ...callLines(round.toolCalls, style),
  ];
}

function callLines(json: string | null, style: ShowStyle): string[] {
  if (json === null) return [];
  const calls = callsOfJson(json);
  if (calls === null) return labelled('🛠️  Tool Calls: ', textOfJson(json), TEXT_LINES, 4, style);
  if (calls.length === 0) return [];
  const shown = style.full ? calls : calls.slice(0, CALLS);
  const more = calls.length - shown.length;
  return [
    '    🛠️  Tool Calls:',
    ...shown.flatMap((call) => labelled('- ', callText(call), MESSAGE_LINES, 7, style)),
    ...(more > 0 ? [`       … ${exact(more)} more`] : []),
  ];
}

/** A label and a text after it; further lines are indented by two more columns. */
function labelled(label: string, text: string, most: number, indent: number, style: ShowStyle): string[] {
  const head = ' '.repeat(indent) + label;
  const pad = ' '.repeat(indent + 2);
  if (style.full) {
    const [first = '', ...others] = cleanText(text).trim().split('\n');
    return [head + first, ...others.map((line) => (pad + line).trimEnd())];
  }
  const { width } = style.screen;
  const room = width - indent - 2;
  // Only what will be visible is cleaned: an answer may be megabytes long.
  const near = text.slice(0, room * most * 8);
  const { lines, cut } = wrap(cleanText(near).trim(), room, most, width - widthOf(head));
  const shown = lines.map((line, index) => ((index === 0 ? head : pad) + line).trimEnd());
  if (!cut && near.length === text.length) return shown;
  const last = shown.pop() ?? '';
  return [...shown, clip(`${last}…`, width)];
}
