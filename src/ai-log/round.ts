import { isAborted } from './usage/aborted.ts';
import { readAccessLine, type AccessLine, type LineFields } from './access-line.ts';
import { fillIn, readAttributes, type Attributes } from './attributes.ts';
import { addWriteTimes, mayHoldMark, type SentTexts } from './usage/cache-times.ts';
import { isRareCount } from './usage/counts.ts';
import { arrayElements, parseJson } from '../platform/json-spans.ts';
import { kindOf } from './usage/model-kinds.ts';
import { readServiceTier } from './usage/service-tier.ts';
import { readTime } from './time.ts';
import type { RoundUsage, UsageState } from '../model/token-usage.ts';
import { normaliseUsage } from './usage/usage.ts';

/** A text as characters, or as UTF-8 that was never decoded. */
export type Text = string | Uint8Array;

/**
 * One request as the log tells it, normalised. Texts are JSON as logged; null where there is none. A `Message` is such
 * a text, or a number where it is known to be one that the session stored: its ordinal in the session's memory. Messages
 * that are bytes are known to be valid JSON.
 */
export interface LoggedRound<T extends Text = string, Message extends T | number = T> {
  sessionId: string;
  /** Milliseconds since 1970 UTC; null where the line has no believable time. */
  time: number | null;
  /** What stands in the place of the time that cannot be read, cut; absent where there is a time, or nothing. */
  unreadTime?: string;
  model: string;
  consumer: string;
  api: string;
  chatId: string | null;
  requestId: string | null;
  responseType: string | null;
  responseCode: number | null;
  durationMs: number | null;
  firstTokenMs: number | null;
  usage: RoundUsage;
  usageState: UsageState;
  flags: string[];
  /** What the log said of the usage, where it said anything. */
  loggedUsage: Record<string, unknown>;
  /** The elements of `messages`; null where it is no list, or has too many. */
  messages: Message[] | null;
  /** `messages` where that is null: text that the gateway cut, mostly. */
  messagesText: T | null;
  system: T | null;
  question: T | null;
  answer: T | null;
  reasoning: T | null;
  toolCalls: T | null;
}

/** From either road. */
export type AnyRound = LoggedRound<Text, Text | number>;

export type LogLine = Exclude<AccessLine, { kind: 'ai' }> | { kind: 'round'; round: LoggedRound };

/** The session of requests without an id: they are strangers to each other. */
export const DEFAULT_SESSION = 'default';
const UNKNOWN_MODEL = 'unknown';

const USAGE = [
  'input_token',
  'output_token',
  'total_token',
  'reasoning_tokens',
  'cached_tokens',
  'input_token_details',
  'output_token_details',
] as const;
/** Names go into every index cell; a hostile one must not fill the index. */
const LONGEST_NAME = 256;
/** Longer ones are no token details; what is this short cannot be nested too deep to be printed. */
const LONGEST_DETAILS = 2048;

/** No model reads so many. A hostile request of more would take the memory of the machine, message by message. */
export const MOST_MESSAGES = 1 << 18;

/** Reads one log line; a line that cannot be read is a value, not an exception. */
export function readLogLine(text: string): LogLine {
  const line = readAccessLine(text);
  if (line.kind !== 'ai') return line;
  const attributes = readAttributes(line.aiLog);
  if (!attributes) return { kind: 'rejected', reason: 'ai_log is not valid JSON' };
  fillIn(attributes, line.fields);
  const list = readList(attributes.texts.messages);
  if (list === 'invalid') return { kind: 'rejected', reason: 'ai_log is not valid JSON' };
  const sent = list && {
    marked: () => list.filter(mayHoldMark),
    says: (json: string) => list.some((message) => message.includes(json)),
  };
  return { kind: 'round', round: toRound(attributes, list, line, sent) };
}

/** The elements of messages; null where they are no list, or too many to be told apart. */
function readList(messages: string | null): string[] | null | 'invalid' {
  if (messages === null) return null;
  const elements = arrayElements(messages, MOST_MESSAGES);
  if (!elements) return messages.startsWith('[') ? 'invalid' : null;
  if (elements.length <= MOST_MESSAGES) return elements;
  return parseJson(messages) === undefined ? 'invalid' : null;
}

/** What is asked of a request's messages, whether they were read or are known. */
export interface SentMessages {
  /** The JSON of those that may hold a mark for the cache; undefined where nothing in the line asks for an hour. */
  marked(): readonly string[] | undefined;
  /** Whether a string stands among them, given as its JSON. */
  says(json: string): boolean;
}

/** The type of a part of a message that is audio. */
const AUDIO = '"input_audio"';

/**
 * The round that a line's attributes and fields make. `messages`: the elements of the attribute; null if it is no list.
 * `sent`: what is asked of all of them, those that were not read included; null where that is null.
 */
