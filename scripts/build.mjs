// Bundles src into dist/: main with chunks that are loaded only by the commands that need them, and start, one small
// file that is enough for the usual line of a crontab that parses, with a second one for that which renders. Large
// packages are files of their own, which are loaded when they are needed.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';
import { esbuildSiteFiles } from './site-files.mjs';
import { writePriceSchema } from './price-schema.mjs';

const VENDORED = { '@pydantic/genai-prices': 'genai-prices', re2js: 're2js', zod: 'zod' };
/** Lists of prices are as large, and needed as seldom. */
const PRICE_LISTS = ['shipped', 'cn'];

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
/** The same of a CommonJS file: an import() of it is a require(), which leaves the loader of modules out. */
const required = (filter, file) => ({
  name: 'required',
  setup({ onResolve, onLoad }) {
    onResolve({ filter }, () => ({ path: file, namespace: 'required' }));
    onResolve({ filter: /./, namespace: 'required' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'required' }, () => ({
      contents: `module.exports = require(${JSON.stringify(file)});`,
    }));
  },
});
const vendored = elsewhere(
  new RegExp(`^(?:${Object.keys(VENDORED).join('|')})$`),
  (name) => `./vendor/${VENDORED[name]}.js`,
);
const priceLists = elsewhere(new RegExp(`^\\./lists/(?:${PRICE_LISTS.join('|')})\\.ts$`), (path) =>
  path.replace('./lists/', './vendor/prices-').replace(/ts$/, 'js'),
);

rmSync('dist', { recursive: true, force: true });
const vendor = await build({
  ...common,
  entryPoints: [
    ...Object.entries(VENDORED).map(([name, out]) => ({ in: name, out })),
    ...PRICE_LISTS.map((list) => ({ in: `src/pricing/lists/${list}.ts`, out: `prices-${list}` })),
  ],
  outdir: 'dist/vendor',
  format: 'esm',
  minify: true,
});
const define = { PRICING_BUILD: JSON.stringify(digestOf(['src/pricing', 'dist/vendor'])) };
const main = await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  define,
  plugins: [vendored, priceLists, elsewhere(/^\.\.\/run-render\.ts$/, () => './render.cjs')],
  // Some dependencies are CommonJS and require() Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
// Node starts a CommonJS file sooner than its loader of modules.
const quick = {
  ...common,
  outdir: 'dist',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // Names stay: the stack of a fault shows them. They cost an idle run about 1 ms.
  minifySyntax: true,
  minifyWhitespace: true,
  define,
};
const render = await build({
  ...quick,
  entryPoints: { render: 'src/cli/run-render.ts' },
  define: { ...define, 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [esbuildSiteFiles, vendored],
});
const pageWorker = await build({
  ...quick,
  entryPoints: { 'page-worker': 'src/cli/page-worker.ts' },
  plugins: [required(/^\.\/run-render\.ts$/, './render.cjs')],
});
const start = await build({
  ...quick,
  entryPoints: { start: 'src/cli/start.ts' },
  // It expands no globs.
  external: ['fast-glob'],
  plugins: [
    vendored,
    priceLists,
    elsewhere(/^\.\/main\.ts$/, () => './main.js'),
    required(/^\.\/run-render\.ts$/, './render.cjs'),
  ],
});
await writePriceSchema();
const bundled = [vendor, main, render, pageWorker, start].flatMap(({ metafile }) =>
  Object.keys(metafile.inputs),
);
writeFileSync('dist/LICENSES.txt', licencesOf(bundled));

/** Of all that answers for a price. */
function digestOf(folders) {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted(byName))
      if (entry.isFile()) hash.update(entry.name).update(readFileSync(`${folder}/${entry.name}`));
  }
  return hash.digest('base64');
}

function byName(a, b) {
  return a.name < b.name ? -1 : 1;
}
