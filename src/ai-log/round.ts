import { isAborted } from './usage/aborted.ts';
import { readAccessLine, type AccessLine, type LineFields, type RoundField } from './access-line.ts';
import { fillIn, readAttributes, USAGE, type Attributes } from './attributes.ts';
import type { Fields } from './default-fields.ts';
import { addWriteTimes, mayHoldMark, type SentTexts } from './usage/cache-times.ts';
import { isRareCount } from './usage/counts.ts';
import { escapeLone } from './lone-surrogates.ts';
import { arrayElements, parseJson, parseString } from '../platform/json-spans.ts';
import { kindOf } from './usage/model-kinds.ts';
import { readServiceTier } from './usage/service-tier.ts';
import { readTime } from './time.ts';
import type { RoundUsage, UsageState } from '../model/token-usage.ts';
import { normaliseUsage } from './usage/usage.ts';

/** A text as a string, or as UTF-8 that has not been decoded. */
export type Text = string | Uint8Array;

/**
 * One request from the log, normalised. Texts are JSON as logged; null if there is none. A `Message` is such a text,
 * or, if the session has already stored that message, its ordinal in the session's memory. Messages as bytes are valid
 * JSON.
 */
export interface LoggedRound<T extends Text = string, Message extends T | number = T> {
  sessionId: string;
  /** Milliseconds since 1970 UTC; null if the line has no plausible time. */
  time: number | null;
  /** The start of a time that cannot be read; absent if there is a readable time, or nothing at all. */
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
  /** The usage attributes as logged, those that are present. */
  loggedUsage: Record<string, unknown>;
  /** JSON of the attributes of ai_log that are not texts, and of the fields beside it. */
  attributes: ReadonlyMap<string, string>;
  accessLog: Fields;
  /** The elements of `messages`; null if it is not an array, or has too many. */
  messages: Message[] | null;
  /** If `messages` is null: the attribute as text, usually because the gateway cut it off. */
  messagesText: T | null;
  system: T | null;
  question: T | null;
  answer: T | null;
  reasoning: T | null;
  toolCalls: T | null;
}

/** From either path: the fast one or the slow one. */
export type AnyRound = LoggedRound<Text, Text | number>;

export type LogLine = Exclude<AccessLine, { kind: 'ai' }> | { kind: 'round'; round: LoggedRound };

/** The session of all requests without a session id, which have nothing to do with each other. */
export const DEFAULT_SESSION = 'default';
export const UNKNOWN_MODEL = 'unknown';

/** Names go into every index cell; a hostile one must not fill the index. */
const LONGEST_NAME = 256;
/** In characters. Real token details are shorter, and nothing this short is nested too deeply to be printed. */
const LONGEST_DETAILS = 2048;

/** No model accepts more. A hostile request with more could exhaust the machine's memory. */
export const MOST_MESSAGES = 1 << 18;

/** Reads one log line. Never throws: a line that cannot be read is `rejected`. */
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

/** The elements of messages; null if they are not an array, or too many. */
function readList(messages: string | null): string[] | null | 'invalid' {
  if (messages === null) return null;
  const elements = arrayElements(messages, MOST_MESSAGES);
  if (!elements) return messages.startsWith('[') ? 'invalid' : null;
  if (elements.length <= MOST_MESSAGES) return elements;
  return parseJson(messages) === undefined ? 'invalid' : null;
}

/** Questions about a request's messages, including known ones that were not read. */
export interface SentMessages {
  /** The JSON of those that may have a cache mark; undefined if nothing in the line asks for one hour. */
  marked(): readonly string[] | undefined;
  /** Whether they contain a string, given as JSON. */
  says(json: string): boolean;
}

/** The type of an audio part of a message, as JSON. */
const AUDIO = '"input_audio"';

/**
 * Builds the round from a line's attributes and fields. `messages`: the elements of that attribute; null if it is not
 * an array. `sent`: answers questions about all of them, including those that were not read; null if `messages` is.
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
  const field = (key: RoundField): unknown => parseField(line.fields.get(key));
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
    sessionId: idOf(value('session_id')) ?? DEFAULT_SESSION,
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
    attributes: values,
    accessLog: line.fields,
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

/** Whether a model answered, so that its provider may bill the round: there is an answer, or a 2xx response code. */
function isAnswered<T extends Text>(texts: Attributes<T>['texts'], responseCode: number | null): boolean {
  if (responseCode !== null && responseCode >= 400) return false;
  if (texts.answer !== null || texts.reasoning !== null || texts.tool_calls !== null) return true;
  return responseCode !== null && responseCode >= 200 && responseCode < 300;
}

/** Whether a text, given as JSON, says more than `""` and `"-"`. */
function saysText(text: Text | null): boolean {
  return text !== null && text.length > 3;
}

/** The parts of the request that may have cache marks. */
function sentTexts<T extends Text>({ values, texts }: Attributes<T>, sent: SentMessages | null): SentTexts {
  const messages = sent ? sent.marked() : null;
  if (messages === undefined) return { messages: [], others: [], request: null };
  const others = [decode(texts.system), values.get('tools') ?? null].filter((text) => text !== null);
  return { messages, others, request: values.get('cache_control') ?? null };
}

/** The round with its texts decoded to strings. */
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

/** Most values are short texts, which need no parser. */
function parseField(json: string | undefined): unknown {
  if (json === undefined) return null;
  return json.startsWith('"') ? parseString(json) : parseJson(json);
}

/** The usage attributes as logged. For values that cannot be counts or details, only the start of their JSON. */
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

/** A name in well-formed Unicode; null if there is none, which Envoy prints as `-`. */
function nameOf(value: unknown): string | null {
  const name = textOf(value);
  if (name === null || name === '-') return null;
  return name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME).toWellFormed() : name;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : null;
}

/** Lone surrogates stay apart from U+FFFD, and from each other: as the text of their escape, `\ud800`. */
function idOf(value: unknown): string | null {
  return textOf(typeof value === 'string' ? escapeLone(value) : value);
}

const LONGEST_TIME = 64;

/** The start of a time that could not be read, given as JSON; undefined if there is nothing. */
function unreadText(json: string | undefined): string | undefined {
  if (json === undefined) return undefined;
  const value = parseJson(json);
  if (value === null || value === '' || value === '-') return undefined;
  return (typeof value === 'string' ? value : json).slice(0, LONGEST_TIME).toWellFormed();
}

/** A safe integer, 0 or greater, given as a number or as digits; null for anything else. */
function countOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
