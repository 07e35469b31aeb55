import { describe, expect, test } from 'vitest';
import { doubtOf } from '../../src/pricing/library-doubt.ts';

const of = (comment?: string, provider = 'openai') => doubtOf({ id: provider }, { price_comments: comment });

describe('the library’s own notes', () => {
  test.each([
    'Imported from OpenRouter pricing; verify against MiniMax pricing when native API pricing is published.',
    "Can't find pricing on this model, so just trusting open router",
    "I can't find anything so trusting these prices, not sure the model still exists",
    'docs give just one price - "Pricing Per 1M Tokens", we assume that\'s input and output',
    'Seen on OpenRouter before OpenAI',
    "Google's pricing page renders client-side and could not be read when this entry was added; the rates follow",
  ])('%s: unverified', (comment) => expect(of(comment)).toBe('unverified'));

  test.each([
    'on Saturdays and Sundays the peak prices here are an upper bound.',
    'The pricing page gives cached input as a $0.25-$1.00 range; the highest rate is recorded.',
  ])('%s: upper', (comment) => expect(of(comment)).toBe('upper'));

  test.each([
    undefined,
    'One-hour cache writes cost 2x the base input price. Ref: https://platform.claude.com/docs',
    'Prompts at or above 200k tokens are billed at the higher rate for every token in the request.',
    'See https://ai.google.dev/gemini-api/docs/pricing. Preview model - pricing may change.',
    'Mistral raised output pricing from $0.30 to $0.40 per MTok on 2026-08-11.',
  ])('%s: nothing', (comment) => expect(of(comment)).toBeUndefined());

  test('of DeepSeek, names of its open models', () => {
    const deepseek = (id: string): unknown => doubtOf({ id: 'deepseek' }, { id });
    for (const id of ['deepseek-v3.2', 'deepseek-v3.2-exp', 'deepseek-v3.1-terminus'])
      expect(deepseek(id)).toBe('unverified');
    for (const id of ['deepseek-chat', 'deepseek-reasoner', 'deepseek-v4-pro'])
      expect(deepseek(id)).toBeUndefined();
  });

  test('two providers are in doubt as a whole', () => {
    expect(of(undefined, 'perplexity')).toBe('upper');
    expect(of(undefined, 'zhipuai')).toBe('unverified');
  });
});
