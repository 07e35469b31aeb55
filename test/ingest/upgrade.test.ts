import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COUNTER, counterOf, failedRoundsOf, addCounters } from '../../src/model/cell-counters.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { reindexStore } from '../../src/maintenance/reindex/reindex.ts';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { readSnapshot } from '../../src/store/read.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { aiLine, dumpStore, failAt, makeFolder, run } from './make.ts';

/*
 * A store of state format 4, made by version 0.1.0 plus "known rounds": a session of 94 rounds with a records file,
 * sessions that were pruned wholly (one was used again) and of their texts, an imported one, refreshed prices, an index
 * with a base and a tail. Beside it, what that build said of it.
 */
const ARCHIVE = join(import.meta.dirname, '../../fixtures/stores/format-4.tar.gz');
const TRUTH = JSON.parse(readFileSync(ARCHIVE.replace('.tar.gz', '.json'), 'utf8')) as {
  stats_model: { total: Record<string, unknown> };
  list: { sessions: Record<string, unknown>[] };
  round_keys: string[];
  rounds: Record<string, string>;
};

let unpacked: string;
beforeAll(() => {
  unpacked = mkdtempSync(join(tmpdir(), 'monitor-format-4-'));
  execFileSync('tar', ['-xzf', ARCHIVE, '-C', unpacked]);
});

afterAll(() => rmSync(unpacked, { recursive: true }));

function oldStore(): { dir: string; log: string } {
  const folder = makeFolder();
  cpSync(unpacked, folder, { recursive: true });
  const log = join(folder, 'new.log');
  writeFileSync(log, aiLine('long', 200, { department: 'search' }) + aiLine('new', 1, { department: 'ads' }));
  return { dir: join(folder, 'sessions'), log };
}

const totalOf = (dir: string): { rounds: number; cost: bigint; cells: UsageCell[] } => {
  const cells = [...readSnapshot(dir).sessions.values()].flatMap(({ usage }) => usage);
  return {
    rounds: cells.reduce((sum, cell) => sum + cell.rounds, 0),
    cost: cells.reduce((sum, cell) => sum + cell.cost, 0n),
    cells,
  };
};
const countersOf = (cells: readonly UsageCell[]): readonly number[] =>
  cells.reduce<readonly number[]>((sum, { counters }) => addCounters(sum, counters), []);

