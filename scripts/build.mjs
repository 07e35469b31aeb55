// Bundles src into dist/: main with chunks that are loaded only by the commands that need them, and start, one small
// file that is enough for the usual line of a crontab. Large packages are files of their own, which both load when
// they need them.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';
import { esbuildSiteFiles } from './site-files.mjs';
import { writePriceSchema } from './price-schema.mjs';

const VENDORED = { '@pydantic/genai-prices': 'genai-prices', re2js: 're2js', zod: 'zod' };

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** Leaves modules that match to be loaded from another file of dist. */
const elsewhere = (filter, pathOf) => ({
  name: 'elsewhere',
  setup: ({ onResolve }) => onResolve({ filter }, ({ path }) => ({ path: pathOf(path), external: true })),
});
const vendored = elsewhere(
  new RegExp(`^(?:${Object.keys(VENDORED).join('|')})$`),
  (name) => `./vendor/${VENDORED[name]}.js`,
);

rmSync('dist', { recursive: true, force: true });
const vendor = await build({
  ...common,
  entryPoints: Object.entries(VENDORED).map(([name, out]) => ({ in: name, out })),
  outdir: 'dist/vendor',
  format: 'esm',
  minify: true,
});
const define = { PRICING_BUILD: JSON.stringify(digestOf(['src/pricing', 'prices', 'dist/vendor'])) };
const main = await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  define,
  plugins: [esbuildSiteFiles, vendored],
  // Some dependencies are CommonJS and require() Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
const start = await build({
  ...common,
  entryPoints: { start: 'src/cli/start.ts' },
  outdir: 'dist',
  // Node starts a CommonJS file sooner than its loader of modules.
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minify: true,
  define,
  // It expands no globs.
  external: ['fast-glob'],
  plugins: [vendored, elsewhere(/^\.\/main\.ts$/, () => './main.js')],
});
await writePriceSchema();
const bundled = [vendor, main, start].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync('dist/LICENSES.txt', licencesOf(bundled));

/** Of all that answers for a price. */
function digestOf(folders) {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const name of readdirSync(folder).toSorted())
      hash.update(name).update(readFileSync(`${folder}/${name}`));
  }
  return hash.digest('base64');
}
