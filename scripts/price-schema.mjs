// Writes schema/prices.schema.json, the JSON schema of price files, from the zod schema that checks them.
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { z } from 'zod';

export async function writePriceSchema() {
  const outfile = 'dist/price-schema.tmp.mjs';
  await build({
    entryPoints: ['src/pricing/price-schema.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  const { priceFileSchema } = await import(new URL(`../${outfile}`, import.meta.url).href);
  rmSync(outfile);
  const schema = z.toJSONSchema(priceFileSchema(z), { io: 'input' });
  writeFileSync('schema/prices.schema.json', `${JSON.stringify(schema, null, 2)}\n`);
}
