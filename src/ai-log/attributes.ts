import type { Fields } from './default-fields.ts';
import { WHOLE_USAGES } from './usage/counts.ts';
import { objectMembers, parseJson, skipSpace } from '../platform/json-spans.ts';

/** The text attributes. Their JSON is kept as it is, never parsed and printed again. */
export const TEXTS = ['messages', 'system', 'question', 'answer', 'reasoning', 'tool_calls'] as const;
export type TextKey = (typeof TEXTS)[number];
const IS_TEXT: ReadonlySet<string> = new Set(TEXTS);

/** The attributes of an ai_log, completed from the fields of its line. `Text` is a string, or UTF-8 bytes. */
export interface Attributes<Text = string> {
  /** Valid JSON of all attributes except the texts. */
  values: Map<string, string>;
  /**
   * JSON of the texts, each on one line; null if absent or null. Valid, except that an array of messages may not be.
   */
  texts: Record<TextKey, Text | null>;
}

/** undefined if `aiLog` is not a JSON object. As in JSON.parse, the last occurrence of a key wins. */
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

/** All texts absent. */
export function noTexts<Text>(): Attributes<Text>['texts'] {
  return { messages: null, system: null, question: null, answer: null, reasoning: null, tool_calls: null };
}

export function isTextKey(key: string): key is TextKey {
  return IS_TEXT.has(key);
}

/**
 * Corrects a bug of the plugin: it logs streamed arguments of Claude as `"{}{\\"a\\":1}"`, because it starts with the
 * empty input of `content_block_start`. Inside a nested string every quote is escaped, so only a real key matches.
 */
export function mendText(key: TextKey, json: string): string {
  const line = onOneLine(json);
  return key === 'tool_calls' ? line.replaceAll(/("arguments"\s*:\s*")\{\}(?=\{)/g, '$1') : line;
}

/** A stored round is one line. In valid JSON, line breaks occur only between tokens. */
export function onOneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replaceAll(/[\n\r]/g, ' ') : json;
}

/** The attributes with token counts. */
export const USAGE = [
  'input_token',
  'output_token',
  'total_token',
  'reasoning_tokens',
  'cached_tokens',
  'input_token_details',
  'output_token_details',
] as const;

/** Attributes that ai-statistics can write next to ai_log, with `as_separate_log_field`. */
const SEPARATE: ReadonlySet<string> = new Set([
  ...TEXTS,
  'session_id',
  'consumer',
  'model',
  'api',
  'chat_id',
  ...USAGE,
  'response_type',
  'service_tier',
  ...WHOLE_USAGES,
  'llm_first_token_duration',
  'llm_service_duration',
]);
/** Whether a value, given as JSON, is what Envoy prints for an absent one. */
export function isNothing(json: string | undefined): json is undefined {
  return json === undefined || (json.length <= 4 && (json === '"-"' || json === '""' || json === 'null'));
}

/** Adds what ai_log lacks from the line's own fields, given as JSON. */
export function fillIn({ values, texts }: Attributes, fields: Fields): void {
  for (const [key, json] of fields) {
    if (!SEPARATE.has(key) || isNothing(json)) continue;
    if (isTextKey(key)) texts[key] ??= mendText(key, separateText(key, json));
    else if ((values.get(key) ?? 'null') === 'null') values.set(key, json);
  }
}

/** A separate field has an array as JSON in a string, but an answer or reasoning as its plain text. */
function separateText(key: TextKey, json: string): string {
  const value = key === 'answer' || key === 'reasoning' ? undefined : parseJson(json);
  const isJson = typeof value === 'string' && /^\s*[[{]/.test(value) && parseJson(value) !== undefined;
  return isJson ? value.trim().toWellFormed() : json;
}