export function toRound<T extends Text, Message extends T | number>(
  attributes: Attributes<T>,
  messages: Message[] | null,
  line: LineFields,
  sent: SentMessages | null,
): LoggedRound<T, Message> {
  const { values, texts } = attributes;
  const value = (key: string): unknown => parseField(values.get(key));
  const counts = {
    input_token: value('input_token'),
    output_token: value('output_token'),
    total_token: value('total_token'),
    reasoning_tokens: value('reasoning_tokens'),
    cached_tokens: value('cached_tokens'),
    input_token_details: value('input_token_details'),
    output_token_details: value('output_token_details'),
    model: value('model'),
    cache_status: value('cache_status'),
  };
  const aiLog: Record<string, unknown> = counts;
  for (const key of values.keys()) if (isRareCount(key)) aiLog[key] = value(key);
  const { usage, state, flags, asksWriteTime, asksAudio } = normaliseUsage(aiLog);
  const serviceTier = readServiceTier(value('service_tier'), aiLog);
  if (serviceTier !== null) usage.serviceTier = serviceTier;
  const field = (key: string): unknown => parseField(line.fields.get(key));
  const model = nameOf(counts.model) ?? UNKNOWN_MODEL;
  const responseType = nameOf(value('response_type'));
  const responseCode = countOf(field('response_code'));
  const isCutOff =
    state !== 'gateway-cache' && isAborted(field('response_flags'), responseCode, responseType);
  if (state === 'counted' && isCutOff) flags.push('aborted');
  if (state === 'no-usage' && (isCutOff || isAnswered(texts, responseCode))) flags.push('usage-unlogged');
  if (state === 'counted' && usage.reasoning === 0 && saysText(texts.reasoning) && kindOf(model).isQwen)
    flags.push('reasoning-uncounted');
  if (asksAudio && sent?.says(AUDIO)) flags.push('modality-unlogged');
  if (asksWriteTime) addWriteTimes(usage, sentTexts(attributes, sent), model, flags);
  const time = readTime(field('start_time')) ?? readTime(field('timestamp'));
  const unreadTime =
    time === null
      ? (unreadText(line.fields.get('start_time')) ?? unreadText(line.fields.get('timestamp')))
      : undefined;
  const round: LoggedRound<T, Message> = {
    sessionId: textOf(value('session_id')) ?? DEFAULT_SESSION,
    time,
    model,
    consumer: nameOf(value('consumer')) ?? '',
    api: nameOf(value('api')) ?? '',
    chatId: nameOf(value('chat_id')),
    requestId: nameOf(field('request_id')),
    responseType,
    responseCode,
    durationMs: countOf(value('llm_service_duration')) ?? countOf(field('duration')),
    firstTokenMs: countOf(value('llm_first_token_duration')),
    usage,
    usageState: state,
    flags: line.broken ? [...flags, 'broken-line'] : flags,
    loggedUsage: loggedUsage(values, counts),
    messages,
    messagesText: messages ? null : texts.messages,
    system: texts.system,
    question: texts.question,
    answer: texts.answer,
    reasoning: texts.reasoning,
    toolCalls: texts.tool_calls,
  };
  if (unreadTime !== undefined) round.unreadTime = unreadTime;
  return round;
}

/** Whether a model answered, who may bill it: by the answer, or else by the response's code. */
function isAnswered<T extends Text>(texts: Attributes<T>['texts'], responseCode: number | null): boolean {
  if (responseCode !== null && responseCode >= 400) return false;
  if (texts.answer !== null || texts.reasoning !== null || texts.tool_calls !== null) return true;
  return responseCode !== null && responseCode >= 200 && responseCode < 300;
}

/** Whether a text, given as JSON, says more than `""` and `"-"`. */
function saysText(text: Text | null): boolean {
  return text !== null && text.length > 3;
}

/** What was sent, as far as it may hold marks for the cache. */
function sentTexts<T extends Text>({ values, texts }: Attributes<T>, sent: SentMessages | null): SentTexts {
  const messages = sent ? sent.marked() : null;
  if (messages === undefined) return { messages: [], others: [], request: null };
  const others = [decode(texts.system), values.get('tools') ?? null].filter((text) => text !== null);
  return { messages, others, request: values.get('cache_control') ?? null };
}

/** The round with its texts as characters. */
export function decodeTexts(round: AnyRound): LoggedRound<string, string | number> {
  return {
    ...round,
    messages: round.messages?.map((one) => (typeof one === 'number' ? one : charactersOf(one))) ?? null,
    messagesText: decode(round.messagesText),
    system: decode(round.system),
    question: decode(round.question),
    answer: decode(round.answer),
    reasoning: decode(round.reasoning),
    toolCalls: decode(round.toolCalls),
  };
}

function decode(text: Text | null): string | null {
  return text === null ? null : charactersOf(text);
}

export function charactersOf(text: Text): string {
  return typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.length).toString();
}

function parseField(json: string | undefined): unknown {
  return json === undefined ? null : parseJson(json);
}

/** What the log said of the usage; of what can be no count and no details, the start of its JSON. */
function loggedUsage(
  jsons: ReadonlyMap<string, string>,
  values: Readonly<Record<(typeof USAGE)[number], unknown>>,
): Record<string, unknown> {
  const logged: Record<string, unknown> = {};
  for (const key of USAGE) {
    const json = jsons.get(key);
    if (json === undefined) continue;
    const isPlain = key.endsWith('_details') || !/^[[{]/.test(json);
    const value =
      isPlain && json.length <= LONGEST_DETAILS ? (values[key] ?? null) : json.slice(0, LONGEST_NAME);
    if (value !== null) logged[key] = value;
  }
  return logged;
}

/** A name in well-formed Unicode; null where there is none, and where Envoy says so with `-`. */
function nameOf(value: unknown): string | null {
  const name = textOf(value);
  if (name === null || name === '-') return null;
  return name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME).toWellFormed() : name;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : null;
}

const LONGEST_TIME = 64;

/** What stands where a time should, given as JSON; undefined where nothing does. */
function unreadText(json: string | undefined): string | undefined {
  if (json === undefined) return undefined;
  const value = parseJson(json);
  if (value === null || value === '' || value === '-') return undefined;
  return (typeof value === 'string' ? value : json).slice(0, LONGEST_TIME).toWellFormed();
}

/** A whole number from 0, given as a number or as digits; null where it is none. */
function countOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
