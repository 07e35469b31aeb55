import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { storedDetails } from '../../../src/session-format/stored-usage.ts';
import { aiLine, round } from '../lines.ts';
import { pluginLog } from '../plugin.ts';

interface Family {
  family: string;
  where: string;
  source: string;
  model: string;
  usage: Record<string, unknown>;
  /** The operator has the whole object copied into the log. */
  whole?: true;
  expected: Record<string, unknown>;
  flags: string[];
}
const families = JSON.parse(readFileSync('fixtures/usage-families.json', 'utf8')) as Family[];

describe('each family of usage, as the plugin logs it or as a whole', () => {
  test.each(families)('$family', ({ model, usage, whole, expected, flags }) => {
    const key = 'promptTokenCount' in usage ? 'usage_metadata' : 'usage';
    const read = round(aiLine({ ...pluginLog(model, usage), ...(whole && { [key]: usage }) }));
    const { details, cached, cacheWrite, input, output, reasoning } = read.usage;
    expect({
      input,
      cache_read: cached,
      cache_write: cacheWrite,
      output,
      reasoning,
      ...(details && { details: storedDetails(details) }),
    }).toEqual(expected);
    expect(read.flags).toEqual(flags);
    expect(read.usageState).toBe('counted');
  });

  test('is in docs/usage-families.md with its source', () => {
    const page = readFileSync('docs/usage-families.md', 'utf8');
    for (const { family, source } of families) {
      expect(page).toContain(`| ${family}`);
      expect(page).toContain(source);
    }
  });

  test('covers the gateways and providers of this ecosystem', () => {
    const names = families.map(({ family }) => family).join('\n');
    for (const one of [
      'OpenAI', 'Anthropic', 'Gemini', 'LiteLLM', 'new-api', 'one-api', 'OpenRouter', 'Bedrock', 'Vertex', 'Azure', 'DashScope', 'Moonshot',
      'DeepSeek', 'Zhipu', 'Volcengine', 'MiniMax', 'Mistral', 'xAI', 'Cohere', 'Perplexity',
    ]) expect(names).toContain(one); // prettier-ignore
  });
});

describe('single counts that an operator has logged as attributes', () => {
  test.each([
    ['cache_creation_input_tokens', { cache_creation_input_tokens: 40, cache_read_input_tokens: 0 }, { input: 140, cacheWrite: 40 }],
    ['prompt_cache_hit_tokens', { prompt_cache_hit_tokens: 40 }, { input: 100, cached: 40 }],
    ['claude_cache_creation_1_h_tokens', { cached_tokens: 0, claude_cache_creation_1_h_tokens: 40 }, { input: 100, cacheWrite: 40, details: { cacheWrite1h: 40 } }],
    ['web_search_requests', { cached_tokens: 0, web_search_requests: '2' }, { input: 100, details: { searches: 2 } }],
    ['server_tool_use', { cached_tokens: 0, server_tool_use: { web_search_requests: 2 } }, { input: 100, details: { searches: 2 } }],
  ])('%s', (_, attributes, usage) => {
    const log = { model: 'm', input_token: 100, output_token: 5, messages: [], ...attributes };
    expect(round(aiLine(log)).usage).toMatchObject(usage);
    expect(round(aiLine(log)).flags).toEqual([]);
  });
}); // prettier-ignore
