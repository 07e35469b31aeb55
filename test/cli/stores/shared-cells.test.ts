import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../platform/make.ts';
import { readSnapshot } from '../../../src/store/read.ts';
import { run } from '../run.ts';
import { answerOf, difference } from './compare.ts';

/** Requests of many sessions at the same times, so that the index sums them; every tenth has a model of its own. */
function request(session: number, n: number): string {
  const model = session % 10 === 0 ? `model-${session}` : n % 2 === 0 ? 'gpt-4o' : 'qwen-max';
  const aiLog = {
    session_id: `s${session}`,
    model,
    consumer: 'ci',
    input_token: 100 + n,
    output_token: session,
  };
  const time = `2026-02-0${1 + (n % 3)}T10:0${n % 10}:${String(session % 60).padStart(2, '0')}Z`;
  const rest = { response_code: n === 5 ? '500' : '200', duration: '700', request_id: `${session}-${n}` };
  return `${JSON.stringify({ ai_log: JSON.stringify(aiLog), start_time: time, ...rest })}\n`;
}

/** A store whose index has a base with the first lines, and a tail with the others. */
async function storeOf(
  dir: string,
  first: readonly string[],
  others: readonly string[] = [],
): Promise<string> {
  mkdirSync(dir);
  const [log, store] = [join(dir, 'access.log'), join(dir, 'store')];
  for (const [i, lines] of [first, others].entries()) {
    appendFileSync(log, lines.join(''));
    const ran = await run(['parse', '--log-path', log, '--output-dir', store]);
    expect(ran.code, ran.err).toBe(0);
    if (i === 0) expect((await run(['reindex', '--data-dir', store])).code).toBe(0);
  }
  return store;
}

const REPORTS = [
  ['stats-model', '--json', '--health'],
  ['stats-model', '--json', '--group-by', 'date,consumer', '--timezone', 'UTC'],
  ['stats-health', '--json'],
  ['prices', '--json'],
  ['check', '--json', '--per', 'total', '--budget-usd', '1', '--model', 'model-10'],
  ['list', '--json', '--limit', '0'],
];

test.each([
  ['no session in common', 50, 50],
  ['sessions in common', 40, 65],
])('sums of the indexes, with %s', async (_name, end, start) => {
  const folder = makeFolder();
  const sessions = Array.from({ length: 100 }, (_, i) => i);
  const linesOf = (own: readonly number[], ...rounds: number[]): string[] =>
    rounds.flatMap((n) => own.map((i) => request(i, n)));
  const all = Array.from({ length: 8 }, (_, i) => i);
  const whole = await storeOf(join(folder, 'whole'), linesOf(sessions, ...all));
  const [first, last] = [sessions.slice(0, start), sessions.slice(end)];
  const a = await storeOf(join(folder, 'a'), linesOf(first, ...all.slice(0, 6)), linesOf(first, 6, 7));
  const b = await storeOf(
    join(folder, 'b'),
    linesOf(last.slice(0, -5), ...all),
    linesOf(last.slice(-5), ...all),
  );
  // Both have the sums in their bases; of a small store, the index has none.
  for (const store of [a, b]) expect(readSnapshot(store).sessions.sharedCells()?.size).toBeGreaterThan(0);
  const small = await storeOf(join(folder, 'small'), linesOf([7], ...all));
  expect(readSnapshot(small).sessions.sharedCells()).toBeUndefined();
  for (const stores of [
    [a, b],
    [b, a, small],
  ]) {
    for (const report of REPORTS)
      expect(
        difference(await answerOf(report, stores), await answerOf(report, [whole])),
        report.join(' '),
      ).toBe('');
  }
});
