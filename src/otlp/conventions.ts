/*
 * OpenTelemetry's semantic conventions for generative AI, in the last version that has a schema of its own. From 1.42 on they
 * are developed elsewhere, without versions so far: docs/opentelemetry.md.
 */
const CONVENTIONS = '1.41.1';
export const SCHEMA_URL = `https://opentelemetry.io/schemas/${CONVENTIONS}`;

export const KIND = { internal: 1, client: 3 } as const;
export const STATUS_ERROR = 2;

/** The names that the conventions have for providers. Others are written in the same way. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['Amazon Web Services', 'aws.bedrock'],
  ['Anthropic', 'anthropic'],
  ['Cohere', 'cohere'],
  ['DeepSeek', 'deepseek'],
  ['Google', 'gcp.gen_ai'],
  ['Groq', 'groq'],
  ['Microsoft Azure', 'azure.ai.openai'],
  ['Mistral AI', 'mistral_ai'],
  ['OpenAI', 'openai'],
  ['Perplexity', 'perplexity'],
  ['xAI', 'x_ai'],
]);

/** `gen_ai.provider.name` of a company. */
export function providerName(company: string): string {
  return PROVIDERS.get(company) ?? company.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
}

/** `gen_ai.operation.name` of a request by its path: most are chats. */
export function operationOf(path: string): string {
  const plain = path.replace(/[?#].*$/s, '');
  if (/\/embeddings$|:(?:batchE|e)mbedContents?$/.test(plain)) return 'embeddings';
  if (/:(?:stream)?[gG]enerateContent$/.test(plain)) return 'generate_content';
  return /(?<!\/chat)\/completions$/.test(plain) ? 'text_completion' : 'chat';
}
