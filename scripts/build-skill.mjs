// Builds the skill's folder: skill/ as it stands, and the program in one file that needs nothing but Node. The commands
// that write (parse, render …) are no part of it, nor is what only they need.
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const FOLDER = 'dist-skill/agent-session-monitor';
const MOST_BYTES = 1 << 20;
const KEPT = new Set(['list', 'show', 'stats-model', 'stats-date', 'stats-consumer', 'check', 'url']);

/** The commands that are left out are empty modules: src/cli/skill.ts takes them from the tree. */
const leaveOut = {
  name: 'leave out',
  setup(plugin) {
    plugin.onLoad({ filter: /src\/cli\/commands\/[\w-]+\.ts$/ }, ({ path }) => {
      const name = /([\w-]+)\.ts$/.exec(path)?.[1] ?? '';
      return KEPT.has(name) ? undefined : { contents: 'module.exports = {};', loader: 'js' };
    });
  },
};

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(`${FOLDER}/scripts`, { recursive: true });
const outfile = `${FOLDER}/scripts/monitor.mjs`;
const { metafile } = await build({
  entryPoints: ['src/cli/skill.ts'],
  outfile,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  logLevel: 'error',
  metafile: true,
  plugins: [leaveOut],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
cpSync('skill', FOLDER, { recursive: true });
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const skill = readFileSync('skill/SKILL.md', 'utf8');
writeFileSync(`${FOLDER}/SKILL.md`, skill.replace(/^( {2}version: ).*$/m, `$1'${version}'`));
const own = readFileSync('LICENSE', 'utf8').trim();
writeFileSync(
  `${FOLDER}/LICENSE.txt`,
  `${own}\n\n${'-'.repeat(80)}\n\n${licencesOf(Object.keys(metafile.inputs))}`,
);
const { size } = statSync(outfile);
if (size >= MOST_BYTES) throw new Error(`${outfile} has ${size} bytes: a skill may carry ${MOST_BYTES}`);
console.log(`${FOLDER}: scripts/monitor.mjs has ${Math.ceil(size / 1024)} KiB`);
