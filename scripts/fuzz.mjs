// Looks for input that breaks the program: npm run fuzz -- --help

import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { esbuildSiteFiles } from './site-files.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const TARGETS = readdirSync('test/fuzz/targets').map((file) => basename(file, '.ts'));

const USAGE = `Usage: npm run fuzz -- [options]

Runs the program on random input until something breaks: an unknown error, a hang, counts that do not add up, a change
outside the folders given. The same seed makes the same cases. Exits with 1 at a finding, and prints how to repeat it.

  --seed <n>      which cases (default: 1)
  --minutes <n>   for so long, shared by the targets (default: 2)
  --cases <n>     so many cases of each target instead
  --only <name>   one target: ${TARGETS.join(', ')}; or the path of a file that exports one
  --case <n>      only this case
  --steps <list>  only these steps of it, such as 0,3
  --deadline <n>  seconds after which a case counts as hanging (default: 60; most take less than one)
`;

const options = readOptions();
const targets = options.only === undefined ? TARGETS : [options.only];
const scratch = mkdtempSync(join(tmpdir(), 'fuzz-'));
let keep = false;
process.on('exit', () => {
  if (!keep) rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

for (const target of targets) {
  const bundle = join(scratch, `${basename(target, '.ts')}.mjs`);
  await bundleWorker(target, bundle);
  const finding = await run(target, bundle);
  if (!finding) continue;
  report(target, finding);
  keep = true;
  process.exitCode = 1;
  break;
}

function readOptions() {
  const known = Object.fromEntries(
    ['seed', 'minutes', 'cases', 'only', 'case', 'steps', 'deadline'].map((name) => [
      name,
      { type: 'string' },
    ]),
  );
  try {
    const { values } = parseArgs({ options: { ...known, help: { type: 'boolean' } } });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const number = (name, otherwise) => {
      const value = Number(values[name] ?? otherwise);
      if (!(value >= 0)) throw new Error(`--${name} takes a number`);
      return value;
    };
    const { only } = values;
    if (only !== undefined && !TARGETS.includes(only) && !existsSync(only))
      throw new Error(`no target ${only}`);
    return {
      seed: number('seed', 1),
      minutes: number('minutes', 2),
      cases: values.cases === undefined ? undefined : number('cases'),
      case: values.case === undefined ? undefined : number('case'),
      deadline: number('deadline', 60),
      steps: values.steps?.split(',').map(Number),
      only,
    };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return process.exit(2);
  }
}

/** The program, from its sources, and the target, as one file. */
async function bundleWorker(target, outfile) {
  const path = target.endsWith('.ts') ? resolve(target) : resolve('test/fuzz/targets', `${target}.ts`);
  const contents = `
    import { work } from './test/fuzz/worker.ts';
    import { target } from ${JSON.stringify(path)};
    process.once('message', (asked) => work(target, asked));`;
  await build({
    stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [esbuildSiteFiles],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}

/** Runs the cases of a target in a process of their own. Returns what was found. */
function run(target, bundle) {
  const folder = join(scratch, basename(target, '.ts'));
  const home = join(scratch, 'home');
  for (const made of [folder, home]) mkdirSync(made, { recursive: true });
  const { PATH } = process.env;
  const worker = fork(bundle, {
    env: { PATH, HOME: home, TZ: 'UTC', NO_COLOR: '1' },
    execArgv: ['--enable-source-maps', '--no-warnings'],
    detached: true,
  });
  const began = Date.now();
  let last = { number: 0, folder: '' };
  let finding;
  let timer;
  const kill = () => {
    try {
      process.kill(-worker.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  process.once('exit', kill);
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      finding ??= { ...last, message: `it takes longer than ${options.deadline} s`, notes: [] };
      kill();
    }, options.deadline * 1000);
  };
  watch();
  worker.on('message', (said) => {
    watch();
    if (said.kind === 'begin') last = said;
    if (said.kind === 'failed') finding = { number: said.number, ...said.failure };
    if (said.kind === 'done')
      console.log(
        `${target}: ${said.cases} cases in ${Math.round((Date.now() - began) / 1000)} s, no finding`,
      );
  });
  const isOne = options.case !== undefined;
  worker.send({
    seed: options.seed,
    first: options.case ?? 0,
    cases: isOne ? 1 : (options.cases ?? Number.MAX_SAFE_INTEGER),
    until:
      isOne || options.cases !== undefined
        ? Number.MAX_SAFE_INTEGER
        : began + (options.minutes * 60_000) / targets.length,
    steps: options.steps,
    folder,
  });
  return new Promise((done) => {
    worker.on('close', (code, signal) => {
      clearTimeout(timer);
      process.off('exit', kill);
      kill();
      if (code !== 0)
        finding ??= { ...last, message: `the process ended: ${signal ?? `code ${code}`}`, notes: [] };
      done(finding);
    });
  });
}

function report(target, { number, message, steps = [], notes, folder }) {
  const only = steps.length > 0 ? ` --steps ${steps.join(',')}` : '';
  console.log(`${target}, seed ${options.seed}, case ${number}: ${message}\n`);
  for (const note of notes) console.log(note);
  console.log(`\nIts files: ${folder}`);
  console.log(`Repeat it: npm run fuzz -- --only ${target} --seed ${options.seed} --case ${number}${only}`);
}
