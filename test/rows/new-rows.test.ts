import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { makeBase } from '../ingest/make.ts';
import { makeFolder } from '../platform/make.ts';
import { run } from '../cli/run.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { mergeCells } from '../../src/model/usage-cells.ts';
import { COLUMNS } from '../../src/rows/columns.ts';
import { StoreRows } from '../../src/rows/new-rows.ts';
import type { Row } from '../../src/rows/row.ts';
import { markOf, startReason, type Mark } from '../../src/store/mark.ts';
import { readSnapshot } from '../../src/store/read.ts';

const lines = ['access.log.1', 'access.log'].flatMap((name) =>
  readFileSync(join('fixtures', name), 'utf8').split(/(?<=\n)/),
);

function newLog(): { log: string; store: string } {
  const dir = makeFolder();
  writeFileSync(join(dir, 'access.log'), '');
  return { log: join(dir, 'access.log'), store: join(dir, 'gateway-1') };
}

async function parse({ log, store }: { log: string; store: string }, ...rest: string[]): Promise<void> {
  const { code, err } = await run(['parse', '--log-path', log, '--output-dir', store, ...rest]);
  expect(code, err).toBe(0);
}

function rowsSince(store: string, mark?: Mark): Row[] {
  return [...new StoreRows(readSnapshot(store)).since(mark)].flatMap(({ rows }) => [...rows]);
}

/** A row as an engine gets it. */
function valuesOf(row: Row): unknown[] {
  return COLUMNS.map(({ value }) => value(row, 1));
}

function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(valuesOf(row))).toSorted();
}

function textOf(cells: readonly UsageCell[]): string[] {
  return mergeCells(cells)
    .map((cell) => JSON.stringify({ ...cell, cost: String(cell.cost), saved: String(cell.saved) }))
    .toSorted();
}

function expectSums(store: string, rows: readonly Row[]): void {
  for (const { id, usage } of readSnapshot(store).sessions.values())
    expect(textOf(rows.filter(({ session }) => session === id).map(({ cell }) => cell)), id).toEqual(
      textOf(usage),
    );
}

describe('the rows of a store', () => {
  test('add up to the cells of its index, also with dimensions', async () => {
    const made = newLog();
    writeFileSync(made.log, lines.join(''));
    await parse(made, '--dimension', 'department');
    const rows = rowsSince(made.store);
    expect(rows).toHaveLength(154);
    expectSums(made.store, rows);
    expect(new Set(rows.map(({ log, place }) => `${log} ${place}`)).size).toBe(154);
    expect(new Set(rows.map(({ gateway }) => gateway))).toEqual(new Set(['gateway-1']));
  });

  test('come once each, however often a mark was made between runs', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.boolean(), fc.boolean()), {
          minLength: 1,
          maxLength: 8,
        }),
        async (runs) => {
          const made = newLog();
          let from = 0;
          let mark: Mark | undefined;
          const copied: Row[] = [];
          for (const [count, isMarked, isRebased] of runs) {
            appendFileSync(made.log, lines.slice(from, from + count).join(''));
            from += count;
            await parse(made);
            if (isRebased) makeBase(made.store);
            if (!isMarked) continue;
            const snapshot = readSnapshot(made.store);
            if (mark) expect(startReason(mark, snapshot)).toBeUndefined();
            copied.push(...rowsSince(made.store, mark));
            mark = markOf(snapshot, 0);
          }
          copied.push(...rowsSince(made.store, mark));
          expect(sorted(copied)).toEqual(sorted(rowsSince(made.store)));
          expectSums(made.store, copied);
        },
      ),
      { numRuns: 15 },
    );
  });
});
