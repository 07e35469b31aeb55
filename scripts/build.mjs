// Bundles src into dist/. `main` has chunks that only the commands that need them load. `start` is one small file,
// enough for a cron job that parses; `render` is a second one, for a cron job that renders. Large packages are separate
// files, which are loaded on demand.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import { licencesOf, packagesOf } from './licences.mjs';
import { sbomOf } from './sbom.mjs';
import { esbuildSiteFiles } from './site-files.mjs';
import { writePriceSchema } from './price-schema.mjs';

const VENDORED = { '@pydantic/genai-prices': 'genai-prices', re2js: 're2js', zod: 'zod' };
/** Price lists are also large and rarely needed. */
const PRICE_LISTS = ['shipped', 'cn'];

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** An esbuild plugin: matching modules are not bundled, but loaded from another file of dist. */
const elsewhere = (filter, pathOf) => ({
  name: 'elsewhere',
  setup: ({ onResolve }) => onResolve({ filter }, ({ path }) => ({ path: pathOf(path), external: true })),
});
/** The same for a CommonJS file: its import() becomes a require(), which does not start the ES module loader. */
const required = (filter, file) => ({
  name: `required ${file}`,
  setup({ onResolve, onLoad }) {
    const namespace = `required ${file}`;
    onResolve({ filter }, () => ({ path: file, namespace }));
    onResolve({ filter: /./, namespace }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace }, () => ({
      contents: `module.exports = require(${JSON.stringify(file)});`,
    }));
  },
});
/** The same, but the file is loaded once one of these functions of the module is called. */
const lazily = (filter, file, functions) => ({
  name: `lazily ${file}`,
  setup({ onResolve, onLoad }) {
    const namespace = `lazily ${file}`;
    onResolve({ filter }, () => ({ path: file, namespace }));
    onResolve({ filter: /./, namespace }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace }, () => ({
      contents: functions
        .map(
          (name) => `export const ${name} = (...args) => require(${JSON.stringify(file)}).${name}(...args);`,
        )
        .join('\n'),
    }));
  },
});
/**
 * An esbuild plugin: writes what is made in ASCII only. esbuild leaves regular expressions as they are. With one character
 * beyond Latin-1 in it, V8 keeps a whole file in two bytes a character, and compiles each of its functions more slowly.
 */
const inAscii = {
  name: 'in ASCII',
  setup({ initialOptions, onEnd }) {
    initialOptions.write = false;
    onEnd(({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        if (/String\.raw`[^`]*[^\0-\x7f]/.test(text))
          throw new Error(`${path}: String.raw with more than ASCII`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text.replace(/[^\0-\x7f]/g, escaped));
      }
    });
  },
};
function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
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
  plugins: [
    vendored,
    priceLists,
    elsewhere(/^\.\.\/run-render\.ts$/, () => './render.cjs'),
    elsewhere(/^\.\/share\/open-shared\.ts$/, () => './shared.cjs'),
  ],
  // Some dependencies are CommonJS and require() Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
// Node starts CommonJS faster than ES modules.
const quick = {
  ...common,
  outdir: 'dist',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // Names are not minified, since stack traces show them. This costs an idle run about 1 ms.
  minifySyntax: true,
  minifyWhitespace: true,
  define,
};
const knowsItsUrl = {
  define: { ...define, 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
};
const render = await build({
  ...quick,
  ...knowsItsUrl,
  entryPoints: { render: 'src/cli/run-render.ts' },
  plugins: [
    esbuildSiteFiles,
    vendored,
    required(/\/zh-CN\.ts$/, './zh-CN.cjs'),
    lazily(/\/markdown-library\.ts$/, './markdown.cjs', ['markdownHtml', 'linksIn']),
    inAscii,
  ],
});
// Few sites are in another language than English.
const chinese = await build({
  ...quick,
  entryPoints: { 'zh-CN': 'src/texts/zh-CN.ts' },
  plugins: [inAscii],
});
const markdown = await build({
  ...quick,
  entryPoints: { markdown: 'src/site/session/markdown-library.ts' },
  plugins: [inAscii],
});
const pageWorker = await build({
  ...quick,
  entryPoints: { 'page-worker': 'src/cli/page-worker.ts' },
  plugins: [required(/^\.\/run-render\.ts$/, './render.cjs')],
});
// Few stores redact, and its patterns are a tenth of what a run needs.
const redact = await build({
  ...quick,
  entryPoints: { redact: 'src/redact/redact.ts' },
  plugins: [vendored, inAscii],
});
// Only a large backlog is shared among threads.
const redacting = required(/^\.\.\/\.\.\/redact\/redact\.ts$/, './redact.cjs');
const sharding = required(/^\.\/shard\.ts$/, './shard.cjs');
const shared = await build({
  ...quick,
  ...knowsItsUrl,
  entryPoints: { shared: 'src/ingest/share/open-shared.ts' },
  plugins: [sharding],
});
const parseWorker = await build({
  ...quick,
  entryPoints: { 'parse-worker': 'src/cli/parse-worker.ts' },
  plugins: [sharding, inAscii],
});
const shard = await build({
  ...quick,
  entryPoints: { shard: 'src/ingest/share/shard.ts' },
  plugins: [redacting, inAscii],
});
const toMain = elsewhere(/^\.\/main\.ts$/, () => './main.js');
const parse = await build({
  ...quick,
  entryPoints: { parse: 'src/cli/start-parse.ts' },
  // It does not expand globs.
  external: ['fast-glob'],
  plugins: [
    vendored,
    priceLists,
    toMain,
    redacting,
    required(/^\.\/share\/open-shared\.ts$/, './shared.cjs'),
    inAscii,
  ],
});
const start = await build({
  ...quick,
  entryPoints: { start: 'src/cli/start.ts' },
  plugins: [esbuildSiteFiles, toMain, required(/^\.\/run-render\.ts$/, './render.cjs'), inAscii],
});
await writePriceSchema();
const bundled = [
  vendor,
  main,
  render,
  chinese,
  markdown,
  pageWorker,
  redact,
  shared,
  parseWorker,
  shard,
  parse,
  start,
].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync('dist/LICENSES.txt', licencesOf(bundled));
writeFileSync('dist/sbom.cdx.json', sbomOf(packagesOf(bundled)));

/** A digest of everything that determines prices. */
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
