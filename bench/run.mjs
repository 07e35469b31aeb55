// Measures how fast the program is, compared with what people would use instead. Makes its data from a seed in a
// temporary folder, runs each case several times in turn with its baseline, and prints the ratios of the medians and
// the peak memory:
//   npm run bench [-- [--full] [--only backlog,threads,paths,stored,growth,render,search] [--times 5] [--seed 1]
//     [--json] [--check] [--write]]
// --full: the sizes of docs/performance.md; --check: small sizes, and exit code 1 if a ratio is out of its bounds;
// --write: puts the table into docs/performance.md.
// Each size has an option: --megabytes, --thread-megabytes (some numbers, such as 300,1200), --other-megabytes,
// --sessions, --rounds, --growth-megabytes, --render-megabytes, --render-sessions (some numbers), --render-files,
// --search-megabytes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backlog } from './cases/backlog.mjs';
import { growth } from './cases/growth.mjs';
import { paths } from './cases/paths.mjs';
import { render } from './cases/render.mjs';
import { search } from './cases/search.mjs';
import { stored } from './cases/stored.mjs';
import { threads } from './cases/threads.mjs';
import { boundsBroken, toTable } from './results.mjs';

const PAGE = new URL('../docs/performance.md', import.meta.url);
const CASES = { backlog, threads, paths, stored, growth, render, search };
const SIZES = {
  usual: {
    times: 5,
    megabytes: 100,
    'thread-megabytes': '300',
    'other-megabytes': 200,
    sessions: 20_000,
    'growth-megabytes': 40,
    'render-megabytes': 30,
    'render-sessions': '1000,10000',
    'render-files': 20_000,
    'search-megabytes': 200,
  },
  full: {
    times: 5,
    megabytes: 300,
    'thread-megabytes': '300,1200',
    'other-megabytes': 600,
    sessions: 100_000,
    'growth-megabytes': 200,
    'render-megabytes': 100,
    'render-sessions': '1000,10000,100000,1000000',
    'render-files': 100_000,
    'search-megabytes': 500,
  },
  check: {
    times: 2,
    megabytes: 30,
    'thread-megabytes': '60',
    'other-megabytes': 50,
    sessions: 5_000,
    'growth-megabytes': 12,
    'render-megabytes': 8,
    'render-sessions': '200,2000',
    'render-files': 2_000,
    'search-megabytes': 30,
  },
};

/** Sizes that are several numbers. */
const LISTS = new Set(['render-sessions', 'thread-megabytes']);

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const { values } = parseArgs({
  options: {
    ...Object.fromEntries(Object.keys(SIZES.usual).map((key) => [key, text])),
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: Object.keys(CASES).join() },
    full: flag,
    check: flag,
    json: flag,
    write: flag,
  },
});
const sizes = SIZES[values.check ? 'check' : values.full ? 'full' : 'usual'];
const only = values.only.split(',');
for (const name of only) {
  if (!Object.hasOwn(CASES, name))
    throw new Error(`--only ${name}: not a case; the cases are ${Object.keys(CASES).join(', ')}`);
}

if (values.write && only.length < Object.keys(CASES).length)
  throw new Error('--write needs every case: leave out --only');

const folder = mkdtempSync(join(tmpdir(), 'monitor-bench-'));
const options = { folder, others: !values.check };
for (const [key, value] of Object.entries({ ...sizes, rounds: 20, seed: 1 })) {
  const numbers = String(values[key] ?? value)
    .split(',')
    .map(Number);
  if (!numbers.every((number) => number > 0)) throw new Error(`--${key} ${values[key]}: not numbers above 0`);
  const name = key.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
  options[name] = LISTS.has(key) ? numbers : numbers[0];
}

/** The results of a case. Prints its progress to stderr. */
function measure(name, given) {
  const results = [];
  for (const result of CASES[name](given)) {
    process.stderr.write(`${name}: ${result.name}, ${result.size}\n`);
    results.push(result);
  }
  return results;
}

/** Replaces the text between the marks of the page. */
function writeTable(table) {
  const text = readFileSync(PAGE, 'utf8');
  const replaced = text.replace(
    /(<!-- bench -->\n)[^]*(?=<!-- \/bench -->)/,
    (_, mark) => `${mark}\n${table}\n\n`,
  );
  if (replaced === text)
    throw new Error(
      'docs/performance.md has no marks <!-- bench --> around the table, or the table is the same',
    );
  writeFileSync(PAGE, replaced);
}

try {
  const began = new Date();
  const load = [loadavg()[0]];
  const measured = [];
  for (const name of only) {
    let results = measure(name, options);
    // The machine may have been busy with something else: measure again, with more turns.
    if (values.check && results.some((result) => boundsBroken(result).length > 0)) {
      process.stderr.write(`${name}: out of bounds; measuring again\n`);
      results = measure(name, { ...options, times: options.times * 2 });
    }
    measured.push(...results);
    load.push(loadavg()[0]);
  }
  const machine = {
    date: began.toISOString(),
    node: process.version,
    cpu: `${cpus().length} × ${cpus()[0]?.model}`,
    load: load.map((value) => value.toFixed(1)),
    seed: options.seed,
    times: options.times,
  };
  if (values.json) console.log(JSON.stringify({ ...machine, sizes: options, results: measured }));
  else console.log(toTable(machine, measured));
  if (values.write) writeTable(toTable(machine, measured));
  const broken = values.check ? measured.flatMap(boundsBroken) : [];
  for (const line of broken) console.error(line);
  process.exitCode = broken.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
