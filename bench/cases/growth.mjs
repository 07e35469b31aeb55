// How time and disk usage grow: with new bytes, with the size of the store, and with repeated histories.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { against, compare, monitor } from '../measure.mjs';
import { mb, parseIntoNew } from './backlog.mjs';
import { bytesOf, makeEmptyLog, makeLog, makeStore } from './data.mjs';

export function* growth({ folder, growthMegabytes: largest, sessions, seed, times }) {
  yield* withNewBytes(folder, [largest / 4, largest / 2, largest], seed, times);
  yield* withTheStore(folder, [0, Math.ceil(sessions / 10), sessions], largest / 8, seed, times);
  yield* withHistories(folder, [5, 10, 20], largest / 2, seed);
}

/** A first run: time and disk usage are proportional to the bytes. */
function* withNewBytes(folder, sizes, seed, times) {
  const store = join(folder, 'growth');
  const logs = sizes.map((megabytes) =>
    makeLog(folder, `growth-${megabytes}.log`, { megabytes, seed, live: 50 }),
  );
  const parses = logs.map(({ path }) => parseIntoNew(path, store));
  const stored = [];
  const [empty, ...medians] = compare([parseIntoNew(makeEmptyLog(folder), store), ...parses], times);
  for (const parse of parses) {
    parse.prepare();
    compare([parse], 0);
    stored.push(bytesOf(store));
  }
  for (const [i, log] of logs.entries()) {
    const multiple = log.bytes / logs[0].bytes;
    const linear = (key) => empty[key] + Math.max(1, medians[0][key] - empty[key]) * multiple;
    yield {
      name: 'growth with new bytes',
      size: `${mb(log.bytes)}, ${log.rounds} rounds`,
      ...medians[i],
      ...(i > 0 && {
        ...against(`the first × ${multiple.toFixed(1)}`, medians[i], {
          ms: linear('ms'),
          cpuMs: linear('cpuMs'),
        }),
        promise: { ratio: 1.1 },
        bound: { ratio: 1.8 },
      }),
      note: `store ${mb(stored[i])}, ${(stored[i] / log.rounds / 1e3).toFixed(1)} kB a round`,
    };
    rmSync(log.path);
  }
  rmSync(store, { recursive: true });
}

/** The same new bytes, added to stores of different sizes. */
function* withTheStore(folder, sizes, megabytes, seed, times) {
  const log = makeLog(folder, 'new.log', { megabytes, seed, live: 50 });
  const candidates = sizes.map((sessions, i) => {
    if (sessions === 0) return parseIntoNew(log.path, join(folder, 'store-0'));
    const { dir } = makeStore(folder, `stored-${i}`, { sessions, seed, files: 1 });
    const copy = join(folder, `store-${i}`);
    return {
      ...monitor('parse', '--log-path', log.path, '--output-dir', copy, '--quiet'),
      prepare() {
        rmSync(copy, { recursive: true, force: true });
        cpSync(dir, copy, { recursive: true });
      },
    };
  });
  const medians = compare(candidates, times);
  for (const [i, sessions] of sizes.entries()) {
    yield {
      name: 'growth with what is stored',
      size: `${mb(log.bytes)} new, ${sessions} sessions there`,
      ...medians[i],
      ...(i > 0 && {
        ...against('an empty store', medians[i], medians[0]),
        promise: { ratio: 1.1 },
        bound: { ratio: 2 },
      }),
    };
    rmSync(join(folder, `stored-${i}`), { recursive: true, force: true });
    rmSync(join(folder, `store-${i}`), { recursive: true, force: true });
  }
  rmSync(log.path);
}

/** Longer sessions repeat more in each request: the log grows with that, but the store does not. */
function* withHistories(folder, lengths, megabytes, seed) {
  const store = join(folder, 'histories');
  let first;
  for (const rounds of lengths) {
    const log = makeLog(folder, 'histories.log', { megabytes, rounds, seed, live: 20 });
    compare([parseIntoNew(log.path, store)], 0);
    const perRound = bytesOf(store) / log.rounds;
    first ??= perRound;
    yield {
      name: 'growth with histories',
      size: `${rounds} rounds a session; ${(log.bytes / log.rounds / 1e3).toFixed(1)} kB of log a round`,
      disk: perRound / first,
      bound: { disk: 1.5 },
      promise: { disk: 1.1 },
      note: `${(perRound / 1e3).toFixed(1)} kB of store a round`,
    };
  }
  rmSync(store, { recursive: true });
}
