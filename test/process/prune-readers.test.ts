import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../cli/run.ts';
import { aiLine, makeFolder } from '../ingest/make.ts';
import { parseWell, runMonitor } from './make.ts';

const SESSIONS = 6;
const DAY = 86_400_000;
const idOf = (i: number): string => `s${String(i).padStart(2, '0')}`;

/** Session `i` was last used `10 + i` days ago. */
function lineOf(i: number, n: number, now: number): string {
  const time = new Date(now - (10 + i) * DAY - (3 - n) * 1000).toISOString();
  return aiLine(idOf(i), n).replace(/"start_time":"[^"]*"/, `"start_time":"${time}"`);
}

test('row 29: readers during prunes see each session whole, without its texts, or told to be gone; sums never change', async () => {
  const folder = makeFolder();
  const [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];
  const now = Date.now();
  const ids = Array.from({ length: SESSIONS }, (_, i) => i);
  writeFileSync(log, ids.flatMap((i) => [0, 1, 2].map((n) => lineOf(i, n, now))).join(''));
  await parseWell(log, store);
  const ask = (...args: string[]): ReturnType<typeof run> => run([...args, '--data-dir', store, '--json']);
  const sums = (await ask('stats-model')).out;

  const state = { isPruning: true };
  const pruning = (async () => {
    for (let i = SESSIONS - 1; i >= 0; i--) {
      for (const content of [['--content'], []]) {
        const { code, err } = await runMonitor(
          'prune',
          '--older-than',
          `${9 + i}d`,
          ...content,
          '--data-dir',
          store,
        );
        expect([code, err]).toEqual([0, '']);
      }
    }
  })().finally(() => (state.isPruning = false));

  const seen = { whole: 0, blank: 0, gone: 0 };
  for (let turn = 0; state.isPruning; turn++) {
    const id = idOf(turn % SESSIONS);
    const { code, out, err } = await ask('show', id);
    if (code === 0) {
      const { rounds } = JSON.parse(out) as { rounds: { round: number; question: string | null }[] };
      expect(rounds.map(({ round }) => round)).toEqual([1, 2, 3]);
      const questions = rounds.map(({ question }) => question);
      const asked = [0, 2, 4].map((n) => `${id} message ${n}`);
      expect([asked, [null, null, null]]).toContainEqual(questions);
      seen[questions[0] === null ? 'blank' : 'whole']++;
    } else {
      expect(err).toMatch(/ was pruned (on|while it was read)/);
      seen.gone++;
    }
    expect((await ask('stats-model')).out).toBe(sums);
    expect((await ask('list', '--limit', '0')).code).toBe(0);
    // The prunes are other processes: what they say is heard between two turns.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await pruning;
  expect(seen.whole).toBeGreaterThan(0);
  expect(seen.gone).toBeGreaterThan(0);
  expect((await ask('stats-model')).out).toBe(sums);
  expect(JSON.parse((await ask('list')).out)).toMatchObject({ total: 0 });
});
