import { idOf, isObject, printJson, readJson, textOr, type Json } from './message-json.ts';
import type { Part, ToolCall, ToolResult } from './message-part.ts';
import { isResultItem, readContent, readReasoning, readResult, readSources } from './message-parts.ts';
import { mediaOf } from './media.ts';
import { thoughtParted } from './think-tag.ts';
import { isCall, readCalls } from './tool-call.ts';

export type { Part, ToolCall, ToolResult } from './message-part.ts';
export { saysError } from './message-parts.ts';

/** A logged message of any provider: OpenAI's (chat and responses), Claude's, Gemini's. */
export interface Message {
  /** As logged; the item's type if it has no role, `?` if it has neither. */
  role: string;
  parts: Part[];
  /** OpenAI's `tool_calls` or `function_call`, which are separate from the content. */
  calls: ToolCall[];
  /** What the whole message answers, with its parts; undefined if the message is not from a tool. */
  answers?: Omit<ToolResult, 'parts'>;
}

/** Reads a logged message. Never throws: anything that is not a message becomes a part that shows it. */
export function readMessage(json: string): Message {
  const message = readJson(json);
  if (!isObject(message)) return { role: '?', parts: readContent(message, 0), calls: [] };
  const { role, type } = message;
  return typeof role !== 'string' && typeof type === 'string'
    ? readItem(message, type)
    : readTurn(message, typeof role === 'string' ? role : textOr(type, '?'));
}

/** All calls of a message, whichever field they are in. */
export function callsOf({ parts, calls }: Message): ToolCall[] {
  return [...parts.flatMap((part) => (part.kind === 'call' ? [part.call] : [])), ...calls];
}

/** Whether a message is a part of the model's answer: a message of its role, or an item of OpenAI Responses. */
export function isAnswerRole(role: string): boolean {
  return ANSWER_ROLES.has(role) || role.endsWith('_call');
}

const ANSWER_ROLES: ReadonlySet<string> = new Set([
  'assistant',
  'model',
  'reasoning',
  'mcp_list_tools',
  'mcp_approval_request',
]);

/** The parts of a logged JSON text: a string, an array of parts, or any other value. */
export function readParts(json: string): Part[] {
  return readContent(readJson(json), 0);
}

/** The tool calls of a logged JSON text; null if it is not an array, as when the gateway cut it off. */
export function readCallList(json: string): ToolCall[] | null {
  const calls = readJson(json);
  return Array.isArray(calls) ? readCalls(calls) : null;
}

/** An item of OpenAI Responses without a role: a call, a result, reasoning. */
function readItem(item: Json, type: string): Message {
  if (isCall(item)) {
    const parts = readContent(item, 0);
    return {
      role: type,
      parts: parts.filter(({ kind }) => kind !== 'call'),
      calls: parts.flatMap((part) => (part.kind === 'call' ? [part.call] : [])),
    };
  }
  const result = isResultItem(type) ? readResult(item, 0) : null;
  if (result) {
    const { parts, ...answers } = result;
    return { role: type, parts, calls: [], answers: { ...answers, name: nameIn(item) } };
  }
  if (type === 'reasoning') return { role: type, parts: readReasoning(item, 0), calls: [] };
  if (CONTENTS.some((key) => item[key] !== undefined)) return readTurn(item, type);
  // What is encrypted cannot be read.
  const { encrypted_content: _, ...rest } = item;
  return { role: type, parts: [{ kind: 'other', json: printJson(rest) }], calls: [] };
}

const CONTENTS = ['content', 'parts', 'output', 'summary', 'tool_calls'];

function readTurn(message: Json, role: string): Message {
  const content = message['content'] ?? message['parts'] ?? message['output'] ?? message['summary'] ?? null;
  return {
    role,
    parts: [
      ...thoughts(message),
      ...(isAnswerRole(role) ? thoughtParted(readContent(content, 0)) : readContent(content, 0)),
      ...(typeof message['refusal'] === 'string' && message['refusal'] !== ''
        ? [{ kind: 'refusal' as const, text: message['refusal'] }]
        : []),
      ...besideContent(message),
      ...readSources(message),
    ],
    calls: readCalls(message['tool_calls'] ?? oldCalls(message)),
    ...((role === 'tool' || role === 'function') && {
      answers: {
        id: idOf(message['tool_call_id'] ?? message['call_id']),
        name: nameIn(message),
        isError: message['is_error'] === true,
      },
    }),
  };
}

/** Reasoning beside the content, under the names that providers give it. */
function thoughts(message: Json): Part[] {
  const given = [message['reasoning_content'], message['reasoning']].find(
    (text) => typeof text === 'string' && text !== '',
  );
  if (typeof given === 'string') return [{ kind: 'thinking', text: given }];
  return readContent(message['reasoning_details'], 0).filter(({ kind }) => kind === 'thinking');
}

/** Media that OpenAI's and OpenRouter's assistants have beside the content. */
function besideContent(message: Json): Part[] {
  const { audio, images } = message;
  const sound = isObject(audio) ? mediaOf({ type: 'audio', audio }) : null;
  return [
    ...(sound ? [{ kind: 'media' as const, media: sound }] : []),
    ...(isObject(audio) && typeof audio['transcript'] === 'string'
      ? readContent(audio['transcript'], 0)
      : []),
    ...(Array.isArray(images) ? readContent(images, 0) : []),
  ];
}

/** Before OpenAI had `tool_calls`, a message had one `function_call`. */
function oldCalls(message: Json): Json[] {
  const call = message['function_call'];
  return isObject(call) ? [call] : [];
}

function nameIn(message: Json): string | null {
  return typeof message['name'] === 'string' ? message['name'] : null;
}
