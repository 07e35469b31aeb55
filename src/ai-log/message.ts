import { parseJson } from '../platform/json-spans.ts';

/** A tool call in an assistant's message or in a round's `tool_calls`. */
export interface ToolCall {
  /** null if the provider gives none. */
  id: string | null;
  /** `?` if there is none. */
  name: string;
  /** As logged if that is a string, else as JSON. */
  arguments: string;
}

/** What a tool returned. */
export interface ToolResult {
  /** Id of the call that it answers. */
  id: string | null;
  /** For providers that name the tool instead of the call. */
  name: string | null;
  parts: Part[];
  isError: boolean;
}

/** A piece of a message. */
export type Part =
  /** `unread`: it stands for so many further parts. */
  | { kind: 'text' | 'thinking'; text: string; unread?: number }
  | { kind: 'call'; call: ToolCall }
  | { kind: 'result'; result: ToolResult }
  /** null if the image is in the request itself. */
  | { kind: 'image'; url: string | null }
  /** Anything else, as JSON without `cache_control`. */
  | { kind: 'other'; json: string };

/** A logged message of any provider: OpenAI's (chat and responses), Claude's, Gemini's. */
export interface Message {
  /** As logged; the item's type if it has no role, `?` if it has neither. */
  role: string;
  parts: Part[];
  /** OpenAI's `tool_calls` or `function_call`, which are separate from the content. */
  calls: ToolCall[];
  /** The call that the whole message answers; undefined if the message is not from a tool. */
  answers?: { id: string | null; name: string | null };
}

/** Contents nest, since a tool's result is itself a content. A hostile log may nest them without limit. */
const DEEPEST = 6;
/** A hostile log may also have any number of parts. Nobody reads more than this. */
const MOST_PARTS = 10_000;
const LEFT_OUT = { kind: 'text', text: '[…]' } as const;

type Json = Record<string, unknown>;

/** Reads a logged message. Never throws: anything that is not a message becomes a part that shows it. */
export function readMessage(json: string): Message {
  const message = readJson(json);
  if (!isObject(message)) return { role: '?', parts: readContent(message, 0), calls: [] };
  const { role, type } = message;
  const named = typeof role === 'string' ? role : textOr(type, '?');
  if (isCall(message)) return { role: named, parts: [], calls: [readCall(message)] };
  const content = message['content'] ?? message['parts'] ?? message['output'] ?? message['summary'] ?? null;
  const thinking = textOr(message['reasoning_content'], '');
  const parts = readContent(content, 0);
  return {
    role: named,
    parts: [
      ...(thinking === '' ? [] : [{ kind: 'thinking' as const, text: thinking }]),
      ...(type === 'reasoning' ? parts.map(asThinking) : parts),
    ],
    calls: readCalls(message['tool_calls'] ?? oldCalls(message)),
    ...(isAnswer(message) && {
      answers: {
        id: idOf(message['tool_call_id'] ?? message['call_id']),
        name: typeof message['name'] === 'string' ? message['name'] : null,
      },
    }),
  };
}

/** All calls of a message, whichever field they are in. */
export function callsOf({ parts, calls }: Message): ToolCall[] {
  return [...parts.flatMap((part) => (part.kind === 'call' ? [part.call] : [])), ...calls];
}

/** The parts of a logged JSON text: a string, an array of parts, or any other value. */
export function readParts(json: string): Part[] {
  return readContent(readJson(json), 0);
}

/** The tool calls of a logged JSON text; null if it is not an array, as when the gateway cut it off. */
export function readCallList(json: string): ToolCall[] | null {
  const calls = readJson(json);
  return Array.isArray(calls) ? readCalls(calls) : null;
}

/** Before OpenAI had `tool_calls`, a message had one `function_call`. */
function oldCalls(message: Json): Json[] {
  const call = message['function_call'];
  return isObject(call) ? [call] : [];
}

function readCalls(calls: unknown): ToolCall[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((call: unknown) =>
    isObject(call) ? readCall(call) : { id: null, name: '?', arguments: wordsOf(call) },
  );
}

function readCall(call: Json): ToolCall {
  const gemini = call['functionCall'];
  const inner = isObject(gemini) ? gemini : isObject(call['function']) ? call['function'] : call;
  const given = inner['arguments'] ?? inner['input'] ?? inner['args'] ?? '';
  return {
    id: idOf(call['call_id'] ?? call['id'] ?? inner['id']),
    name: textOr(inner['name'], '?'),
    arguments: typeof given === 'string' ? withoutEmptyStart(given) : printJson(given),
  };
}

