import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fc } from '../../fast-check.ts';
import { makeFolder } from '../../platform/make.ts';
import { run } from '../run.ts';
import { answerOf, difference, reportsOf } from './compare.ts';

const folder = makeFolder();
const lines = ['access.log.1', 'access.log'].flatMap((name) =>
  readFileSync(join('fixtures', name), 'utf8')
    .split('\n')
    .filter((line) => line !== ''),
);
let made = 0;

async function storeOf(name: string, own: readonly string[]): Promise<string> {
  const dir = join(folder, `${++made}`, name);
  mkdirSync(dir, { recursive: true });
  const log = join(dir, 'access.log');
  writeFileSync(log, own.map((line) => `${line}\n`).join(''));
  const { code, err } = await run([
    'parse',
    '--log-path',
    log,
    '--output-dir',
    join(dir, 'store'),
    '--gateway',
    name,
  ]);
  expect(code, err).toBe(0);
  return join(dir, 'store');
}

async function idsOf(store: string): Promise<string[]> {
  const { out } = await run(['list', '--json', '--limit', '0', '--data-dir', store]);
  return (JSON.parse(out) as { sessions: { session_id: string }[] }).sessions.map(({ session_id: id }) => id);
}

async function expectEqual(whole: string, parts: readonly string[]): Promise<void> {
  for (const report of reportsOf(await idsOf(whole)))
    expect(difference(await answerOf(report, parts), await answerOf(report, [whole])), report.join(' ')).toBe(
      '',
    );
}

test('two stores that read parts of one log, some lines in both', { timeout: 300_000 }, async () => {
  const whole = await storeOf('whole', lines);
  const half = Math.floor(lines.length / 2);
  const parts = [await storeOf('a', lines.slice(0, half + 30)), await storeOf('b', lines.slice(half - 30))];
  await expectEqual(whole, parts);
  await expectEqual(whole, parts.toReversed());
});

test('five stores, lines at random', { timeout: 600_000 }, async () => {
  const whole = await storeOf('whole', lines);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 3 }), {
        minLength: lines.length,
        maxLength: lines.length,
      }),
      async (places) => {
        const parts: string[] = [];
        for (const [i, name] of ['a', 'b', 'c', 'd', 'e'].entries())
          parts.push(
            await storeOf(
              name,
              lines.filter((_, at) => places[at]?.includes(i)),
            ),
          );
        await expectEqual(whole, parts);
      },
    ),
    { numRuns: 1 },
  );
});
