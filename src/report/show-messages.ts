import { isAnswerRole, readMessage, type Part, type ToolResult } from '../ai-log/message.ts';
import { failureOf, resultsOf } from '../ai-log/tool-outcome.ts';
import { cleanLine } from '../platform/clean-text.ts';
import { exact } from '../platform/count-text.ts';
import { excerptOfCall, type MadeCall } from '../query/conversation/calls.ts';
import type { RoundReading } from '../query/conversation/reader.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import { callText, partsText, resultBody, textOfJson } from './content-text.ts';
import { labelled } from './labelled.ts';
import type { ShowStyle } from './show.ts';
import { clip } from './terminal.ts';

/** How many lines of a text are shown unless all of it is asked for. */
const MESSAGE_LINES = 3;
const CALL_LINES = 8;
const INDENT = 6;
/** Columns. */
const LONGEST_WORD = 48;
const LONGEST_ROLE = 16;

/** Finds the call that a result answers. */
export type CallOf = (result: ToolResult) => MadeCall | null | undefined;

/** The messages that this round's request added to those before it. */
export function messageLines(reading: RoundReading, callOf: CallOf, style: ShowStyle): string[] {
  if (!style.withMessages) return [];
  const { stored, messages, messagesText } = reading.round;
  if (messagesText !== null) {
    const text = labelled('', textOfJson(messagesText), MESSAGE_LINES, INDENT, style);
    return ['    Messages (cut by the gateway):', ...text];
  }
  if (messages === null || messages.length === 0) return [];
  const calls = new Map(
    reading.messages.map(({ at, results }) => [at, results.map(({ call }) => call)] as const),
  );
  const fresh = newPositions(stored);
  const known = fresh.length === messages.length ? '' : `, ${exact(fresh.length)} new`;
  return [
    `    Messages (${exact(messages.length)}${known}):`,
    ...fresh.flatMap((at) => shown(messages[at] ?? '', calls.get(at))),
  ];

  function shown(json: string, made: readonly (MadeCall | null)[] | undefined): string[] {
    const message = readMessage(json);
    const results = resultsOf(message).flatMap((result, i) =>
      resultLines(result, made ? made[i] : callOf(result), INDENT, style),
    );
    const isAnswer = isAnswerRole(message.role);
    const parts = message.answers ? [] : message.parts.filter(({ kind }) => kind !== 'result');
    const said = parts.map((part) => markedText(part, isAnswer));
    const all = [...said, ...message.calls.map((call) => `→ ${callText(call)}`)]
      .filter((text) => text.trim() !== '')
      .join('\n');
    const name = isAnswer ? 'assistant' : clip(cleanLine(message.role), LONGEST_ROLE);
    const role = `[${name}] `;
    const hasCalls = message.calls.length > 0 || parts.some(({ kind }) => kind === 'call');
    const most = hasCalls ? CALL_LINES : MESSAGE_LINES;
    const isShown = all !== '' || results.length === 0;
    const lines = isShown ? labelled(role, all, most, INDENT, style) : [];
    return isAnswer ? [...lines, ...results] : [...results, ...lines];
  }
}

function markedText(part: Part, isAnswer: boolean): string {
  if (part.kind === 'call') return `→ ${callText(part.call)}`;
  const text = partsText([part]);
  return part.kind === 'thinking' && isAnswer ? `🧠 ${text}` : text;
}

/**
 * Finds the calls of the results in a logged question, which repeats the request's last message. Ids may be the same:
 * the n-th result of an id answers the call that it answers in the message.
 */
export function callsInQuestion({ messages, questionResults }: RoundReading, callOf: CallOf): CallOf {
  const given = new Map<string | null, { calls: (MadeCall | null)[]; next: number }>();
  for (const { result, call } of [...messages.flatMap(({ results }) => results), ...questionResults]) {
    const known = given.get(result.id);
    if (known) known.calls.push(call);
    else given.set(result.id, { calls: [call], next: 0 });
  }
  return (result) => {
    const known = given.get(result.id);
    return known?.calls[known.next++] ?? callOf(result);
  };
}

/** Those that the session had not stored before: the slices of the request that are stored in this round. */
function newPositions({ round, context }: StoredRound): number[] {
  let position = 0;
  return (context ?? []).flatMap(([source, , count]) => {
    const from = position;
    position += count;
    return source === round ? Array.from({ length: count }, (_, i) => from + i) : [];
  });
}

/** A tool's result: which call it answers, whether it failed, and what it says. */
export function resultLines(
  result: ToolResult,
  call: MadeCall | null | undefined,
  indent: number,
  style: ShowStyle,
): string[] {
  const text = resultBody(result.parts);
  return labelled(`${resultHead(result, call)} `, text, MESSAGE_LINES, indent, style);
}

/** `[tool] bash ls -la (call_1):`, `[tool] ❌ bash make (call_2), exit code 2:` */
export function resultHead(result: ToolResult, call: MadeCall | null | undefined): string {
  const failure = failureOf(result);
  const name = word(call?.name ?? result.name ?? '');
  const what = call ? word(excerptOfCall(call)) : '';
  const id = result.id === null ? '' : `(${word(result.id)})`;
  const named = [name, what, id].filter((given) => given !== '' && given !== '?').join(' ');
  const words = [named, failure].filter((given) => given !== null && given !== '').join(', ');
  if (words === '') return '[tool]';
  return `[tool] ${failure === null ? '' : '❌ '}${words}:`;
}

function word(text: string): string {
  return clip(cleanLine(text), LONGEST_WORD);
}
