import { base64Bytes, base64Start, type Media } from '../ai-log/media.ts';
import {
  callsOf,
  readCallList,
  readMessage,
  readParts,
  type Message,
  type Part,
  type ToolCall,
} from '../ai-log/message.ts';
import { exact, plural } from '../platform/count-text.ts';
import { arrayElements, parseJson } from '../platform/json-spans.ts';
import type { Row } from '../rows/row.ts';
import { OWN, sendable, type Attributes } from './attributes.ts';

/*
 * What was said, in the form of the conventions: gen_ai.system_instructions, gen_ai.input.messages, gen_ai.output.messages. As
 * JSON texts: most receivers know no structured attributes of spans.
 */

/** Characters of one text. What is longer is cut, and the text says so. */
const LONGEST_TEXT = 32_000;
/** Characters of the parts of a message, as JSON. Further parts are counted. */
const LONGEST_PARTS = 60_000;
/** Of longer lists of messages, the last are sent: a line of a file must stay below 1 MiB. */
const LONGEST_LIST = 100_000;
/** Arguments that are not embedded as JSON: a long number would lose digits, and no receiver takes half a surrogate pair. */
const NOT_EMBEDDED = /\d{16}|\\u(?:d[89a-f]|0000)/i;

interface SentMessage {
  role: string;
  parts: SentPart[];
  finish_reason?: string;
}

type SentPart = Readonly<Record<string, unknown>>;

/** Adds the texts of a round: the messages that the session did not have before, and the answer. */
export function addContent(attributes: Attributes, row: Row, isFailed: boolean): void {
  const system = sentParts(readParts(row.texts.get('system') ?? 'null'));
  if (system.length > 0) attributes.content('gen_ai.system_instructions', jsonOf(system));
  const added = newMessagesOf(row);
  const input = lastOf(added);
  if (input.length > 0) attributes.content('gen_ai.input.messages', `[${input.join(',')}]`);
  attributes.some(`${OWN}.messages_left_out`, added.length - input.length);
  const whole = (row.stored?.context ?? []).reduce((sum, [, , count]) => sum + count, 0);
  attributes.some(`${OWN}.earlier_messages`, Math.max(0, whole - added.length));
  const answer = answerParts(row);
  if (answer.length === 0) return;
  const hasCalls = answer.some(({ type }) => type === 'tool_call');
  // Why the model stopped is not in the log.
  const reason = hasCalls ? 'tool_call' : isFailed ? 'error' : 'unknown';
  const message: SentMessage = { role: 'assistant', parts: answer, finish_reason: reason };
  attributes.content('gen_ai.output.messages', jsonOf([message]));
}

/** As JSON texts. A request that was no list of messages, and a round without any, have their question only. */
function newMessagesOf({ texts }: Row): string[] {
  const added = texts.get('new_messages');
  if (added !== undefined) return arrayElements(added) ?? [];
  const whole = texts.get('messages') ?? texts.get('question') ?? 'null';
  return whole === 'null' ? [] : [`{"role":"user","content":${whole}}`];
}

function sentMessage({ role, parts, calls, answers }: Message): SentMessage {
  if (answers) return { role: 'tool', parts: [resultPart(answers.id, parts, answers.isError)] };
  return { role: ROLES[role] ?? role, parts: bounded([...parts.map(sentPart), ...calls.map(callPart)]) };
}

const ROLES: Readonly<Record<string, string>> = { __proto__: null as never, model: 'assistant' };

function answerParts({ texts }: Row): SentPart[] {
  const partsOf = (name: string): Part[] => readParts(texts.get(name) ?? 'null');
  const reasoning = partsOf('reasoning').map((part) =>
    part.kind === 'text' ? { ...part, kind: 'thinking' as const } : part,
  );
  const answer = partsOf('answer');
  const inAnswer = callsOf({ role: 'assistant', parts: answer, calls: [] });
  const calls = inAnswer.length > 0 ? [] : (readCallList(texts.get('tool_calls') ?? 'null') ?? []);
  return bounded([...[...reasoning, ...answer].map(sentPart), ...calls.map(callPart)]);
}

function sentParts(parts: readonly Part[]): SentPart[] {
  return bounded(parts.map(sentPart));
}

function sentPart(part: Part): SentPart {
  switch (part.kind) {
    case 'text':
    case 'refusal':
    case 'sources':
      return { type: part.kind, content: cut(part.text) };
    case 'thinking':
      return { type: 'reasoning', content: cut(part.text) };
    case 'call':
      return callPart(part.call);
    case 'result':
      return resultPart(part.result.id, part.result.parts, part.result.isError);
    case 'media':
      return mediaPart(part.media);
    case 'other':
      return { type: 'other', content: cut(part.json) };
  }
}

function callPart({ id, name, arguments: given }: ToolCall): SentPart {
  const isPlain = given.length <= LONGEST_TEXT && !NOT_EMBEDDED.test(given);
  const value = isPlain ? parseJson(given) : undefined;
  return { type: 'tool_call', id, name, arguments: value ?? cut(given) };
}

function resultPart(id: string | null, parts: readonly Part[], isError: boolean): SentPart {
  const sent = sentParts(parts);
  const [only] = sent;
  const response = sent.length === 1 && only?.['type'] === 'text' ? only['content'] : sent;
  return { type: 'tool_call_response', id, response, ...(isError && { is_error: true }) };
}

/** Where a file is; of one that is in the request, only how large it is. */
function mediaPart({ type, name, format, url, data }: Media): SentPart {
  const about = { modality: type, ...(name !== null && { name }), ...(format !== null && { format }) };
  if (data !== null) return { type: 'omitted', ...about, bytes: base64Bytes(data, base64Start(data)) };
  if (url === null) return { type: 'omitted', ...about };
  return /^[a-z][a-z0-9+.-]*:/i.test(url)
    ? { type: 'uri', ...about, uri: cut(url) }
    : { type: 'file', ...about, file_id: cut(url) };
}

function cut(text: string): string {
  const over = text.length - LONGEST_TEXT;
  return over > 0 ? `${text.slice(0, LONGEST_TEXT)}… [${exact(over)} more characters]` : text;
}

/** The first parts of a message, as many as have room; the last says how many have none. */
function bounded(parts: readonly SentPart[]): SentPart[] {
  let room = LONGEST_PARTS;
  const left = parts.findIndex((part) => (room -= jsonOf(part).length) < 0);
  if (left < 0) return [...parts];
  return [
    ...parts.slice(0, left),
    { type: 'text', content: `[${plural(parts.length - left, 'more part')} left out]` },
  ];
}

/** The last messages, as many as have room, as JSON. */
function lastOf(messages: readonly string[]): string[] {
  const last: string[] = [];
  let room = LONGEST_LIST;
  for (const message of messages.toReversed()) {
    const json = jsonOf(sentMessage(readMessage(message)));
    if ((room -= json.length) < 0) break;
    last.unshift(json);
  }
  return last;
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, text: unknown) => (typeof text === 'string' ? sendable(text) : text));
}
