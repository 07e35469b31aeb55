import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputOutputError } from '../../src/platform/errors.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { aiLine, makeFolder, run } from '../ingest/make.ts';
import { SEED } from '../seed.ts';
import { sumsOfRounds, totals } from './sums.ts';

/** One bit of a store is changed: what it says is right, or an error that names what is damaged; never another number. */

async function makeStore(): Promise<string> {
  const folder = makeFolder();
  const [log, store] = [join(folder, 'access.log'), join(folder, 'store')];
  writeFileSync(log, Array.from({ length: 60 }, (_, n) => aiLine(`s${n % 3}`, n % 20)).join(''));
  await run(store, log, { batchSize: 3000 });
  return store;
}

/** A random whole number below `limit`, by a linear congruential generator. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed % 2 ** 31;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * limit);
  };
}

test.each([
  ['the totals, with a change in any file', totals, /./],
  ['the rounds, with a change in any file', sumsOfRounds, /./],
])(`%s (seed ${SEED})`, async (_, sumsOf, name) => {
  const store = await makeStore();
  const right = sumsOf(readSnapshot(store));
  expect(right).toMatchObject({ rounds: 60, input: 60 * 100 + 3 * 190 });
  const files = readdirSync(store).filter((file) => name.test(file) && statSync(join(store, file)).size > 0);
  const random = randomFrom(SEED);
  const wrong: unknown[] = [];
  for (let i = 0; i < 500; i++) {
    const file = files[i % files.length] ?? '';
    const bytes = readFileSync(join(store, file));
    const [at, bit] = [random(bytes.length), random(8)];
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
    writeFileSync(join(store, file), changed);
    try {
      const said = sumsOf(readSnapshot(store));
      for (const key of ['rounds', 'input', 'output', 'cost'] as const)
        if (said[key] !== right[key]) wrong.push([file, at, bit, key]);
    } catch (error) {
      if (!(error instanceof InputOutputError)) wrong.push([file, at, bit, error]);
    }
    writeFileSync(join(store, file), bytes);
  }
  expect(wrong).toEqual([]);
});
