import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { priceFileSchema } from '../../src/pricing/price-schema.ts';

const published = JSON.parse(
  readFileSync(new URL('../../schema/prices.schema.json', import.meta.url), 'utf8'),
) as { properties: Record<string, unknown>; required: string[] };

test('the published JSON schema is the one that files are checked with (npm run build makes it)', () => {
  expect(published).toEqual(z.toJSONSchema(priceFileSchema(z), { io: 'input' }));
});

test('it knows the fields of a file, and needs no more than its models', () => {
  expect(Object.keys(published.properties)).toEqual(['$schema', 'currencies', 'rates', 'models']);
  expect(published.required).toEqual(['models']);
});
