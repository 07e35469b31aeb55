import { appendFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../fast-check.ts';
import { expect, test } from 'vitest';
import { contentOf, placesOf } from './container.ts';
import { aiLine, makeFolder, otherLine, run, storedRequests } from './make.ts';

/** As supervisord rotates gateway.log: behind whatever it has written, in the middle of a line too. */
function rotate(log: string): void {
  for (let n = 9; n > 0; n--) if (existsSync(`${log}.${n}`)) renameSync(`${log}.${n}`, `${log}.${n + 1}`);
  renameSync(log, `${log}.1`);
  writeFileSync(log, '');
}

const LINES = Array.from({ length: 20 }, (_, i) => {
  if (i % 5 === 3) return i % 2 === 0 ? otherLine(i) : '[2026-02-01 09:30:15.123][1][warning] slow\n';
  return aiLine(i % 2 === 0 ? 'a' : '天气', i % 3);
});
/** A log is longer than any line: each one has at least one that is whole, or ends. */
const LONGEST = Math.max(...LINES.map((line) => Buffer.byteLength(line)));

test('lines that rotations tore at any byte, with runs in between, give the store of the log that was not rotated', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'plain.log'), LINES.join(''));
  await run(join(folder, 'plain'), join(folder, 'plain.log'));
  const expected = contentOf(join(folder, 'plain'));
  const bytes = Buffer.from(LINES.join(''));
  const length = fc.integer({ min: LONGEST + 1, max: 3 * LONGEST });
  const cuts = fc.array(fc.tuple(length, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(cuts, async (cuts) => {
      const log = join(makeFolder(), 'gateway.log');
      const store = `${log}-store`;
      writeFileSync(log, '');
      let at = 0;
      for (const [length, runsBefore, runsAfter] of cuts) {
        appendFileSync(log, bytes.subarray(at, at + length));
        at += length;
        if (runsBefore) await run(store, log);
        rotate(log);
        if (runsAfter) await run(store, log);
      }
      appendFileSync(log, bytes.subarray(at));
      await run(store, log);
      expect(contentOf(store)).toEqual(expected);
      expect((await run(store, log)).rounds).toBe(0);
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('a torn line stands where it begins; what its writer finishes in the renamed file is not joined with the next', async () => {
  const folder = makeFolder();
  const log = join(folder, 'gateway.log');
  const store = join(folder, 'store');
  const [first, second, third] = [aiLine('a', 0), aiLine('a', 1), aiLine('a', 2)];
  writeFileSync(log, first + second.slice(0, 50));
  await run(store, log);
  rotate(log);
  appendFileSync(log, second.slice(50) + third.slice(0, 60));
  expect(await run(store, log)).toMatchObject({ rounds: 1, otherLines: 0, rejectedLines: 0 });
  expect(placesOf(store)).toEqual({ 'a-0': [1, 0], 'a-1': [1, first.length] });
  rotate(log);
  appendFileSync(log, aiLine('b', 0));
  await run(store, log);
  appendFileSync(`${log}.1`, third.slice(60));
  await run(store, log);
  expect(storedRequests(store)).toEqual(['a-0', 'a-1', 'a-2', 'b-0']);
  expect(await run(store, log)).toMatchObject({ rounds: 0, otherLines: 0, gaps: [] });
});