describe('a store of format 4', () => {
  test('is read as it is: the same totals, and nothing is known of failures', () => {
    const { dir } = oldStore();
    const { rounds, cost, cells } = totalOf(dir);
    expect(rounds).toBe(256);
    expect(Number(cost) / 1e18).toBe(TRUTH.stats_model.total['cost_usd']);
    expect(countersOf(cells)).toEqual([COUNTER.uncounted, 256]);
    expect(readSnapshot(dir).state).toMatchObject({ format: 4 });
    expect(readSnapshot(dir).state.coverage).toBeUndefined();
  });

  test('prints what the build before printed, key by key', () => {
    const { dir } = oldStore();
    const print = (...args: string[]) =>
      JSON.parse(
        execFileSync(process.execPath, ['bin/monitor.js', ...args, '--json', '--data-dir', dir], {
          maxBuffer: 1 << 28,
        }).toString(),
      );
    const total = print('stats-model').total;
    for (const [key, value] of Object.entries(TRUTH.stats_model.total)) expect(total[key]).toEqual(value);
    const { sessions } = print('list', '--limit', '0', '--timezone', 'UTC');
    expect(sessions).toHaveLength(TRUTH.list.sessions.length);
    for (const [i, old] of TRUTH.list.sessions.entries()) {
      // A failed request that names no model is no model of a session any more. This one has an answer of which neither the
      // model nor the usage was logged.
      const isAnswered = old.session_id === 'agent:main:telegram:dm:583920174';
      const models = (old.models as string[]).filter(
        (model) => model !== 'unknown' || old.model === 'unknown' || isAnswered,
      );
      expect(sessions[i]).toMatchObject({ ...old, models });
    }
    for (const id of ['long', 'late', 'agent:main:telegram:dm:583920174']) {
      const { rounds } = print('show', id);
      const text = JSON.stringify(rounds.map((round: never) => TRUTH.round_keys.map((key) => round[key])));
      expect(createHash('sha256').update(text).digest('hex').slice(0, 32)).toBe(TRUTH.rounds[id]);
    }
  });

  test('is taken over by the first run: one commit, session files untouched, counters from then on', async () => {
    const { dir, log } = oldStore();
    const before = readSnapshot(dir).state;
    const untouched = readdirSync(dir).filter((name) => /^[^.].*\.json$/.test(name) && name !== 'long.json');
    const bytes = untouched.map((name) => readFileSync(join(dir, name), 'latin1'));
    await run(dir, log);
    expect(untouched.map((name) => readFileSync(join(dir, name), 'latin1'))).toEqual(bytes);
    const { state } = readSnapshot(dir);
    expect(state).toMatchObject({ format: 5, commit: before.commit + 2 });
    expect(state.coverage).toMatchObject({
      kept_from: { next_log: before.next_log },
      counted_from: { next_log: before.next_log },
      dimensions: [],
    });
    const counters = countersOf(totalOf(dir).cells);
    expect(counterOf(counters, 'uncounted')).toBe(256);
    expect(counterOf(counters, 'noStatus')).toBe(2);
    const repaired = await repairStore(nodeFiles, dir, false, {
      logPaths: [],
      toUtc: (ms) => ms,
      resolve: () => Promise.resolve(undefined),
      now: Date.now(),
    });
    expect(repaired.problems).toEqual([]);
  });

  test('a reindex counts old rounds too, as far as they say', async () => {
    const { dir, log } = oldStore();
    await run(dir, log);
    const { cost } = totalOf(dir);
    const result = reindexStore(nodeFiles, dir, { dimensions: ['department'] });
    expect(result).toMatchObject({
      rounds: 212,
      unkeptRounds: 210,
      prunedRounds: 46,
      dimensions: ['department'],
    });
    const { cells, cost: after } = totalOf(dir);
    expect(after).toBe(cost);
    const counters = countersOf(cells);
    expect(counterOf(counters, 'uncounted')).toBe(46);
    expect(counterOf(counters, 'unflagged')).toBe(210);
    expect(counterOf(counters, 'status5xx')).toBeGreaterThan(0);
    expect(failedRoundsOf(counters)).toBeGreaterThan(5);
    const byTag = new Map<string, number>();
    for (const { tags, rounds } of cells) byTag.set(tags, (byTag.get(tags) ?? 0) + rounds);
    expect(byTag.get('{"department":"search"}')).toBe(1);
    expect(byTag.get('{"department":"ads"}')).toBe(1);
  });

  test('a prune takes it over too', () => {
    const { dir } = oldStore();
    const { cost } = totalOf(dir);
    pruneStore(nodeFiles, {
      dir,
      before: Date.UTC(2026, 1, 6),
      content: false,
      isDryRun: false,
      now: Date.now(),
    });
    expect(readSnapshot(dir).state).toMatchObject({ format: 5 });
    expect(totalOf(dir)).toMatchObject({ rounds: 256, cost });
    expect(countersOf(totalOf(dir).cells)).toEqual([COUNTER.uncounted, 256]);
  });
});

describe('killed at any file operation while it is taken over', () => {
  let whole: unknown;
  let operations: number;
  beforeAll(async () => {
    const { dir, log } = oldStore();
    const { files, operations: done } = failAt(Infinity, 'before');
    await run(dir, log, {}, files);
    operations = done.length;
    whole = [dumpStore(dir), countersOf(totalOf(dir).cells)];
  });

  test.each(['torn', 'after'] as const)('%s it', async (fault) => {
    expect(operations).toBeGreaterThan(40);
    for (let at = 0; at < operations; at++) {
      const { dir, log } = oldStore();
      const { files } = failAt(at, fault);
      await run(dir, log, {}, files).catch(() => undefined);
      // A reader sees a whole store at any time.
      expect([256, 258]).toContain(totalOf(dir).rounds);
      await run(dir, log);
      expect([dumpStore(dir), countersOf(totalOf(dir).cells)], `operation ${at}`).toEqual(whole);
    }
  });
});
