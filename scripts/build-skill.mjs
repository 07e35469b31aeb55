// Builds the folder of the skill: a copy of skill/, and the program in one file that needs only Node. src/cli/skill.ts
// lists its commands. Commands that write (parse, render …), and code that only they need, are not bundled.
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const FOLDER = 'dist-skill/agent-session-monitor';
const MOST_BYTES = 1 << 20;

/** What brings a library with it that no other question needs: asked for, it says where it is. */
const ELSEWHERE = [
  { file: /\/budgets\/check-budgets\.ts$/, name: 'checkBudgets', option: '--budgets' },
  { file: /\/reporting\/read-engine\.ts$/, name: 'readEngine', option: '--source' },
];
const elsewhere = {
  name: 'elsewhere',
  setup({ onLoad }) {
    for (const { file, name, option } of ELSEWHERE) {
      onLoad({ filter: file }, () => ({
        loader: 'ts',
        resolveDir: 'src/cli',
        contents: `import { UsageError } from '../platform/errors.ts';
          export function ${name}() {
            throw new UsageError('${option} is not part of the skill. Use the installed program, monitor');
          }`,
      }));
    }
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
  plugins: [elsewhere],
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
if (size >= MOST_BYTES)
  throw new Error(`${outfile} has ${size} bytes; it must be smaller than ${MOST_BYTES}`);
console.log(`${FOLDER}: scripts/monitor.mjs has ${Math.ceil(size / 1024)} KiB`);
