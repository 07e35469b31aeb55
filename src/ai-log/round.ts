import { readAccessLine, type AccessLine } from './access-line.ts';
import { arrayElements, objectMembers, parseJson, skipSpace } from './json-spans.ts';
import { readTime } from './time.ts';
import { normaliseUsage, type TokenUsage, type UsageState } from './usage.ts';

/** One request as the log tells it, normalised. Texts are JSON as logged; null where there is none. */
export interface LoggedRound {
  sessionId: string;
  /** Milliseconds since 1970 UTC; null where the line has no believable time. */
  time: number | null;
  model: string;
  consumer: string;
  api: string;
  chatId: string | null;
  requestId: string | null;
  responseType: string | null;
  responseCode: number | null;
  durationMs: number | null;
  firstTokenMs: number | null;
  usage: TokenUsage;
  usageState: UsageState;
  flags: string[];
  /** What the log said of the usage, where it said anything. */
  loggedUsage: Record<string, unknown>;
  /** The elements of `messages`; null where it is no list. */
  messages: string[] | null;
  /** `messages` where it is no list: text that the gateway cut. */
  messagesText: string | null;
  system: string | null;
  question: string | null;
  answer: string | null;
  reasoning: string | null;
  toolCalls: string | null;
}

export type LogLine =
  | Exclude<AccessLine, { kind: 'ai' }>
  | { kind: 'round'; round: LoggedRound };

export const DEFAULT_SESSION = 'default';
export const UNKNOWN_MODEL = 'unknown';

/** The text attributes: kept as their own JSON, never parsed and printed again. */
const TEXTS = ['messages', 'system', 'question', 'answer', 'reasoning', 'tool_calls'] as const;
type TextKey = (typeof TEXTS)[number];
const IS_TEXT: ReadonlySet<string> = new Set(TEXTS);
/** Attributes that ai-statistics can write beside ai_log, `as_separate_log_field`. */
const SEPARATE = [
  ...TEXTS,
  'session_id',
  'consumer',
  'model',
  'api',
  'chat_id',
  'input_token',
  'output_token',
  'total_token',
  'reasoning_tokens',
  'cached_tokens',
  'input_token_details',
  'output_token_details',
  'response_type',
  'llm_first_token_duration',
  'llm_service_duration',
] as const;
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

/** Reads one log line; a line that cannot be read is a value, not an exception. */
export function readLogLine(text: string): LogLine {
  const line = readAccessLine(text);
  if (line.kind !== 'ai') return line;
  const attributes = readAttributes(line.aiLog);
  if (!attributes) return { kind: 'rejected', reason: 'ai_log is not valid JSON' };
  fillIn(attributes, line.fields);
  const messages = attributes.texts.messages;
  const elements = messages === null ? null : (arrayElements(messages) ?? null);
  const { usage, state, flags } = normaliseUsage(Object.fromEntries(attributes.values));
  const value = (key: string): unknown => attributes.values.get(key);
  return {
    kind: 'round',
    round: {
      sessionId: nameOf(value('session_id'), Infinity) ?? DEFAULT_SESSION,
      time: readTime(line.fields.get('start_time')) ?? readTime(line.fields.get('timestamp')),
      model: nameOf(value('model')) ?? UNKNOWN_MODEL,
      consumer: nameOf(value('consumer')) ?? '',
      api: nameOf(value('api')) ?? '',
      chatId: nameOf(value('chat_id')),
      requestId: nameOf(line.fields.get('request_id')),
      responseType: nameOf(value('response_type')),
      responseCode: countOf(line.fields.get('response_code')),
      durationMs: countOf(value('llm_service_duration')) ?? countOf(line.fields.get('duration')),
      firstTokenMs: countOf(value('llm_first_token_duration')),
      usage,
      usageState: state,
      flags: line.broken ? [...flags, 'broken-line'] : flags,
      loggedUsage: Object.fromEntries(USAGE.filter((key) => value(key) != null).map((key) => [key, value(key)])),
      ...attributes.texts,
      messages: elements,
      messagesText: elements ? null : messages,
      toolCalls: attributes.texts.tool_calls,
    },
  };
}

interface Attributes {
  /** Parsed values of everything but the texts. */
  values: Map<string, unknown>;
  /** JSON texts; null where absent or null. */
  texts: Record<TextKey, string | null>;
}

/** The last occurrence of a key wins, as in JSON.parse. Texts other than `messages` are checked here. */
function readAttributes(aiLog: string): Attributes | undefined {
  const object = objectMembers(aiLog, 0);
  if (!object || skipSpace(aiLog, object.end) !== aiLog.length) return undefined;
  const values = new Map<string, unknown>();
  const texts: Attributes['texts'] = {
    messages: null,
    system: null,
    question: null,
    answer: null,
    reasoning: null,
    tool_calls: null,
  };
  for (const { key, from, to } of object.members) {
    const text = aiLog.slice(from, to);
    const isList = key === 'messages' && text[0] === '[';
    const value = isList ? text : parseJson(text);
    if (value === undefined) return undefined;
    if (isTextKey(key)) texts[key] = value === null ? null : mendText(key, text);
    else values.set(key, value);
  }
  return { values, texts };
}

function isTextKey(key: string): key is TextKey {
  return IS_TEXT.has(key);
}

/**
 * Claude's streamed arguments come as `"{}{\\"a\\":1}"`: a bug of the plugin, which starts from the empty input
 * of `content_block_start`. Inside a nested string every quote is escaped, so the key matches only as a key.
 */
function mendText(key: TextKey, json: string): string {
  const line = onOneLine(json);
  return key === 'tool_calls' ? line.replaceAll(/("arguments"\s*:\s*")\{\}(?=\{)/g, '$1') : line;
}

/** In valid JSON a line break stands only between tokens; a stored round is one line. */
function onOneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replaceAll(/[\n\r]/g, ' ') : json;
}

/** Fields of the line itself fill in what ai_log lacks. */
function fillIn({ values, texts }: Attributes, fields: Map<string, unknown>): void {
  for (const key of SEPARATE) {
    const value = fields.get(key);
    if (value == null || value === '' || value === '-') continue;
    if (!isTextKey(key)) {
      if (values.get(key) == null) values.set(key, value);
    } else if (texts[key] === null) {
      texts[key] = separateText(key, value);
    }
  }
}

/** Lists stand there as JSON in a string; answers and reasoning as the text itself. */
function separateText(key: TextKey, value: unknown): string {
  const isJson = typeof value === 'string' && key !== 'answer' && key !== 'reasoning' && /^\s*[[{]/.test(value);
  if (isJson && parseJson(value) !== undefined) return onOneLine(value.trim());
  return JSON.stringify(value);
}

/** A name in well-formed Unicode; null where there is none. */
function nameOf(value: unknown, longest = LONGEST_NAME): string | null {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') return null;
  const name = value.toWellFormed();
  return name.length > longest ? name.slice(0, longest).toWellFormed() : name;
}

/** A whole number from 0, given as a number or as digits; null where it is none. */
function countOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
