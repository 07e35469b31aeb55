import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentsOf, filesOf, makeFolder, render } from '../make.ts';
import { storeQuickly, type QuickRound } from '../quick-store.ts';

const START = Date.parse('2026-02-02T00:00:00Z');

function rounds(from: number, to: number): QuickRound[] {
  return Array.from({ length: to - from }, (_, i) => {
    const at = START + (from + i) * 60_000;
    return { at, model: 'm', input: 100 + from + i, cached: 0, output: 5, status: 200, durationMs: 900 };
  });
}

test('one more round of a long session changes one file of its table, as a first render would make it', async () => {
  const folder = makeFolder();
  const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  const session = { id: 'long', title: 'Long', consumer: '' };
  const tables = (): [string, string][] =>
    [...filesOf(made.siteDir)]
      .filter(([path]) => path.includes('~r'))
      .map(([path, { digest }]): [string, string] => [path, digest])
      .toSorted();
  storeQuickly(made.dataDir, [{ ...session, rounds: rounds(0, 500) }]);
  await render(made);
  // The page has a line for each.
  expect(tables()).toEqual([]);
  storeQuickly(made.dataDir, [{ ...session, rounds: rounds(500, 1001) }]);
  await render(made);
  const before = tables();
  expect(before.map(([path]) => path)).toEqual([1, 2, 3].map((part) => `sessions/long~r${part}.js`));
  storeQuickly(made.dataDir, [{ ...session, rounds: rounds(1001, 1002) }]);
  await render(made);
  const after = tables();
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after[2]).not.toEqual(before[2]);
  const anew = { ...made, siteDir: join(folder, 'anew') };
  await render(anew);
  expect(contentsOf(made.siteDir)).toEqual(contentsOf(anew.siteDir));
});
