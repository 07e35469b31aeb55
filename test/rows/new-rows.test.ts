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

function newLog(): { log: string; store: string; mark?: Mark } {
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

  describe('of rounds that look the same are numbered', () => {
    /** A line without a request id: others can look the same. */
    const alike = (minute: number): string => {
      const aiLog = {
        session_id: 's',
        model: 'm',
        input_token: 5,
        output_token: 1,
        question: 'q',
        answer: 'a',
      };
      const time = new Date(Date.UTC(2026, 1, 1, 12, minute)).toISOString();
      return `${JSON.stringify({ ai_log: JSON.stringify(aiLog), start_time: time, response_code: '200' })}\n`;
    };
    const numbers = (rows: readonly Row[]): [minute: number, occurrence: number][] =>
      rows.map(({ time, occurrence }) => [new Date(time).getUTCMinutes(), occurrence]);

    test('in one run, and over runs, also if they come late', async () => {
      const made = newLog();
      const add = async (...minutes: number[]): Promise<Row[]> => {
        const mark = made.mark;
        appendFileSync(made.log, minutes.map(alike).join(''));
        await parse(made);
        const rows = rowsSince(made.store, mark);
        made.mark = markOf(readSnapshot(made.store), 0);
        return rows;
      };
      expect(numbers(await add(0, 0, 20, 0))).toEqual([
        [0, 1],
        [0, 2],
        [20, 1],
        [0, 3],
      ]);
      // Later than all before: nothing is read.
      expect(numbers(await add(40, 40))).toEqual([
        [40, 1],
        [40, 2],
      ]);
      // In the bucket of the last, of the first, and in one that has no round.
      expect(numbers(await add(40, 0, 59, 19))).toEqual([
        [40, 3],
        [0, 4],
        [59, 1],
        [19, 1],
      ]);
      const all = rowsSince(made.store);
      expect(numbers(all).toSorted(([a, b], [c, d]) => a - c || b - d)).toEqual([
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
        [19, 1],
        [20, 1],
        [40, 1],
        [40, 2],
        [40, 3],
        [59, 1],
      ]);
      expect(new Set(all.map(({ identity }) => identity)).size).toBe(5);
    });
  });
});
