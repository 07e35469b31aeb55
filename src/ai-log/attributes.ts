import { WHOLE_USAGES } from './usage/counts.ts';
import { objectMembers, parseJson, skipSpace } from '../platform/json-spans.ts';

/** The text attributes: kept as their own JSON, never parsed and printed again. */
const TEXTS = ['messages', 'system', 'question', 'answer', 'reasoning', 'tool_calls'] as const;
export type TextKey = (typeof TEXTS)[number];
const IS_TEXT: ReadonlySet<string> = new Set(TEXTS);

/** What an ai_log says, and the fields of its line that say what it does not. `Text`: as characters, or as UTF-8. */
export interface Attributes<Text = string> {
  /** JSON of everything but the texts; valid. */
  values: Map<string, string>;
  /** JSON of the texts, one line each; null where absent or null. Valid, but for a list of messages. */
  texts: Record<TextKey, Text | null>;
}

/** Undefined if `aiLog` is no JSON object. The last occurrence of a key wins, as in JSON.parse. */
export function readAttributes(aiLog: string): Attributes | undefined {
  const object = objectMembers(aiLog, 0);
  if (!object || skipSpace(aiLog, object.end) !== aiLog.length) return undefined;
  const values = new Map<string, string>();
  const texts = noTexts<string>();
  for (const { key, from, to } of object.members) {
    const json = aiLog.slice(from, to);
    const isList = key === 'messages' && json[0] === '[';
    if (!isList && parseJson(json) === undefined) return undefined;
    if (isTextKey(key)) texts[key] = json === 'null' ? null : mendText(key, json);
    else values.set(key, json);
  }
  return { values, texts };
}

/** Texts of which there is none. */
export function noTexts<Text>(): Attributes<Text>['texts'] {
  return { messages: null, system: null, question: null, answer: null, reasoning: null, tool_calls: null };
}

export function isTextKey(key: string): key is TextKey {
  return IS_TEXT.has(key);
}

/**
 * Claude's streamed arguments come as `"{}{\\"a\\":1}"`: a bug of the plugin, which starts from the empty input
 * of `content_block_start`. Inside a nested string every quote is escaped, so the key matches only as a key.
 */
export function mendText(key: TextKey, json: string): string {
  const line = onOneLine(json);
  return key === 'tool_calls' ? line.replaceAll(/("arguments"\s*:\s*")\{\}(?=\{)/g, '$1') : line;
}

/** In valid JSON a line break stands only between tokens; a stored round is one line. */
function onOneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replaceAll(/[\n\r]/g, ' ') : json;
}

/** Attributes that ai-statistics can write beside ai_log, `as_separate_log_field`. */
const SEPARATE: ReadonlySet<string> = new Set([
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
  'service_tier',
  ...WHOLE_USAGES,
  'llm_first_token_duration',
  'llm_service_duration',
]);
/** What Envoy prints for an attribute that is not there. */
const NOTHING: ReadonlySet<string> = new Set(['null', '""', '"-"']);

/** Fields of the line itself, as JSON, fill in what ai_log lacks. */
export function fillIn({ values, texts }: Attributes, fields: ReadonlyMap<string, string>): void {
  for (const [key, json] of fields) {
    if (!SEPARATE.has(key) || NOTHING.has(json)) continue;
    if (isTextKey(key)) texts[key] ??= mendText(key, separateText(key, json));
    else if ((values.get(key) ?? 'null') === 'null') values.set(key, json);
  }
}

/** Lists stand there as JSON in a string; answers and reasoning as the text itself. */
function separateText(key: TextKey, json: string): string {
  const value = key === 'answer' || key === 'reasoning' ? undefined : parseJson(json);
  const isJson = typeof value === 'string' && /^\s*[[{]/.test(value) && parseJson(value) !== undefined;
  return isJson ? value.trim().toWellFormed() : json;
}
