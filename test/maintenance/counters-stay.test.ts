import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { reindexStore } from '../../src/maintenance/reindex/reindex.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { addCounters, type CellCounters } from '../../src/model/cell-counters.ts';
import { countersOf } from '../../src/model/round-counters.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { fc } from '../fast-check.ts';
import { makeFolder, run } from '../ingest/make.ts';
import { refreshBy } from './refresh-scene.ts';

/** A request: its session, and what its counters are made from. */
interface Sent {
  session: string;
  team: string | null;
  status: number;
  flags: string;
  duration: number | null;
  firstToken: number | null;
  output: number;
}

const anySent: fc.Arbitrary<Sent> = fc.record({
  session: fc.constantFrom('a', 'b', 'c'),
  team: fc.constantFrom('x', 'y', null),
  status: fc.constantFrom(200, 200, 429, 503, 0),
  flags: fc.constantFrom('-', 'UT', 'UF,URX', 'DC'),
  duration: fc.option(fc.integer({ min: 0, max: 100_000 })),
  firstToken: fc.option(fc.integer({ min: 0, max: 5000 })),
  output: fc.nat(500),
});

function lineOf({ session, team, status, flags, duration, firstToken, output }: Sent, n: number): string {
  const aiLog = {
    session_id: session,
    model: 'gpt-4o',
    team,
    input_token: 10,
    output_token: output,
    total_token: 10 + output,
    ...(duration !== null && { llm_service_duration: duration }),
    ...(firstToken !== null && { llm_first_token_duration: firstToken }),
  };
  return `${JSON.stringify({
    ai_log: JSON.stringify(aiLog),
    request_id: `r-${n}`,
    response_code: String(status),
    response_flags: flags,
    start_time: new Date(Date.UTC(2026, 1, 1) + n * 60_000).toISOString(),
  })}\n`;
}

/** The sums of the index, by team. */
function countersIn(store: string): Record<string, CellCounters> {
  const sums = new Map<string, CellCounters>();
  for (const { usage } of readSnapshot(store).sessions.values())
    for (const { tags, counters } of usage) sums.set(tags, addCounters(sums.get(tags) ?? [], counters));
  return Object.fromEntries([...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function expected(sent: readonly Sent[]): Record<string, CellCounters> {
  const sums = new Map<string, CellCounters>();
  for (const { team, status, flags, duration, firstToken, output } of sent) {
    const tags = JSON.stringify({ team: team ?? '' });
    const counters = countersOf(
      {
        usage: { output },
        responseCode: status,
        responseFlags: flags === '-' ? null : flags,
        durationMs: duration,
        firstTokenMs: firstToken,
      },
      'all',
    );
    sums.set(tags, addCounters(sums.get(tags) ?? [], counters));
  }
  return Object.fromEntries([...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const STEPS: Record<string, (store: string) => unknown> = {
  'prune texts': (dir) =>
    pruneStore(nodeFiles, { dir, before: Infinity, content: true, isDryRun: false, now: Date.now() }),
  reprice: (dir) => refreshBy(dir, [{ match: 'gpt-4o', input: 9 }]),
  reindex: (dir) => reindexStore(nodeFiles, dir, {}),
  'lose the index': async (dir) => {
    for (const name of readdirSync(dir)) if (name.startsWith('.index-')) rmSync(join(dir, name));
    await repairStore(nodeFiles, dir, true);
  },
  'prune all': (dir) =>
    pruneStore(nodeFiles, { dir, before: Infinity, content: false, isDryRun: false, now: Date.now() }),
};

test('counters and tags are the sums of the rounds, whatever is done to the store, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anySent, { minLength: 1, maxLength: 12 }),
      fc.array(anySent, { maxLength: 6 }),
      fc.shuffledSubarray(Object.keys(STEPS)),
      async (first, later, steps) => {
        const folder = makeFolder();
        const [log, store] = [join(folder, 'access.log'), join(folder, 'store')];
        writeFileSync(log, first.map(lineOf).join(''));
        await run(store, log, { kept: { dimensions: ['team'] }, batchSize: 500 });
        expect(countersIn(store)).toEqual(expected(first));
        for (const step of steps) {
          await STEPS[step]?.(store);
          expect(countersIn(store), step).toEqual(expected(first));
        }
        writeFileSync(log, [...first, ...later].map(lineOf).join(''));
        await run(store, log);
        expect(countersIn(store)).toEqual(expected([...first, ...later]));
        expect((await repairStore(nodeFiles, store, false)).problems).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
});
