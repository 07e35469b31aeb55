// Makes a large store in seconds, with the program's own store code instead of a parse:
//   node bench/make-store.mjs DIR [--sessions 100000] [--rounds 20] [--files 100] [--seed 1] [--old-days 0]
// Prints the id of a session that has a file. All sessions are in the index, with --rounds rounds each over 30 days.
// The first --files of them also have files, with different rounds. Only `show` and `render` need the files. Sessions
// without files ended at least --old-days ago.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { makeRandom } from '../scripts/fixtures/prng.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DAYS = 30;
/** `--days 30` counts from today. So for the same seed, stores made on different days differ only in their dates. */
const UNTIL = Math.floor(Date.now() / 86_400_000) * 86_400_000;
const MODELS = ['gpt-4o', 'gpt-5', 'claude-sonnet-4-5', 'gemini-2.5-pro', 'deepseek-chat', 'no-such-model'];
const CONSUMERS = ['ci-bot', 'support', 'research', ''];
/** A session of 20 rounds takes about an hour, which is four buckets. */
const ROUNDS_PER_CELL = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sessions: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '20' },
    files: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    'old-days': { type: 'string', default: '0' },
  },
});
const [dir] = positionals;
if (dir === undefined) throw new Error('usage: node bench/make-store.mjs DIR [--sessions 100000] …');
const [sessions, rounds, withFiles, seed, oldDays] = ['sessions', 'rounds', 'files', 'seed', 'old-days'].map(
  (key) => Number(values[key]),
);

/** Another sequence, so that all else is as it was before these counts. */
const times = makeRandom(seed + 1);
const store = await bundled([
  'src/platform/files.ts',
  'src/store/state.ts',
  'src/store/store.ts',
  'src/store/index/stored-index.ts',
  'src/store/index/index-files.ts',
  'src/store/names.ts',
  'src/model/cell-counters.ts',
  'src/model/round-counters.ts',
  'test/site/quick-store.ts',
]);
mkdirSync(dir);
const quick = store.quickSessions(Math.max(1, Math.min(withFiles, sessions)), DAYS, UNTIL);
store.storeQuickly(dir, quick);
if (sessions > withFiles) addToIndex();
// The longest session with a file, for `show`.
console.log(quick.toSorted((a, b) => b.rounds.length - a.rounds.length)[0].id);

/** Writes the base of an index with the sessions that have files and all others. */
function addToIndex() {
  const { nodeFiles: files } = store;
  const opened = store.openStore(files, dir);
  const state = store.readState(files, opened.statePath, opened.id);
  const index = new store.StoredIndex(files, dir, state);
  const generation = state.index.generation + 1;
  const whole = { sessions: { values: () => allSessions(index) }, closed: index.closed };
  const commit = state.commit + 1;
  const { logs, next_log, coverage } = state;
  const positions = { logs, next_log, commit, coverage };
  const base = store.writeIndexBase(files, dir, generation, whole, positions);
  store.writeState(files, opened.statePath, { ...state, commit, index: { generation, base, length: 0 } });
  store.removeIndex(files, dir, state.index.generation);
}

function* allSessions(index) {
  yield* index.sessions.values();
  const r = makeRandom(seed);
  for (let i = index.sessions.size; i < sessions; i++) yield sessionEntry(r, i);
}

function sessionEntry(r, i) {
  const id = `agent:main:discord:channel:${r.digits(18)}${i}`;
  const start = UNTIL - DAYS * 86_400_000 + r.int(0, (DAYS - 1 - oldDays) * 86_400_000);
  const model = r.pick(MODELS);
  const consumer = r.pick(CONSUMERS);
  const usage = Array.from({ length: Math.ceil(rounds / ROUNDS_PER_CELL) }, (_, n) =>
    usageCell(r, {
      bucket: Math.floor(start / 900_000) + n,
      model: r.chance(0.1) ? r.pick(MODELS) : model,
      consumer,
      rounds: Math.min(ROUNDS_PER_CELL, rounds - n * ROUNDS_PER_CELL),
    }),
  );
  return {
    id,
    file: store.nameSessionFile(id, () => false),
    end: r.int(2_000, 200_000),
    last: { length: r.int(500, 5_000), crc: r.int(0, 2 ** 32 - 1) },
    summary: { length: r.int(300, 3_000), crc: r.int(0, 2 ** 32 - 1) },
    created: start,
    updated: start + usage.length * 900_000,
    rounds,
    model,
    title: `Find out why build ${r.hex(8)} failed, and fix it`,
    errors: r.chance(0.05) ? 1 : 0,
    usage,
  };
}

function usageCell(r, { bucket, model, consumer, rounds: count }) {
  const input = count * r.int(500, 30_000);
  const cached = Math.floor((input * r.int(0, 90)) / 100);
  const output = count * r.int(20, 1_000);
  const isPriced = model !== 'no-such-model';
  // In 10⁻¹⁸ USD per token, the prices of the quick store's price book: 2, 10 and 0.2 USD per million tokens.
  const cost =
    BigInt(input - cached) * 2n * 10n ** 12n + BigInt(output) * 10n ** 13n + BigInt(cached) * 2n * 10n ** 11n;
  return {
    bucket,
    model,
    consumer,
    api: 'chat@internal',
    price: isPriced ? 1 : 'unpriced',
    rounds: count,
    input,
    output,
    reasoning: 0,
    cached,
    cacheWrite: 0,
    cost: isPriced ? cost : 0n,
    saved: isPriced ? BigInt(cached) * 18n * 10n ** 11n : 0n,
    currency: 'USD',
    inexact: '',
    tags: '',
    counters: countersOf(times, count, output),
  };
}

/** Failures and times of some rounds. */
function countersOf(r, count, output) {
  let counters = [];
  for (let i = 0; i < count; i++) {
    const round = {
      usage: { output: Math.floor(output / count) },
      responseCode: r.chance(0.02) ? r.pick([429, 500, 503]) : 200,
      responseFlags: null,
      durationMs: r.int(300, 60_000),
      firstTokenMs: r.chance(0.7) ? r.int(100, 3_000) : null,
    };
    counters = store.addCounters(counters, store.countersOf(round, 'all'));
  }
  return counters;
}

/** Imports the exports of several sources as one module. */
async function bundled(sources) {
  const { outputFiles } = await build({
    stdin: { contents: sources.map((path) => `export * from './${path}';`).join('\n'), resolveDir: ROOT },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    write: false,
    logLevel: 'warning',
  });
  return await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
