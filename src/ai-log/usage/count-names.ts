/** What a key of a usage object can count. */
export type CountName =
  | 'input'
  | 'output'
  | 'total'
  | 'cachedTokens'
  | 'cacheRead'
  | 'cacheCreation'
  | 'cacheWrite'
  | 'write5m'
  | 'write1h'
  | 'reasoning'
  | 'thinking'
  | 'cachedContent'
  | 'toolUse'
  | 'thoughts'
  | 'citations'
  | 'inputAudio'
  | 'inputImage'
  | 'inputText'
  | 'cachedText'
  | 'cachedAudio'
  | 'cachedImage'
  | 'outputAudio'
  | 'outputImage'
  | 'outputText'
  | 'audioSeconds'
  | 'searches'
  | 'searchQueries';

/** The keys of an object. Each is a count, or has an object or array with more of them. */
export interface CountTable {
  keys: ReadonlyMap<string, CountName | CountTable>;
  /** For an array of `{ modality, tokenCount }`, as Gemini sends, or of `{ ttl, inputTokens }`, as Bedrock sends. */
  list?: Readonly<Record<string, CountName>> | undefined;
  /** What any other key with `image` and `token` in its name counts. */
  other?: CountName;
}

/** Names are given in snake case. Gemini and Bedrock use the same names in camel case, so those are added. */
function table(
  names: Readonly<Record<string, CountName | CountTable>>,
  more: Omit<CountTable, 'keys'> = {},
): CountTable {
  const keys = new Map<string, CountName | CountTable>();
  for (const [name, counts] of Object.entries(names)) {
    keys.set(name, counts);
    keys.set(
      name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      counts,
    );
  }
  return { keys, ...more };
}

const WRITES = table(
  {
    ephemeral_5m_input_tokens: 'write5m',
    ephemeral_1h_input_tokens: 'write1h',
    ephemeral_5m_tokens: 'write5m',
    ephemeral_1h_tokens: 'write1h',
  },
  { list: { '5m': 'write5m', '1h': 'write1h' } },
);

const CACHED_PARTS = table(
  { text_tokens: 'cachedText', audio_tokens: 'cachedAudio', image_tokens: 'cachedImage' },
  { list: { TEXT: 'cachedText', AUDIO: 'cachedAudio', IMAGE: 'cachedImage' } },
);

/** Cache counts under the names of all providers and gateways. They are in the input's details, or in usage itself. */
const CACHES = {
  // OpenAI and APIs like it; Moonshot and StepFun in usage itself.
  cached_tokens: 'cachedTokens',
  // DeepSeek, and one-api for it.
  prompt_cache_hit_tokens: 'cachedTokens',
  // Mistral.
  num_cached_tokens: 'cachedTokens',
  // Anthropic; Bedrock in camel case.
  cache_read_input_tokens: 'cacheRead',
  cache_creation_input_tokens: 'cacheCreation',
  cache_write_input_tokens: 'cacheCreation',
  // OpenRouter, LiteLLM, new-api.
  cache_write_tokens: 'cacheWrite',
  cache_creation_tokens: 'cacheWrite',
  cached_creation_tokens: 'cacheWrite',
  // Anthropic and DashScope, LiteLLM, Bedrock.
  cache_creation: WRITES,
  cache_creation_token_details: WRITES,
  cache_creation_tokens_details: WRITES,
  cache_details: WRITES,
  ephemeral_5m_input_tokens: 'write5m',
  ephemeral_1h_input_tokens: 'write1h',
  cache_creation_5m_tokens: 'write5m',
  cache_creation_1h_tokens: 'write1h',
  cache_creation_5m_input_tokens: 'write5m',
  cache_creation_1h_input_tokens: 'write1h',
  claude_cache_creation_5_m_tokens: 'write5m',
  claude_cache_creation_1_h_tokens: 'write1h',
  // Gemini.
  cached_content_token_count: 'cachedContent',
  tool_use_prompt_token_count: 'toolUse',
  cached_tokens_details: CACHED_PARTS,
  cache_tokens_details: CACHED_PARTS,
  cached_audio_tokens: 'cachedAudio',
  cached_image_tokens: 'cachedImage',
} as const satisfies Record<string, CountName | CountTable>;

