import { anyCounters } from '../any-counters.ts';
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { fc } from '../../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { InputOutputError } from '../../../src/platform/errors.ts';
import { nodeFiles } from '../../../src/platform/files.ts';
import { commit } from '../../../src/store/commit.ts';
import { tailPath } from '../../../src/store/index/index-files.ts';
import { mergeCells } from '../../../src/model/usage-cells.ts';
import { readRoundLines, readSnapshot } from '../../../src/store/read.ts';
import type { Store } from '../../../src/store/store.ts';
import type { UsageCell } from '../../../src/model/usage-cell.ts';
import { addition, batch, cell, commitTo, entryOf, indexOf, newStore, snapshotOf, stateOf } from '../make.ts';

const COUNTS = ['rounds', 'input', 'output', 'reasoning', 'cached', 'cacheWrite', 'cost', 'saved'] as const;

/** Sums by everything else, exact, in one order. */
function sums(cells: Iterable<UsageCell>): [string, bigint[]][] {
  const sums = new Map<string, bigint[]>();
  for (const cell of cells) {
    const { bucket, model, consumer, api, price, currency, inexact, tags } = cell;
    const key = JSON.stringify([bucket, model, consumer, api, price, currency, inexact, tags]);
    const known = sums.get(key) ?? COUNTS.map(() => 0n);
    sums.set(
      key,
      COUNTS.map((count, i) => (known[i] ?? 0n) + BigInt(cell[count])),
    );
    for (let i = 0; i < cell.counters.length; i += 2) {
      const counter = `${key} ${cell.counters[i]}`;
      sums.set(counter, [(sums.get(counter)?.[0] ?? 0n) + BigInt(cell.counters[i + 1] ?? 0)]);
    }
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

const count = fc.nat(2 ** 31);
const name = fc.constantFrom('', 'm', 'M', '__proto__', '模型\n"', 'constructor');
const usage = fc.array(
  fc.record({
    bucket: fc.nat(2),
    model: name,
    consumer: name,
    api: name,
    price: fc.constantFrom<UsageCell['price'][]>(1, 2, 'free', 'gateway-cache', 'no-usage', 'unpriced'),
    rounds: count,
    input: count,
    output: count,
    reasoning: count,
    cached: count,
    cacheWrite: count,
    cost: fc.bigInt(0n, 10n ** 30n),
    saved: fc.bigInt(-(10n ** 20n), 10n ** 30n),
    currency: fc.constantFrom('USD', 'CNY', 'EUR'),
    inexact: fc.constantFrom('', 'aborted', 'ambiguous search-fee'),
    tags: fc.constantFrom('', '{"team":"a"}'),
    counters: anyCounters,
  }),
  { minLength: 1, maxLength: 5 },
);
const ids = ['a', '__proto__', 'constructor', 'é"\n', 'e'];
const commits = fc.array(
  fc.uniqueArray(fc.record({ id: fc.constantFrom(...ids), usage, title: fc.string({ unit: 'binary' }) }), {
    selector: ({ id }) => id,
  }),
  { minLength: 1, maxLength: 12 },
);

/** Makes the tail outgrow its base within a few commits. */
const LONG = 'x'.repeat(60_000);

function filled(): Store {
  const store = newStore();
  commitTo(store, [addition('a')]);
  commitTo(store, [addition('a'), addition('b')]);
  return store;
}
const pathOf = (store: Store): string => tailPath(store.dir, 1);

describe('the index', () => {
  test.each([
    ['in the tail', ''],
    ['over new bases', LONG],
  ])('the index read back is the sum of all that was added: %s', (_, padding) => {
    fc.assert(
      fc.property(commits, (commits) => {
        const store = newStore();
        const model = new Map<string, { usage: UsageCell[]; title: string; commits: number }>();
        let index = indexOf(store);
        for (const [i, sessions] of commits.entries()) {
          const additions = sessions.map(({ id, usage, title }) => {
            const known = model.get(id) ?? { usage: [], title: '', commits: 0 };
            model.set(id, { usage: [...known.usage, ...usage], title, commits: known.commits + 1 });
            const added = addition(id, { usage });
            const rounds = known.commits + 1;
            return {
              ...added,
              entry: { ...added.entry, file: `${ids.indexOf(id)}.json`, title: title + padding, rounds },
            };
          });
          // Now as a run that goes on, now as one that has just begun.
          if (i % 2 === 0) index = indexOf(store);
          commit(nodeFiles, store, stateOf(store), index, batch(additions));
          for (const read of [indexOf(store), index]) {
            expect([...read.sessions.keys()].toSorted()).toEqual([...model.keys()].toSorted());
            for (const [id, { usage, title, commits }] of model) {
              const entry = read.sessions.get(id);
              expect(entry).toMatchObject({ id, title: title + padding, rounds: commits });
              expect(sums(entry?.usage ?? [])).toEqual(sums(usage));
            }
          }
        }
        for (const [id, { commits }] of model) {
          expect([...readRoundLines(store.dir, entryOf(store, id))]).toHaveLength(commits);
        }
        const { generation } = stateOf(store).index;
        if (padding !== '' && commits.flat().length > 20) expect(generation).toBeGreaterThan(1);
        const files = readdirSync(store.dir).filter((file) => file.startsWith('.index-'));
        expect(files.every((file) => file.startsWith(`.index-${generation}.`))).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  test.each([['garbage'], ['\0\0\0'], ['{"id":"a","usage":[]}\n'], ['{"id":"c"'], ['5\n']])(
    'is what is committed: %j behind that is not looked at, and goes with the next commit',
    (left) => {
      const store = filled();
      const before = snapshotOf(store);
      appendFileSync(pathOf(store), left);
      expect(snapshotOf(store)).toEqual(before);
      commitTo(store, [addition('b')]);
      const { usage } = entryOf(store, 'b');
      expect(mergeCells(usage)).toEqual([cell({ rounds: 2, input: 200, output: 20, cost: 10n })]);
      expect(readFileSync(pathOf(store), 'utf8')).not.toContain(left);
      expect(readFileSync(pathOf(store))).toHaveLength(stateOf(store).index.length);
    },
  );

  const damages: [string, RegExp, (path: string) => void][] = [
    ['missing', / is missing\./, (path) => rmSync(path)],
    ['emptied', / is 0 bytes long, but \d+ were committed\./, (path) => truncateSync(path, 0)],
    ['cut', / is 100 bytes long, but \d+ were committed\./, (path) => truncateSync(path, 100)],
    ['garbage at its beginning', / has a damaged line at byte 0\./, (path) => overwrite(path, 0, 'x')],
    ['NULs in its last line', / has a damaged line at byte \d{3}\./, (path) => overwrite(path, -5, '\0')],
    ['a line that is no document', / has a damaged line at byte 0\./, (path) => overwrite(path, 0, '5\n')],
    ['an empty line', / has a damaged line at byte 0\./, (path) => overwrite(path, 0, '\n')],
  ];
  test.each(damages)('with %s is an error that names it', (_, problem, damage) => {
    const store = filled();
    const path = pathOf(store);
    damage(path);
    const damaged = existsSync(path) && readFileSync(path);
    for (const use of [() => readSnapshot(store.dir), () => indexOf(store)]) {
      expect(use).toThrow(InputOutputError);
      expect(use).toThrow(`the index ${path} `);
      expect(use).toThrow(problem);
      expect(use).toThrow(/Nothing was changed\. .*monitor repair/);
    }
    expect(existsSync(path) && readFileSync(path)).toEqual(damaged);
  });
});

function overwrite(path: string, at: number, text: string): void {
  const bytes = readFileSync(path);
  bytes.write(text, at < 0 ? bytes.length + at : at, 'latin1');
  writeFileSync(path, bytes);
}

describe('mergeCells', () => {
  test('adds up what is alike and leaves its input alone', () => {
    const cells = [cell(), cell({ model: 'other' }), cell(), cell({ price: 'free', cost: 0n })];
    expect(mergeCells(cells)).toEqual([
      cell({ rounds: 2, input: 200, output: 20, cost: 10n }),
      cell({ model: 'other' }),
      cell({ price: 'free', cost: 0n }),
    ]);
    expect(cells[0]).toEqual(cell());
  });

  test('keeps apart what differs in any of its keys', () => {
    const other = { bucket: 1, model: 'x', consumer: 'x', api: 'x', price: 2 };
    const cells = [cell(), ...Object.entries(other).map(([key, value]) => cell({ [key]: value }))];
    expect(mergeCells(cells)).toEqual(cells);
    expect(mergeCells([cell({ model: 'a', consumer: '' }), cell({ model: '', consumer: 'a' })])).toHaveLength(
      2,
    );
  });
});
