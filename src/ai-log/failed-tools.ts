import { callsOf, readMessage, type Message, type ToolResult } from './message.ts';
import { charactersOf, type Text } from './round.ts';
import { failureOf, resultsOf } from './tool-outcome.ts';

const NONE: readonly string[] = [];
/** For a failed result of which no tool is known. */
export const UNKNOWN_TOOL = '';

/**
 * The tools whose results failed, one name for each result. `added`: the messages that a request is the first of its
 * session to send, in their order.
 *
 * Only results behind the model's last answer count. Others were sent before: many clients move a cache mark from
 * message to message, and then the same result is a new message again. OpenAI's response items have no such marks, and
 * their calls are no answers here, because parallel calls alternate with their results.
 */
export function failedTools(added: readonly Text[]): readonly string[] {
  if (!added.some(mayBringFailure)) return NONE;
  const failed = new Map<string | ToolResult, ToolResult>();
  const names = new Map<string, string>();
  let isAnswered = false;
  for (const json of added.toReversed()) {
    const message = readMessage(charactersOf(json));
    const isOfAnswer = isAnswer(message);
    // The calls of an answer can be in several messages.
    if (isAnswered && !isOfAnswer) break;
    isAnswered = isOfAnswer;
    for (const { id, name } of callsOf(message)) if (id !== null) names.set(id, name);
    if (isOfAnswer) continue;
    for (const result of resultsOf(message))
      if (failureOf(result) !== null) failed.set(result.id ?? result, result);
  }
  return Array.from(failed.values(), ({ id, name }) => names.get(id ?? '') ?? name ?? UNKNOWN_TOOL);
}

function isAnswer({ role }: Message): boolean {
  return role === 'assistant' || role === 'model';
}

/**
 * Whether JSON may contain a message with a failed result: if not, it need not be parsed. In bytes, each is one
 * character, which is enough to find ASCII.
 */
export function mayBringFailure(json: Text): boolean {
  const text =
    typeof json === 'string'
      ? json
      : Buffer.from(json.buffer, json.byteOffset, json.length).toString('latin1');
  return ESCAPED_ASCII.test(text) || (FAILURES.some((one) => one.test(text)) && RESULT.test(text));
}

/** Names and words may be written in escapes too. */
const ESCAPED_ASCII = /\\u00[2-7]/;
/** What a message from a tool must contain. */
const RESULT = /tool_result|"tool"|"function"|function_call_output|functionResponse/;

/** White space in JSON, and in a string of JSON. */
const SPACE = String.raw`(?:[ \t\r\n]|\\+[nrt])*`;
/** Between words and a number: anything that is no letter and no digit. */
const GAP = String.raw`(?:\\u[\da-f]{4}|\\+[a-z]|[^\da-z"\\])*`;

/** What failureOf looks for. Each begins with a word, not with a choice: only then is the search fast. */
const FAILURES = [
  new RegExp(String.raw`is_error"${SPACE}:${SPACE}t`),
  /tool_use_error>/,
  // A key that many tools have in every result.
  new RegExp(String.raw`"error\\?"${SPACE}:${SPACE}(?!null|false|[ \t\r\n]|\\+[nrt])`),
  new RegExp(String.raw`exit(?:_c|C)ode\\?"${SPACE}:${SPACE}-?(?:[1-9]|0\.)`),
  // `exit code 1`. A part of the result can end before the number.
  new RegExp(String.raw` code:?${GAP}(?:0*[1-9]|")`, 'i'),
];
