/**
 * The token counts of an ai_log as logged, before anything is made of them. A key that is null, absent or
 * nonsense is left out, so that "is there" in the rules of usage.ts means: there with a count.
 */
export interface LoggedCounts {
  input?: number;
  output?: number;
  total?: number;
  /** `cached_tokens`, at the top or in the input details. */
  cachedTokens?: number;
  /** `cache_read_input_tokens` */
  cacheRead?: number;
  /** `cache_creation_input_tokens` */
  cacheCreation?: number;
  /** `cache_write_tokens` */
  cacheWrite?: number;
  reasoning?: number;
  /** Gemini's `cached_content_token_count` */
  cachedContent?: number;
  /** Gemini's `tool_use_prompt_token_count` */
  toolUse?: number;
  /** Gemini's `thoughts_token_count` */
  thoughts?: number;
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
  const counts: LoggedCounts = { imageOutput: false, bad: !inputDetails || !outputDetails };
  const take = (name: CountName, ...places: [object: JsonObject | undefined, key: string][]): void => {
    for (const [object, key] of places) {
      const count = readCount(object, key);
      if (count === 'nonsense') counts.bad = true;
      else if (count !== undefined) counts[name] ??= count;
    }
  };

  take('input', [aiLog, 'input_token']);
  take('output', [aiLog, 'output_token']);
  take('total', [aiLog, 'total_token']);
  take('cachedTokens', [aiLog, 'cached_tokens'], [inputDetails, 'cached_tokens']);
  take('cacheRead', [inputDetails, 'cache_read_input_tokens']);
  take('cacheCreation', [inputDetails, 'cache_creation_input_tokens']);
  take('cacheWrite', [inputDetails, 'cache_write_tokens']);
  take(
    'reasoning',
    [aiLog, 'reasoning_tokens'],
    [outputDetails, 'reasoning_tokens'],
    [outputDetails, 'thinking_tokens'],
  );
  take('cachedContent', [inputDetails, 'cached_content_token_count']);
  take('toolUse', [inputDetails, 'tool_use_prompt_token_count']);
  take('thoughts', [outputDetails, 'thoughts_token_count']);
  counts.imageOutput = hasImageTokens(outputDetails);
  return counts;
}

type CountName = Exclude<keyof LoggedCounts, 'imageOutput' | 'bad'>;

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
