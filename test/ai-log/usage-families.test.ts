import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { STORED_DETAILS } from '../../src/ai-log/usage-details.ts';
import { aiLine, round } from './lines.ts';
import { pluginLog } from './plugin.ts';

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
    const { details = {}, cached, cacheWrite, input, output, reasoning } = read.usage;
    const stored = STORED_DETAILS.flatMap(([own, name]) =>
      details[own] === undefined ? [] : [[name, details[own]]],
    );
    expect({
      input,
      cache_read: cached,
      cache_write: cacheWrite,
      output,
      reasoning,
      ...(stored.length > 0 && { details: Object.fromEntries(stored) }),
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
