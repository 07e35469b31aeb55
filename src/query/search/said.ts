import {
  callsOf,
  isAnswerRole,
  readCallList,
  readMessage,
  readParts,
  type Part as MessagePart,
  type ToolCall,
} from '../../ai-log/message.ts';
import { thoughtParted } from '../../ai-log/think-tag.ts';
import { arrayElements, parseJson } from '../../platform/json-spans.ts';
import type { ReadRound } from '../../session-format/read-round.ts';
import { stringsIn } from './inner-texts.ts';
import { ROLES, type Role } from './roles.ts';

/** `request`: a string of a request that the gateway cut, so that nobody knows who said it. */
export type SaidPart = 'text' | 'reasoning' | 'call' | 'result' | 'request';

/** Something that was said in a round, and that can be found. */
export interface Said {
  role: Role;
  part: SaidPart;
  /** Name of the tool that was called, or whose result it is, if the result says so. */
  tool: string | null;
  callId: string | null;
  /** Of a call, its name and its arguments. */
  texts: readonly string[];
  /** The round's own answer, rather than something that its request says. */
  isAnswer: boolean;
}

/**
 * What a round was the first to say, in order: the new messages of its request, its system prompt and its question if they
 * have changed, then its answer. The question is usually a message too, and the next request sends the answer back.
 */
export function* saidIn({ texts }: Pick<ReadRound, 'texts'>): Generator<Said> {
  const json = (key: string): string | undefined => {
    const text = texts.get(key);
    return text === 'null' ? undefined : text;
  };
  for (const message of arrayElements(json('new_messages') ?? '[]') ?? []) yield* saidInMessage(message);
  yield* saidInParts('system', json('system'), false);
  yield* saidInParts('user', json('question'), false);
  yield* saidInCut(json('messages'));
  yield* saidInParts('assistant', json('answer'), true);
  const reasoning = json('reasoning');
  if (reasoning !== undefined)
    yield* textsOf('assistant', 'reasoning', [wordsOf(readParts(reasoning), true)], true);
  const calls = json('tool_calls');
  if (calls !== undefined) yield* saidInCalls(calls);
}

function* saidInMessage(json: string): Generator<Said> {
  const message = readMessage(json);
  const role = roleOf(message.role);
  const { parts, answers } = message;
  if (answers) yield resultOf(answers.name, answers.id, wordsOf(parts, true));
  else {
    yield* textsOf(role, 'text', [wordsOf(parts, false)], false);
    yield* textsOf(role, 'reasoning', [thoughtsOf(parts)], false);
  }
  for (const call of callsOf(message)) yield callOf(call, false);
  for (const part of parts)
    if (part.kind === 'result')
      yield resultOf(part.result.name, part.result.id, wordsOf(part.result.parts, true));
}

function* saidInParts(role: Role, json: string | undefined, isAnswer: boolean): Generator<Said> {
  if (json === undefined) return;
  const parts = isAnswer ? thoughtParted(readParts(json)) : readParts(json);
  yield* textsOf(role, 'text', [wordsOf(parts, false)], isAnswer);
  yield* textsOf(role, 'reasoning', [thoughtsOf(parts)], isAnswer);
  for (const part of parts) if (part.kind === 'call') yield callOf(part.call, isAnswer);
}

/** A request that is not a list, because the gateway cut it: the strings that are left. */
function* saidInCut(json: string | undefined): Generator<Said> {
  if (json === undefined) return;
  const value = parseJson(json);
  const text = typeof value === 'string' ? value : json;
  for (const one of stringsIn(text, true)) yield* textsOf('other', 'request', [one], false);
}

function* saidInCalls(json: string): Generator<Said> {
  const calls = readCallList(json);
  if (calls) for (const call of calls) yield callOf(call, true);
  // The gateway cut them.
  else yield* textsOf('assistant', 'call', [wordsOf(readParts(json), true)], true);
}

function* textsOf(role: Role, part: SaidPart, texts: string[], isAnswer: boolean): Generator<Said> {
  if (texts.some((text) => text !== '')) yield { role, part, tool: null, callId: null, texts, isAnswer };
}

function callOf({ id, name, arguments: given }: ToolCall, isAnswer: boolean): Said {
  return { role: 'assistant', part: 'call', tool: name, callId: id, texts: [name, given], isAnswer };
}

function resultOf(tool: string | null, callId: string | null, text: string): Said {
  return { role: 'tool', part: 'result', tool, callId, texts: [text], isAnswer: false };
}

function wordsOf(parts: readonly MessagePart[], withThoughts: boolean): string {
  return joined(parts, ({ kind }) => withThoughts || kind !== 'thinking');
}

function thoughtsOf(parts: readonly MessagePart[]): string {
  return joined(parts, ({ kind }) => kind === 'thinking');
}

function joined(parts: readonly MessagePart[], isMeant: (part: MessagePart) => boolean): string {
  return parts
    .filter(isMeant)
    .map(textOf)
    .filter((text) => text !== '')
    .join('\n');
}

/** Calls and results are said by themselves. */
function textOf(part: MessagePart): string {
  switch (part.kind) {
    case 'text':
    case 'thinking':
    case 'refusal':
    case 'sources':
      return part.text;
    case 'media':
      // As they were logged; its data is no text.
      return [part.media.name, part.media.url].filter((text) => text !== null).join('\n');
    case 'other':
      return part.json;
    default:
      return '';
  }
}

const ROLE_OF: ReadonlyMap<string, Role> = new Map([
  ...ROLES.map((role): [string, Role] => [role, role]),
  ['developer', 'system'],
  ['model', 'assistant'],
  ['function', 'tool'],
]);

function roleOf(logged: string): Role {
  // Items of the Responses API have no role.
  return ROLE_OF.get(logged) ?? (isAnswerRole(logged) ? 'assistant' : 'other');
}
