import { expect, test } from 'vitest';
import { providerIn } from '../../src/query/provider.ts';

test.each([
  [{ upstream_cluster: 'outbound|443||llm-openai.internal.dns', route_name: 'r' }, 'llm-openai.internal'],
  [{ upstream_cluster: 'outbound|80||model.prod.svc.cluster.local' }, 'model.prod.svc.cluster.local'],
  [{ upstream_cluster: 'llm-x.static' }, 'llm-x'],
  [{ upstream_cluster: '-', route_name: 'ai-route-openai.internal' }, 'ai-route-openai.internal'],
  [{ upstream_cluster: 'outbound|443||', route_name: '-' }, ''],
  [{ upstream_cluster: 7, route_name: null }, ''],
  [{}, ''],
])('%j was sent to %j', (fields, provider) => {
  expect(providerIn(fields)).toBe(provider);
});
