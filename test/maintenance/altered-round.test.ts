import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repairStore, type RepairResult } from '../../src/maintenance/repair/repair.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import { aiLine, makeFolder, run } from '../ingest/make.ts';

interface Scene {
  store: string;
  log: string;
}

/** A session of five rounds of which the second has changed on disk. The log is gone. */
async function makeScene(from: string, to: string): Promise<Scene> {
  const folder = makeFolder();
  const [store, log] = [join(folder, 'store'), join(folder, 'access.log')];
  writeFileSync(log, Array.from({ length: 5 }, (_, n) => aiLine('s', n)).join(''));
  await run(store, log);
  const path = join(store, 's.json');
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines[2]).toContain(from);
  lines[2] = lines[2]?.replace(from, to) ?? '';
  writeFileSync(path, lines.join('\n'));
  writeFileSync(log, '');
  return { store, log };
}

const repair = (store: string, isApplied: boolean): Promise<RepairResult> =>
  repairStore(nodeFiles, store, isApplied);

const roundsOf = (store: string) => {
  const entry = readSnapshot(store).sessions.get('s');
  if (!entry) throw new Error('no session');
  return [...expandRounds(readRoundLines(store, entry))];
};

describe('a round in the middle of a session that has changed', () => {
  test('is an error that names the file and the round', async () => {
    const { store } = await makeScene('message 3', 'massage 3');
    expect(() => roundsOf(store)).toThrow(
      `the session file ${join(store, 's.json')} is damaged: round 2 does not match its checksum`,
    );
    // The index does not need it.
    expect(readSnapshot(store).sessions.get('s')?.rounds).toBe(5);
  });

  test('is kept by a repair if only its texts have changed, with a flag; nothing after it is lost', async () => {
    const { store, log } = await makeScene('message 3', 'massage 3');
    const { problems } = await repair(store, false);
    expect(problems).toEqual([
      {
        file: join(store, 's.json'),
        session: 's',
        problem: 'has changed in round 2',
        repair: 'the round is kept as it is, with the flag altered; its numbers are those of the index',
        lostRounds: 0,
      },
    ]);
    await repair(store, true);
    expect((await repair(store, false)).problems).toEqual([]);
    const rounds = roundsOf(store);
    expect(rounds.map(({ stored }) => stored.flags ?? [])).toEqual([[], ['altered'], [], [], []]);
    expect(rounds[1]?.answer).toBe('"s massage 3"');
    expect(existsSync(join(store, '.damaged-s.json'))).toBe(true);
    // It goes on as before.
    writeFileSync(log, aiLine('s', 5));
    await run(store, log);
    expect(roundsOf(store)).toHaveLength(6);
  });

  test('is not believed if its numbers have changed: that is what it is without a checksum too', async () => {
    const { store } = await makeScene('"input_tokens":101', '"input_tokens":901');
    const { problems } = await repair(store, false);
    expect(problems).toMatchObject([{ problem: 'is damaged after round 1', lostRounds: 4 }]);
  });
});
