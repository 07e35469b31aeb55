import { callsOf, readMessage, type Message, type ToolCall, type ToolResult } from './message.ts';
import { charactersOf, type Text } from './round.ts';
import { failureOf, resultBytes, resultsOf } from './tool-outcome.ts';

/** What a request says of the model's last answer. */
export interface RequestTools {
  /** The calls of that answer. */
  calls: readonly ToolCall[];
  /** What the tools returned. */
  results: readonly ReturnedResult[];
}

/** A tool's result in a request. */
export interface ReturnedResult extends Outcome {
  /** The tool; empty if it is not known. */
  name: string;
  /** Of its texts, in UTF-8. */
  bytes: number;
}

interface Outcome {
  result: ToolResult;
  isFailed: boolean;
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
  const texts = added.map(asciiOf);
  const tells = texts.map(saysTools);
  if (!tells.includes(true)) return NOTHING;
  const calls: ToolCall[] = [];
  const results = new Map<string | ToolResult, Outcome>();
  let isAnswered = false;
  for (let i = added.length - 1; i >= 0; i--) {
    const json = added[i] ?? '';
    const text = texts[i] ?? '';
    const isAnswerText = ANSWER.test(text);
    const known = tells[i] && isAnswerText ? findCalls?.(text) : undefined;
    if (known) {
      calls.push(...known);
      isAnswered = true;
      continue;
    }
    const message = tells[i] || isAnswerText ? readMessage(charactersOf(json)) : undefined;
    const isOfAnswer = message !== undefined && isAnswer(message);
    // An answer can be several messages.
    if (isAnswered && !isOfAnswer) break;
    isAnswered = isOfAnswer;
    if (!message) continue;
    calls.push(...callsOf(message));
    if (isOfAnswer) continue;
    for (const result of resultsOf(message)) {
      const key = result.id ?? result;
      const isFailed = failureOf(result) !== null;
      if (isFailed || !results.get(key)?.isFailed) results.set(key, { result, isFailed });
    }
  }
  const names = new Map(calls.map((call) => [call.id, call.name]));
  const nameOf = ({ id, name }: ToolResult): string =>
    (id === null ? undefined : names.get(id)) ?? name ?? '';
  const returned = Array.from(results.values(), ({ result, isFailed }) => ({
    name: nameOf(result),
    bytes: resultBytes(result.parts),
    isFailed,
    result,
  }));
  return { calls, results: returned };
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

const CALLS = ['tool_use"', '"tool_calls"', '"function_call"', '"functionCall"'];
/** What a message from a tool must contain. */
const RESULTS = ['"tool"', 'tool_result"', '"function"', '"function_call_output"', '"functionResponse"'];
/** Each of CALLS and RESULTS has one of these in it. Their first characters are rare, so the search is fast. */
const MARKS = ['"tool', '"function', '_use"', '_result"'];
const ANSWER = /"role"[ \t\r\n]*:[ \t\r\n]*"(?:assistant|model)"/;
/** Names and words may be written in escapes too. Go writes `<`, `>` and `&` so, and none of them is in a name. */
const ESCAPE = String.raw`\u00`;
const ESCAPED_ASCII = /\\u00(?:2[^6]|3[^CEce]|[4-7])/;
