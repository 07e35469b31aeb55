// Bundles src into dist/: main with chunks that are loaded only by the commands that need them, and start, one small
// file that does without all of them where a run finds nothing new.
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';
import { esbuildSiteFiles } from './site-files.mjs';
import { writePriceSchema } from './price-schema.mjs';

const common = {
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
const main = await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  splitting: true,
  plugins: [esbuildSiteFiles],
  // Some dependencies are CommonJS and require() Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
await writePriceSchema();
const start = await build({
  ...common,
  entryPoints: { start: 'src/cli/start.ts' },
  // Node starts a CommonJS file sooner than its loader of modules.
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minify: true,
  // It expands no globs.
  external: ['fast-glob'],
  plugins: [
    {
      name: 'main stays a file of its own',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: './main.js', external: true })),
    },
  ],
});
const bundled = [main, start].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync('dist/LICENSES.txt', licencesOf(bundled));
