import { callsOf, readMessage, type Message, type ToolCall, type ToolResult } from './message.ts';
import type { Span } from '../platform/json-spans.ts';
import { charactersOf, type Text } from './round.ts';
import { readPlainMessage, succeededBytes } from './plain-message.ts';
import { failureOf, resultBytes, resultsOf } from './tool-outcome.ts';

/** What a request says of the model's last answer. */
export interface RequestTools {
  /** The calls of that answer. */
  calls: readonly ToolCall[];
  /** What the tools returned. */
  results: readonly ReturnedResult[];
}

/** A tool's result in a request. */
export interface ReturnedResult {
  /** The tool; empty if it is not known. */
  name: string;
  /** Of its texts, in UTF-8. */
  bytes: number;
  /** The result itself if it failed. */
  failed: ToolResult | null;
}

interface Outcome extends Omit<ReturnedResult, 'name'> {
  id: string | null;
  name: string | null;
}

const NOTHING: RequestTools = { calls: [], results: [] };

/**
 * `added`: the messages that a request is the first of its session to send, in their order. Only the last answer among
 * them counts, and the results behind it. Others were sent before: many clients move a cache mark from message to
 * message, and then the same message is a new one again. OpenAI's response items have no such marks, and their calls do
 * not end the search, because parallel calls alternate with their results.
 *
 * `findCalls` may save parsing an answer: it returns the calls in its text if it knows all of them.
 */
export function toolsOfRequest(
  added: readonly Text[],
  findCalls?: (text: string) => readonly ToolCall[] | undefined,
): RequestTools {
  const calls: ToolCall[] = [];
  const results = new Map<string | object, Outcome>();
  let isAnswered = false;
  for (let i = added.length - 1; i >= 0; i--) {
    const message = readForTools(added[i] ?? '', findCalls);
    // An answer can be several messages.
    if (isAnswered && !message.isAnswer) break;
    isAnswered = message.isAnswer;
    calls.push(...message.calls);
    for (const outcome of message.results) {
      const key = outcome.id ?? outcome;
      if (outcome.failed || !results.get(key)?.failed) results.set(key, outcome);
    }
  }
  if (calls.length === 0 && results.size === 0) return NOTHING;
  const names = new Map(calls.map((call) => [call.id, call.name]));
  const nameOf = ({ id, name }: Outcome): string => (id === null ? undefined : names.get(id)) ?? name ?? '';
  const returned = Array.from(results.values(), (outcome) => ({
    name: nameOf(outcome),
    bytes: outcome.bytes,
    failed: outcome.failed,
  }));
  return { calls, results: returned };
}

/** What a message says of tools. A part of an answer has calls, and no results that count. */
interface ToolMessage {
  isAnswer: boolean;
  calls: readonly ToolCall[];
  results: readonly Outcome[];
}

const SILENT: ToolMessage = { isAnswer: false, calls: [], results: [] };
const ANSWER_ONLY: ToolMessage = { isAnswer: true, calls: [], results: [] };

function readForTools(
  json: Text,
  findCalls: ((text: string) => readonly ToolCall[] | undefined) | undefined,
): ToolMessage {
  const text = asciiOf(json);
  const plain = typeof json === 'string' ? undefined : plainMessage(text);
  if (plain) return plain;
  const isAnswerText = ANSWER.test(text);
  const tells = saysTools(text);
  const known = tells && isAnswerText ? findCalls?.(text) : undefined;
  if (known) return { ...ANSWER_ONLY, calls: known };
  if (!tells && !isAnswerText) return SILENT;
  const message = readMessage(charactersOf(json));
  const calls = callsOf(message);
  if (isAnswer(message)) return { ...ANSWER_ONLY, calls };
  const results = resultsOf(message).map((result) => ({
    id: result.id,
    name: result.name,
    bytes: resultBytes(result.parts),
    failed: failureOf(result) === null ? null : result,
  }));
  return { ...SILENT, calls, results };
}

/** The same, without decoding the text; undefined if it has to be read. */
function plainMessage(text: string): ToolMessage | undefined {
  const plain = readPlainMessage(text);
  if (!plain) return undefined;
  const { role, callId, content } = plain;
  const results: Outcome[] = [];
  if (!Array.isArray(content)) {
    if (role === 'assistant') return ANSWER_ONLY;
    if (role !== 'tool') return role === 'user' || role === 'system' ? SILENT : undefined;
    return addResult(results, text, callId, content) ? { ...SILENT, results } : undefined;
  }
  if (role !== 'user' && role !== 'system') return undefined;
  for (const block of content)
    if (block.type !== 'text' && !addResult(results, text, block.callId, block)) return undefined;
  return { ...SILENT, results };
}

function addResult(results: Outcome[], text: string, id: string | null, place: Span): boolean {
  const bytes = succeededBytes(text, place);
  if (bytes !== undefined) results.push({ id, name: null, bytes, failed: null });
  return bytes !== undefined;
}

function isAnswer({ role }: Message): boolean {
  return role === 'assistant' || role === 'model';
}

/** Whether JSON may contain messages with calls or results. */
export function mayTellOfTools(json: Text): boolean {
  return saysTools(asciiOf(json));
}

function saysTools(text: string): boolean {
  const isOfTools = isOneIn(MARKS, text) && (isOneIn(CALLS, text) || isOneIn(RESULTS, text));
  return isOfTools || hasEscapedNames(text);
}

/** Whether a name may be written in escapes, so that looking for it does not find it. */
export function hasEscapedNames(text: string): boolean {
  return text.includes(ESCAPE) && ESCAPED_ASCII.test(text);
}

/** In bytes, each is one character, which is enough to find ASCII. */
function asciiOf(json: Text): string {
  if (typeof json === 'string') return json;
  const bytes = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.length);
  return bytes.toString('latin1');
}

/** A loop, since it is called several times for each message. */
function isOneIn(names: readonly string[], text: string): boolean {
  for (const name of names) if (text.includes(name)) return true;
  return false;
}

const CALLS = ['tool_use"', '"tool_calls"', '_call"', '"functionCall"', '"toolUse"', 'xecutable'];
/** What a message from a tool must contain. */
const RESULTS = [
  '"tool"',
  'tool_result"',
  '"function"',
  '_call_output"',
  '"functionResponse"',
  '"toolResult"',
];
/** Each of CALLS and RESULTS has one of these in it. Their first characters are rare, so the search is fast. */
const MARKS = ['"tool', '"function', '_use"', '_result"', '_call"', '_call_output"', 'xecutable'];
const ANSWER = /"role"[ \t\r\n]*:[ \t\r\n]*"(?:assistant|model)"/;
/** Names and words may be written in escapes too. Go writes `<`, `>` and `&` so, and none of them is in a name. */
const ESCAPE = String.raw`\u00`;
const ESCAPED_ASCII = /\\u00(?:2[^6]|3[^CEce]|[4-7])/;
