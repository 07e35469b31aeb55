import { format, weak, type Format } from './format.ts';

const END = String.raw`(?![\w-])`;

/** Keys of model providers and of what agents use beside them. */
export const MODELS: readonly Format[] = [
  // gitleaks anthropic-api-key and -admin-api-key; OAuth tokens (oat, ort) have the same form.
  format('anthropic-key', ['sk-ant-'], String.raw`[a-z]{2,10}\d{2}-[\w-]{20,}`),
  // gitleaks openai-api-key; also other lengths.
  format('openai-key', ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'], String.raw`[\w-]{20,}`),
  // trufflehog's langfuse: a UUID.
  format('api-key', ['sk-lf-', 'pk-lf-'], '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'),
  // DashScope, DeepSeek, Moonshot, OpenRouter and others: trufflehog's detectors with these names.
  weak(
    'api-key',
    ['sk-'],
    String.raw`(?!\w{20}T3BlbkFJ)(?:[a-z0-9]{1,8}-){0,2}(?=[A-Za-z_]{0,100}\d)\w{20,128}${END}`,
  ),
  // gitleaks openai-api-key, the older form.
  weak('openai-key', ['sk-'], `[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}(?![A-Za-z0-9])`),
  // trufflehog's groq, xai, replicate, langsmith, nvapi, pinecone, elevenlabs; gitleaks perplexity-api-key.
  weak('groq-key', ['gsk_'], '[A-Za-z0-9]{40,64}(?![A-Za-z0-9])'),
  weak('xai-key', ['xai-'], String.raw`(?=[A-Za-z_]{0,60}\d)\w{60,100}${END}`),
  weak('perplexity-key', ['pplx-'], '(?=[A-Za-z]{0,60}[0-9])[A-Za-z0-9]{32,64}(?![A-Za-z0-9])'),
  weak('replicate-token', ['r8_'], String.raw`[\w-]{37,40}${END}`),
  // gitleaks huggingface-access-token and -organization-api-token.
  weak('huggingface-token', ['hf_', 'api_org_'], '[A-Za-z0-9]{34,}'),
  format('api-key', ['nvapi-'], String.raw`[\w-]{60,80}`),
  format('api-key', ['lsv2_pt_', 'lsv2_sk_'], '[a-f0-9]{32}_[a-f0-9]{10}'),
  format('api-key', ['pcsk_'], '[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,64}'),
  // The keys' beginnings in the documentation of Fireworks, Cerebras, Tavily, Jina, Firecrawl, E2B, Together, Voyage.
  weak(
    'api-key',
    ['fw_', 'csk-', 'jina_', 'fc-', 'e2b_', 'tgp_v1_'],
    String.raw`(?=[A-Za-z_]{0,60}\d)[A-Za-z0-9_]{22,80}${END}`,
  ),
  weak(
    'api-key',
    ['tvly-', 'tvly-dev-', 'tvly-prod-', 'pa-'],
    String.raw`(?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_]{28,64}${END}`,
  ),
  // ModelScope's tokens; the keys of Dify's apps and data sets, and of Coze (their documentation).
  weak('api-key', ['ms-'], `[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}${END}`),
  weak('api-key', ['app-', 'dataset-'], `(?=[A-Za-z]{0,24}\\d)(?=[a-z0-9]{0,24}[A-Z])[A-Za-z0-9]{24}${END}`),
  weak('api-key', ['pat_', 'sat_', 'czu_'], `(?=[A-Za-z]{0,64}\\d)[A-Za-z0-9]{43,64}${END}`),
];
