// Measures how good the tests are: makes one small change to the code at a time (a mutant), and runs the tests related
// to the changed file. If no test fails, the mutant survives and is printed. Works on a copy of the repository.

import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mutationsOf } from './mutations.mjs';

const USAGE = `Usage: npm run mutants -- <file or folder of src>... [options]

  --most <n>    try this many mutants, chosen by the seed
  --seed <n>    another choice (default: 1)
  --slow        if no fast test fails, run the related slow tests too (see test/slow.ts)
  --allow <n>   exit with code 0 if at most this many survive (default: 0)
`;

const { values: options, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    slow: { type: 'boolean', default: false },
    allow: { type: 'string', default: '0' },
  },
});
const [most, seed, allow] = [options.most, options.seed, options.allow].map(Number);
const files = listFiles(...paths).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
if (paths.length === 0 || files.length === 0 || [most, seed, allow].some(Number.isNaN)) {
  process.stderr.write(USAGE);
  process.exit(2);
}

if (options.slow && process.getuid?.() === 0) {
  // A mutant of the code that writes files could replace a device such as /dev/full.
  process.stderr.write('run the slow tests of mutants as a user who is not root\n');
  process.exit(2);
}

const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
for (const path of listFiles('.')) cpSync(path, join(copy, path));
for (const folder of ['node_modules', 'dist'])
  if (existsSync(folder)) symlinkSync(resolve(folder), join(copy, folder));

const projects = options.slow ? ['fast', 'slow'] : ['fast'];
const tried = sample(
  files.flatMap((path) => mutationsOf(readFileSync(path, 'utf8')).map((mutation) => ({ path, ...mutation }))),
);
const survivors = [];
const limits = new Map();
for (const [i, mutant] of tried.entries()) {
  process.stderr.write(`\r${i + 1} of ${tried.length} `);
  // oxlint-disable-next-line no-await-in-loop -- each run takes all processors
  if (await isNoticed(mutant)) continue;
  survivors.push(mutant);
  process.stderr.write('\r');
  console.log(describe(mutant));
}
process.stderr.write('\r');
console.log(
  `${tried.length - survivors.length} of ${tried.length} mutants were noticed, ${survivors.length} survived`,
);
process.exitCode = survivors.length > allow ? 1 : 0;

/** Files that Git tracks or would add. */
function listFiles(...below) {
  const listed = execFileSync('git', [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    ...below,
  ]);
  return listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(path) && statSync(path).isFile());
}

/** At most `most` of the mutants, chosen by the seed, in their order. */
function sample(mutants) {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  const ranked = mutants
    .map((mutant, i) => ({ mutant, i, rank: next() }))
    .toSorted((a, b) => a.rank - b.rank);
  return ranked
    .slice(0, most)
    .toSorted((a, b) => a.i - b.i)
    .map(({ mutant }) => mutant);
}

/** Whether a related test fails or hangs with the mutant. */
async function isNoticed({ path, text }) {
  for (const project of projects) {
    // oxlint-disable no-await-in-loop -- one project after the other, until one notices
    const limit = await timeLimit(path, project);
    writeFileSync(join(copy, path), text);
    const passed = await passes(path, project, limit);
    cpSync(path, join(copy, path));
    if (!passed) return true;
    // oxlint-enable no-await-in-loop
  }
  return false;
}

/** Milliseconds after which a mutant counts as hanging: several times what the tests take without one. */
async function timeLimit(path, project) {
  const key = `${project} ${path}`;
  if (!limits.has(key)) {
    const began = Date.now();
    if (!(await passes(path, project, 3_600_000))) {
      console.error(`the ${project} tests related to ${path} fail even without a mutant`);
      process.exit(2);
    }
    limits.set(key, 10_000 + 4 * (Date.now() - began));
  }
  return limits.get(key);
}

/** Runs the tests related to a file in a process group, all of which is killed when the time is over. */
function passes(path, project, milliseconds) {
  const args = ['node_modules/vitest/vitest.mjs', 'related', path, '--run', '--bail=1', '--passWithNoTests'];
  const child = spawn(process.execPath, [...args, `--project=${project}`], {
    cwd: copy,
    detached: true,
    stdio: 'ignore',
  });
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(kill, milliseconds);
  process.once('exit', kill);
  return new Promise((done) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('exit', kill);
      kill();
      done(code === 0);
    });
  });
}

/** `src/a.ts:3: condition negated`, followed by the lines that differ. */
function describe({ path, line, what, text }) {
  const [before, after] = [readFileSync(path, 'utf8'), text].map((whole) => whole.split('\n'));
  let same = 0;
  while (before.at(-1 - same) === after.at(-1 - same) && same < before.length - line) same++;
  const differing = (lines, sign) =>
    lines.slice(line - 1, lines.length - same).map((text) => `  ${sign} ${text.trim()}`);
  return [`${path}:${line}: ${what}`, ...differing(before, '-'), ...differing(after, '+'), ''].join('\n');
}
