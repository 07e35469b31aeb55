// Bundles src into dist/: one small entry file, and chunks that are loaded only by the commands that need them.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { esbuildSiteFiles } from './site-files.mjs';
import { writePriceSchema } from './price-schema.mjs';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [esbuildSiteFiles],
  // Some dependencies are CommonJS and require() Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await writePriceSchema();
