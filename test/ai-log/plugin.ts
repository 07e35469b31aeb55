type Json = Record<string, unknown>;

/**
 * What ai-statistics logs for a response's `usage` or `usageMetadata`: a port of GetTokenUsage of higress-group/wasm-go
 * (pkg/tokenusage). Details are maps of whole numbers, so nested objects in them become 0.
 */
export function pluginLog(model: string, usage: Json): Json {
  const isGemini = 'promptTokenCount' in usage;
  const input = first(usage, isGemini ? ['promptTokenCount'] : ['prompt_tokens', 'input_tokens']);
  const output = first(usage, isGemini ? ['candidatesTokenCount'] : ['completion_tokens', 'output_tokens']);
  const inputDetails = integers(usage['prompt_tokens_details'] ?? usage['input_tokens_details']);
  const outputDetails = integers(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  const creation = usage['cache_creation_input_tokens'];
  const read = usage['cache_read_input_tokens'];
  if (creation !== undefined) inputDetails['cache_creation_input_tokens'] = int(creation);
  if (read !== undefined) inputDetails['cache_read_input_tokens'] = int(read);
  const { cachedContentTokenCount, toolUsePromptTokenCount, thoughtsTokenCount } = usage;
  if (cachedContentTokenCount !== undefined)
    inputDetails['cached_content_token_count'] = int(cachedContentTokenCount);
  if (toolUsePromptTokenCount !== undefined)
    inputDetails['tool_use_prompt_token_count'] = int(toolUsePromptTokenCount);
  if (thoughtsTokenCount !== undefined) outputDetails['thoughts_token_count'] = int(thoughtsTokenCount);
  const total = usage['total_tokens'] ?? usage['totalTokenCount'];
  return {
    model,
    input_token: input,
    output_token: output,
    total_token: total === undefined ? input + output + int(creation) + int(read) : int(total),
    ...('cached_tokens' in inputDetails && { cached_tokens: inputDetails['cached_tokens'] }),
    ...('reasoning_tokens' in outputDetails && { reasoning_tokens: outputDetails['reasoning_tokens'] }),
    input_token_details: JSON.stringify(inputDetails),
    output_token_details: JSON.stringify(outputDetails),
    response_type: 'normal',
  };
}

function first(usage: Json, keys: string[]): number {
  return int(keys.map((key) => usage[key]).find((value) => value !== undefined));
}

function integers(details: unknown): Record<string, number> {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return {};
  return Object.fromEntries(Object.entries(details).map(([key, value]) => [key, int(value)]));
}

function int(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
