/** The provider of a model if none is known. */
const UNKNOWN_PROVIDER = 'unknown';

/** Company names by the ids of the price library and the prefixes of gateways (`openai/gpt-4o`). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['ai21', 'AI21 Labs'],
  ['alibaba', 'Alibaba Cloud'],
  ['anthropic', 'Anthropic'],
  ['aws', 'Amazon Web Services'],
  ['azure', 'Microsoft Azure'],
  ['baidu', 'Baidu AI Cloud'],
  ['bedrock', 'Amazon Web Services'],
  ['cerebras', 'Cerebras'],
  ['cohere', 'Cohere'],
  ['dashscope', 'Alibaba Cloud'],
  ['deepseek', 'DeepSeek'],
  ['doubao', 'Volcano Engine'],
  ['fireworks', 'Fireworks AI'],
  ['gemini', 'Google'],
  ['google', 'Google'],
  ['groq', 'Groq'],
  ['hunyuan', 'Tencent Cloud'],
  ['minimax', 'MiniMax'],
  ['mistral', 'Mistral AI'],
  ['moonshot', 'Moonshot AI'],
  ['moonshotai', 'Moonshot AI'],
  ['openai', 'OpenAI'],
  ['openrouter', 'OpenRouter'],
  ['perplexity', 'Perplexity'],
  ['qwen', 'Alibaba Cloud'],
  ['tencent', 'Tencent Cloud'],
  ['together', 'Together AI'],
  ['vertex_ai', 'Google'],
  ['volcengine', 'Volcano Engine'],
  ['voyageai', 'Voyage AI'],
  ['x-ai', 'xAI'],
  ['xai', 'xAI'],
  ['zai', 'Zhipu AI'],
  ['zhipuai', 'Zhipu AI'],
]);

/** How the names of a company's own models begin, except for those that others serve too (Llama, Gemma …). */
const FAMILIES: readonly (readonly [begins: RegExp, provider: string])[] = [
  [/^(?:gpt-|chatgpt|o[134](?:-|$)|codex-|dall-e|whisper-1|tts-1|text-embedding-(?:3|ada))/, 'OpenAI'],
  [/^claude/, 'Anthropic'],
  [/^gemini/, 'Google'],
  [/^(?:[a-z]{2,6}(?:-gov)?\.)?(?:ai21|amazon|anthropic|cohere|meta|mistral)\./, 'Amazon Web Services'],
  [/^deepseek(?!.*distill)/, 'DeepSeek'],
  [/^(?:qwen|qwq|qvq|text-embedding-v\d|gte-rerank|wan\d)/, 'Alibaba Cloud'],
  [/^(?:glm-|cogview|cogvideox|embedding-3$)/, 'Zhipu AI'],
  [/^doubao/, 'Volcano Engine'],
  [/^ernie/, 'Baidu AI Cloud'],
  [/^hunyuan/, 'Tencent Cloud'],
  [/^(?:kimi|moonshot)/, 'Moonshot AI'],
  [/^(?:minimax|abab\d)/, 'MiniMax'],
  [/^(?:mistral|codestral|ministral|pixtral|magistral|devstral)/, 'Mistral AI'],
  [/^grok-/, 'xAI'],
  [/^(?:command-|embed-(?:english|multilingual)|rerank-(?:english|multilingual|v\d))/, 'Cohere'],
];

/**
 * Who charges for a model, which a log does not say: the owner of the price list that its price is from, or else of the
 * prefix of its name, or else of its family of models, or else `unknown`.
 */
export function providerOf(model: string, priceSource: string | undefined): string {
  const listed = /\bgenai-prices \S+ ([a-z0-9_-]+):/.exec(priceSource ?? '')?.[1];
  if (listed !== undefined) return NAMES.get(listed) ?? listed;
  const name = model.trim().toLowerCase();
  const slash = name.indexOf('/');
  const prefix = slash > 0 ? NAMES.get(name.slice(0, slash)) : undefined;
  if (prefix !== undefined) return prefix;
  const last = name.slice(name.lastIndexOf('/') + 1);
  return FAMILIES.find(([begins]) => begins.test(last))?.[1] ?? UNKNOWN_PROVIDER;
}