const SEARCHES = {
  // Anthropic; LiteLLM in the input's details.
  web_search_requests: 'searches',
  // xAI.
  num_sources_used: 'searches',
  web_search_calls: 'searches',
  // Cohere.
  search_units: 'searches',
  // Perplexity.
  num_search_queries: 'searchQueries',
} as const satisfies Record<string, CountName>;

const INPUT_PARTS = table({}, { list: { TEXT: 'inputText', AUDIO: 'inputAudio', IMAGE: 'inputImage' } });
const OUTPUT_PARTS = table({}, { list: { TEXT: 'outputText', AUDIO: 'outputAudio', IMAGE: 'outputImage' } });

/** `input_token_details`: the plugin copies `prompt_tokens_details` or its equivalent, and adds cache counts. */
export const INPUT_DETAILS = table(
  {
    ...CACHES,
    ...SEARCHES,
    text_tokens: 'inputText',
    audio_tokens: 'inputAudio',
    input_audio_tokens: 'inputAudio',
    image_tokens: 'inputImage',
    input_image_tokens: 'inputImage',
    citation_tokens: 'citations',
    prompt_audio_seconds: 'audioSeconds',
    prompt_tokens_details: INPUT_PARTS,
  },
  { list: INPUT_PARTS.list },
);

/** `output_token_details`: the same for `completion_tokens_details`. */
export const OUTPUT_DETAILS = table(
  {
    reasoning_tokens: 'reasoning',
    thinking_tokens: 'thinking',
    thoughts_token_count: 'thoughts',
    text_tokens: 'outputText',
    audio_tokens: 'outputAudio',
    output_audio_tokens: 'outputAudio',
    image_tokens: 'outputImage',
    candidates_tokens_details: OUTPUT_PARTS,
  },
  { list: OUTPUT_PARTS.list, other: 'outputImage' },
);

const TOTALS = {
  input_tokens: 'input',
  output_tokens: 'output',
} as const satisfies Record<string, CountName>;

const SERVER_TOOLS = table(SEARCHES);

const { cached_tokens: _, ...OTHER_CACHES } = CACHES;
/** Attributes that an operator has configured for single counts, under the provider's names. */
export const ATTRIBUTES = table({ ...OTHER_CACHES, ...SEARCHES, server_tool_use: SERVER_TOOLS });

/** A response's whole `usage` or `usageMetadata`, which an operator may have copied into the log as an attribute. */
export const USAGE_OBJECT = table({
  ...CACHES,
  ...SEARCHES,
  ...TOTALS,
  prompt_tokens: 'input',
  prompt_token_count: 'input',
  completion_tokens: 'output',
  candidates_token_count: 'output',
  total_tokens: 'total',
  total_token_count: 'total',
  reasoning_tokens: 'reasoning',
  thoughts_token_count: 'thoughts',
  citation_tokens: 'citations',
  prompt_audio_seconds: 'audioSeconds',
  prompt_tokens_details: INPUT_DETAILS,
  input_tokens_details: INPUT_DETAILS,
  input_token_details: INPUT_DETAILS,
  completion_tokens_details: OUTPUT_DETAILS,
  output_tokens_details: OUTPUT_DETAILS,
  output_token_details: OUTPUT_DETAILS,
  candidates_tokens_details: OUTPUT_DETAILS,
  server_tool_use: SERVER_TOOLS,
  server_side_tool_usage_details: table({ web_search_calls: 'searches' }),
  // Cohere.
  tokens: table(TOTALS),
  billed_units: table({ search_units: 'searches' }),
  // DashScope.
  plugins: table({ search: table({ count: 'searches' }) }),
});