/** A bug of the plugin: Claude's streamed arguments begin with the empty input of `content_block_start`. */
function withoutEmptyStart(text: string): string {
  return text.startsWith('{}{') ? text.slice(2) : text;
}

function readContent(content: unknown, depth: number): Part[] {
  if (content === null || content === undefined || content === '') return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (depth > DEEPEST) return [LEFT_OUT];
  if (Array.isArray(content)) {
    const parts = content.slice(0, MOST_PARTS).flatMap((part) => readContent(part, depth + 1));
    const unread = content.length - MOST_PARTS;
    return unread > 0 ? [...parts, { ...LEFT_OUT, unread }] : parts;
  }
  return isObject(content) ? readPart(content, depth) : [{ kind: 'other', json: printJson(content) }];
}

function readPart(part: Json, depth: number): Part[] {
  const { type, text, thinking, refusal } = part;
  if (typeof text === 'string') {
    if (text === '') return [];
    const isThought = part['thought'] === true || type === 'reasoning_text';
    return [{ kind: isThought ? 'thinking' : 'text', text }];
  }
  if (typeof thinking === 'string') return thinking === '' ? [] : [{ kind: 'thinking', text: thinking }];
  if (typeof refusal === 'string') return [{ kind: 'text', text: refusal }];
  if (isCall(part) || isObject(part['functionCall'])) return [{ kind: 'call', call: readCall(part) }];
  const response = part['functionResponse'];
  if (isObject(response)) return [{ kind: 'result', result: geminiResult(response) }];
  if (isResult(type)) {
    const id = idOf(part['tool_use_id'] ?? part['call_id']);
    const parts = readContent(part['content'] ?? part['output'], depth + 1);
    return [{ kind: 'result', result: { id, name: null, parts, isError: part['is_error'] === true } }];
  }
  return isImage(part)
    ? [{ kind: 'image', url: imageUrl(part) }]
    : [{ kind: 'other', json: printJson(part) }];
}

function geminiResult(given: Json): ToolResult {
  const { response } = given;
  const output = isObject(response)
    ? (response['output'] ?? response['result'] ?? response['error'])
    : response;
  const parts = typeof output === 'string' ? readContent(output, 0) : jsonPart(response);
  return {
    id: idOf(given['id']),
    name: textOr(given['name'], '?'),
    parts,
    isError: isObject(response) && saysError(response['error']),
  };
}

/** Whether an `error` in a result is really one: many tools have the key in every result. */
export function saysError(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== '';
}

function jsonPart(value: unknown): Part[] {
  return value === undefined || value === null ? [] : [{ kind: 'other', json: printJson(value) }];
}

/** In a reasoning item, texts are thinking too. */
function asThinking(part: Part): Part {
  return part.kind === 'text' ? { kind: 'thinking', text: part.text } : part;
}

function isCall(part: Json): boolean {
  const { type } = part;
  return type === 'function_call' || (typeof type === 'string' && type.endsWith('tool_use'));
}

function isResult(type: unknown): boolean {
  return type === 'function_call_output' || (typeof type === 'string' && type.endsWith('tool_result'));
}

function isAnswer(message: Json): boolean {
  const { role, type } = message;
  return role === 'tool' || role === 'function' || type === 'function_call_output';
}

function isImage(part: Json): boolean {
  const { type } = part;
  return type === 'image_url' || type === 'image' || type === 'input_image' || isObject(part['inlineData']);
}

/** The URL of an image; null if the image is in the request itself. */
function imageUrl(part: Json): string | null {
  const holder = part['image_url'] ?? part['source'];
  const url = isObject(holder) ? holder['url'] : holder;
  return typeof url === 'string' && !url.startsWith('data:') ? url : null;
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Elements of a request are delimited but not checked when they are read. Invalid JSON is shown as it is. */
function readJson(json: string): unknown {
  const value = parseJson(json);
  return value === undefined ? json : value;
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : printJson(value);
}

/** The JSON of a parsed value. One that is nested thousands of levels deep overflows the stack of `stringify`. */
function printJson(value: unknown): string {
  try {
    return JSON.stringify(value, withoutMarks) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return '[…]';
    throw error;
  }
}

/** Marks for the provider's cache move from request to request and mean nothing to a reader. */
function withoutMarks(key: string, value: unknown): unknown {
  return key === 'cache_control' ? undefined : value;
}
