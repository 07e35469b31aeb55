/**
 * The token counts of an ai_log as logged, before anything is made of them. A key that is null, absent or
 * nonsense is undefined, so that "is there" in the rules of usage.ts means: there with a count.
 */
export interface LoggedCounts {
  input: number | undefined;
  output: number | undefined;
  total: number | undefined;
  /** `cached_tokens`, at the top or in the input details. */
  cachedTokens: number | undefined;
  /** `cache_read_input_tokens` */
  cacheRead: number | undefined;
  /** `cache_creation_input_tokens` */
  cacheCreation: number | undefined;
  /** `cache_write_tokens` */
  cacheWrite: number | undefined;
  reasoning: number | undefined;
  /** Gemini's `cached_content_token_count` */
  cachedContent: number | undefined;
  /** Gemini's `tool_use_prompt_token_count` */
  toolUse: number | undefined;
  /** Gemini's `thoughts_token_count` */
  thoughts: number | undefined;
  /** The output holds images. */
  imageOutput: boolean;
  /** Something that should be a count was none. */
  bad: boolean;
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

/** Reads every count that the rules of usage.ts know. Never throws, whatever the log says. */
export function readCounts(aiLog: JsonObject): LoggedCounts {
  const inputDetails = readDetails(aiLog, 'input_token_details');
  const outputDetails = readDetails(aiLog, 'output_token_details');
  let bad = !inputDetails || !outputDetails;
  const count = (object: JsonObject | undefined, key: string): number | undefined => {
    const read = readCount(object, key);
    if (read !== 'nonsense') return read;
    bad = true;
    return undefined;
  };
  const counts = {
    input: count(aiLog, 'input_token'),
    output: count(aiLog, 'output_token'),
    total: count(aiLog, 'total_token'),
    cachedTokens: firstOf(count(aiLog, 'cached_tokens'), count(inputDetails, 'cached_tokens')),
    cacheRead: count(inputDetails, 'cache_read_input_tokens'),
    cacheCreation: count(inputDetails, 'cache_creation_input_tokens'),
    cacheWrite: count(inputDetails, 'cache_write_tokens'),
    reasoning: firstOf(
      count(aiLog, 'reasoning_tokens'),
      count(outputDetails, 'reasoning_tokens'),
      count(outputDetails, 'thinking_tokens'),
    ),
    cachedContent: count(inputDetails, 'cached_content_token_count'),
    toolUse: count(inputDetails, 'tool_use_prompt_token_count'),
    thoughts: count(outputDetails, 'thoughts_token_count'),
    imageOutput: hasImageTokens(outputDetails),
  };
  return { ...counts, bad };
}

/** All of them are read, so that nonsense in one that does not count is noticed too. */
function firstOf(...counts: (number | undefined)[]): number | undefined {
  return counts.find((count) => count !== undefined);
}

/** Undefined where nothing was logged: no own key, null, or the empty texts that Envoy and Go print for it. */
function readCount(object: JsonObject | undefined, key: string): number | 'nonsense' | undefined {
  if (!object || !Object.hasOwn(object, key)) return undefined;
  const value = object[key];
  if (isNothing(value)) return undefined;
  const count = typeof value === 'string' && NUMBER_TEXT.test(value.trim()) ? Number(value) : value;
  const plausible =
    typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT;
  // `+ 0` turns the -0 that JSON can hold into 0.
  return plausible ? count + 0 : 'nonsense';
}

/** Details are an object or the JSON of one; undefined where they are neither. */
function readDetails(aiLog: JsonObject, key: string): JsonObject | undefined {
  const logged = Object.hasOwn(aiLog, key) ? aiLog[key] : undefined;
  const details = typeof logged === 'string' && !isNothing(logged) ? parseJson(logged) : logged;
  if (isNothing(details)) return {};
  return isObject(details) ? details : undefined;
}

function hasImageTokens(details: JsonObject | undefined): boolean {
  return Object.keys(details ?? {}).some((key) => {
    const count = IMAGE_TOKENS.test(key) ? readCount(details, key) : undefined;
    return typeof count === 'number' && count > 0;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === '-';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
