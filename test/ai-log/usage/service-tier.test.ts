import { describe, expect, test } from 'vitest';
import { readServiceTier } from '../../../src/ai-log/usage/service-tier.ts';
import { aiLine, round } from '../lines.ts';

describe('the service tier', () => {
  test.each([
    ['priority', 'priority'],
    [' Priority ', 'priority'],
    ['FLEX', 'flex'],
    ['batch', 'batch'],
    ['scale', 'scale'],
    [{ type: 'priority' }, 'priority'],
    ['ON_DEMAND_PRIORITY', 'priority'],
    ['ON_DEMAND_FLEX', 'flex'],
    ['PROVISIONED_THROUGHPUT', 'provisioned_throughput'],
    ['x'.repeat(99), 'x'.repeat(32)],
  ])('%j is %s', (logged, tier) => {
    expect(readServiceTier(logged, {})).toBe(tier);
  });

  test.each([['default'], ['auto'], ['standard'], ['standard_only'], ['ON_DEMAND'], ['-'], [''], [null], [undefined], [1], [['priority']], [{}]])(
    '%j is none of its own', (logged) => {
      expect(readServiceTier(logged, {})).toBeNull();
    },
  ); // prettier-ignore

  test('stands in the usage too, and the attribute goes before it', () => {
    expect(readServiceTier(null, { usage: { service_tier: 'batch' } })).toBe('batch');
    expect(readServiceTier('-', { usage: '{"service_tier":"batch"}' })).toBe('batch');
    expect(readServiceTier(null, { usage_metadata: { trafficType: 'ON_DEMAND_FLEX' } })).toBe('flex');
    expect(readServiceTier('default', { usage: { service_tier: 'batch' } })).toBeNull();
  });

  test('is read of a line, also beside ai_log', () => {
    expect(round(aiLine({ service_tier: 'priority' })).usage.serviceTier).toBe('priority');
    expect(round('{"ai_log":{},"service_tier":"flex"}').usage.serviceTier).toBe('flex');
    expect(round(aiLine({}, { service_tier: '-' })).usage.serviceTier).toBeUndefined();
  });
});
