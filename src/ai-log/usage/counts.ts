import { parseJson } from '../../platform/json-spans.ts';
import {
  ATTRIBUTES,
  INPUT_DETAILS,
  OUTPUT_DETAILS,
  USAGE_OBJECT,
  type CountName,
  type CountTable,
} from './count-names.ts';

/**
 * The token counts of an ai_log as logged, before anything is made of them. A key that is null, absent or
 * nonsense is undefined, so that "is there" in the rules of usage.ts means: there with a count.
 */
export type LoggedCounts = Partial<Record<CountName, number>> & {
  /** The whole usage object of the response stands in the log: what it doesn't name, the provider didn't send. */
  isWhole: boolean;
  /** Something that should be a count was none. */
  bad: boolean;
};

/** Whether an attribute of the log is, or holds, a count that is rarely there. */
export function isRareCount(key: string): boolean {
  return ATTRIBUTES.keys.has(key) || (WHOLE_USAGES as readonly string[]).includes(key);
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * No request has a billion tokens. What says so is nonsense, and a lie this large would drown every sum;
 * it also keeps the sum of millions of rounds a safe integer.
 */
const LARGEST_COUNT = 1_000_000_000;

/** As Go prints a number, `1.5e+06` included; bounded, so that it stays cheap. */
const NUMBER_TEXT = /^\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/i;

const IMAGE_TOKENS = /image.*token|token.*image/i;

/** A list of counts by modality or lifetime has a handful of entries. */
const LONGEST_LIST = 16;

/**
 * Reads every count that the rules of usage.ts know: of the log itself, else of the details, else of a whole usage
 * object. Of two names for one count in the same object, the larger holds. Never throws, whatever the log says.
 */
export function readCounts(aiLog: JsonObject): LoggedCounts {
  const counts: LoggedCounts = { isWhole: false, bad: false };
  readDetails(counts, aiLog, 'input_token_details', INPUT_DETAILS);
  readDetails(counts, aiLog, 'output_token_details', OUTPUT_DETAILS);
  readObject(counts, aiLog, ATTRIBUTES);
  readOver(counts, 'cachedTokens', aiLog, 'cached_tokens');
  readOver(counts, 'reasoning', aiLog, 'reasoning_tokens');
  readOver(counts, 'input', aiLog, 'input_token');
  readOver(counts, 'output', aiLog, 'output_token');
  readOver(counts, 'total', aiLog, 'total_token');
  readWhole(counts, aiLog);
  return counts;
}

/** What stands in the log itself goes before the details. */
function readOver(counts: LoggedCounts, name: CountName, aiLog: JsonObject, key: string): void {
  const count = Object.hasOwn(aiLog, key) ? readCount(aiLog[key]) : undefined;
  if (count === 'nonsense') counts.bad = true;
  else if (count !== undefined) counts[name] = count;
}

function readDetails(counts: LoggedCounts, aiLog: JsonObject, key: string, table: CountTable): void {
  const value = valueOf(aiLog, key);
  if (isNothing(value)) return;
  if (isObject(value)) readObject(counts, value, table);
  else if (!Array.isArray(value) || !readList(counts, value, table)) counts.bad = true;
}

/**
 * Attributes in which an operator has a response's whole usage copied into the log. Streams have it in more than one
 * place: Anthropic's in `message.usage` and `usage`, that of OpenAI's Responses in `response.usage`.
 */
export const WHOLE_USAGES = ['usage', 'message_usage', 'response_usage', 'usage_metadata'] as const;

function readWhole(counts: LoggedCounts, aiLog: JsonObject): void {
  for (const key of WHOLE_USAGES) {
    if (aiLog[key] === undefined || aiLog[key] === null) continue;
    const value = valueOf(aiLog, key);
    if (!isObject(value)) continue;
    const whole: LoggedCounts = { isWhole: true, bad: false };
    readObject(whole, value, USAGE_OBJECT);
    const { bad } = counts;
    // Of a response that it can't read, the plugin logs zeros.
    if (!counts.input && !counts.output) {
      for (const total of ['input', 'output', 'total'] as const) if (!counts[total]) delete counts[total];
    }
    Object.assign(counts, { ...whole, ...counts, isWhole: true, bad: bad || whole.bad });
  }
}

function readObject(counts: LoggedCounts, object: JsonObject, table: CountTable): void {
  for (const key of Object.keys(object)) {
    const named = table.keys.get(key) ?? (table.other && IMAGE_TOKENS.test(key) ? table.other : undefined);
    if (named === undefined) continue;
    const value = object[key];
    if (typeof named === 'string') addCount(counts, named, value);
    else if (isObject(value)) readObject(counts, value, named);
    // The plugin makes a 0 of an object in the details: that is no count.
    else if (Array.isArray(value)) readList(counts, value, named);
  }
}

/** False where it is no list of that kind. */
function readList(counts: LoggedCounts, list: readonly unknown[], { list: names }: CountTable): boolean {
  if (!names || list.length > LONGEST_LIST) return false;
  for (const entry of list) {
    if (!isObject(entry)) return false;
    const kind = entry['modality'] ?? entry['ttl'];
    if (typeof kind !== 'string') return false;
    const name = [kind, kind.toUpperCase()].find((one) => Object.hasOwn(names, one));
    if (name && names[name])
      addCount(counts, names[name], entry['tokenCount'] ?? entry['token_count'] ?? entry['inputTokens']);
  }
  return true;
}

function addCount(counts: LoggedCounts, name: CountName, value: unknown): void {
  const count = readCount(value);
  if (count === 'nonsense') counts.bad = true;
  else if (count !== undefined) counts[name] = Math.max(counts[name] ?? 0, count);
}

/** Undefined where nothing was logged: null, or the empty texts that Envoy and Go print for it. */
function readCount(value: unknown): number | 'nonsense' | undefined {
  if (isNothing(value)) return undefined;
  const count = typeof value === 'string' && NUMBER_TEXT.test(value.trim()) ? Number(value) : value;
  const plausible =
    typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT;
  // `+ 0` turns the -0 that JSON can hold into 0.
  return plausible ? count + 0 : 'nonsense';
}

/** Objects and lists come as themselves or as their JSON. */
function valueOf(aiLog: JsonObject, key: string): unknown {
  const logged = Object.hasOwn(aiLog, key) ? aiLog[key] : undefined;
  const parsed = typeof logged === 'string' && !isNothing(logged) ? parseJson(logged) : undefined;
  return parsed === undefined ? logged : parsed;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === '-';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
