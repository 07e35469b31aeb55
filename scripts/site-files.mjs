// The files of the site: templates/*.hbs, compiled to functions, and assets/*, minified. They become one module,
// `virtual:site-files`, so that the program need not read any of its own files when it runs.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';
import fastGlob from 'fast-glob';
import { compileTemplate } from './templates.mjs';

const NAME = 'virtual:site-files';
/** Only the digest of `build`, for code that makes no pages. */
const BUILD_NAME = 'virtual:site-build';

/** The source of the module. */
async function siteFiles() {
  const templates = readdirSync('templates')
    .filter((file) => file.endsWith('.hbs'))
    .map((file) => `${JSON.stringify(basename(file, '.hbs'))}: ${compiled(join('templates', file))}`);
  return [
    `export const templates = {\n${templates.join(',\n')}\n};`,
    `export const assets = ${JSON.stringify(await bundleAssets())};`,
    buildModule(),
  ].join('\n');
}

function buildModule() {
  return `export const build = ${JSON.stringify(digestSources())};`;
}

const MODULES = new Map([
  [NAME, siteFiles],
  [BUILD_NAME, buildModule],
]);

function compiled(path) {
  try {
    return compileTemplate(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error.message}`, { cause: error });
  }
}

/** `{ 'site.css': '…', 'site.js': '…' }`: every .css and .ts in assets/ is an entry point; an image is as it is. */
async function bundleAssets() {
  const all = readdirSync('assets');
  const entries = all.filter((file) => /\.(?:css|js|ts)$/.test(file) && !file.endsWith('.d.ts'));
  const images = all.filter((file) => file.endsWith('.svg'));
  const { outputFiles } = await build({
    entryPoints: entries.map((file) => join('assets', file)),
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    charset: 'utf8',
    legalComments: 'none',
    target: ['chrome111', 'firefox115', 'safari16.4'],
    logLevel: 'warning',
    inject: ['assets/lib/node/buffer.ts'],
    plugins: [inBrowser],
  });
  const made = outputFiles.map(({ path, text }) => [basename(path), text]);
  const kept = images.map((file) => [file, readFileSync(join('assets', file), 'utf8')]);
  return Object.fromEntries([...made, ...kept].toSorted());
}

/** What stands in for Node in the code of src that also runs in a browser. */
const inBrowser = {
  name: 'in a browser',
  setup({ onResolve }) {
    onResolve({ filter: /\/platform\/digest\.ts$/ }, () => standIn('digest.ts'));
    onResolve({ filter: /^node:util$/ }, () => standIn('util.ts'));
  },
};

function standIn(file) {
  return { path: resolve('assets/lib/node', file), sideEffects: false };
}

/** A digest of everything that pages depend on. If it changes, every page is rendered again. */
function digestSources() {
  const hash = createHash('sha256');
  const files = [...fastGlob.sync('{src,templates,assets}/**/*.{ts,js,css,svg,hbs}'), 'package-lock.json'];
  for (const file of files.toSorted()) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** For esbuild, which makes dist/. */
export const esbuildSiteFiles = {
  name: 'site-files',
  setup(context) {
    for (const [name, contents] of MODULES) {
      const filter = new RegExp(`^${name}$`);
      context.onResolve({ filter }, () => ({ path: name, namespace: 'site-files' }));
      context.onLoad({ filter, namespace: 'site-files' }, async () => ({
        contents: await contents(),
        loader: 'js',
      }));
    }
  },
};

/** For Vite, which runs the tests. */
export const viteSiteFiles = {
  name: 'site-files',
  resolveId: (id) => (MODULES.has(id) ? `\0${id}` : undefined),
  load: (id) => MODULES.get(id.slice(1))?.(),
};
