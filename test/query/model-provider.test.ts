import { expect, test } from 'vitest';
import { providerOf } from '../../src/query/model-provider.ts';

test.each([
  ['anything', 'genai-prices 0.1.8 openai:gpt-5', 'OpenAI'],
  ['openai/gpt-4o', 'genai-prices 0.1.8 azure:gpt-4o', 'Microsoft Azure'],
  ['x', 'prices.json x; before that genai-prices 0.1.8 x-ai:grok-4', 'xAI'],
  ['x', 'genai-prices 0.1.8 huggingface_together:m', 'huggingface_together'],
  ['qwen-max', 'prices.json qwen-max* (our contract)', 'Alibaba Cloud'],
  ['azure/gpt-4o', undefined, 'Microsoft Azure'],
  ['Dashscope/Qwen-Max', undefined, 'Alibaba Cloud'],
  ['my-team/qwen3-32b', undefined, 'Alibaba Cloud'],
  ['gpt-4o', undefined, 'OpenAI'],
  ['o3', undefined, 'OpenAI'],
  ['o3-mini', undefined, 'OpenAI'],
  ['o30', undefined, 'unknown'],
  ['us.anthropic.claude-sonnet-4-20250514-v1:0', undefined, 'Amazon Web Services'],
  ['deepseek-reasoner', undefined, 'DeepSeek'],
  ['DeepSeek-R1-Distill-Qwen-32B', undefined, 'unknown'],
  ['text-embedding-v3', undefined, 'Alibaba Cloud'],
  ['text-embedding-3-small', undefined, 'OpenAI'],
  ['doubao-seed-1-6-250615', undefined, 'Volcano Engine'],
  ['llama-3.1-70b', undefined, 'unknown'],
  ['unknown', undefined, 'unknown'],
  ['', undefined, 'unknown'],
  ['/', undefined, 'unknown'],
  ['__proto__/x', undefined, 'unknown'],
])('%s, priced by %s: %s', (model, source, provider) => {
  expect(providerOf(model, source)).toBe(provider);
});
