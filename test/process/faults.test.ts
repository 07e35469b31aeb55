import { appendFileSync, cpSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { aiLine, dumpStore, makeFolder, otherLine, run, storedRequests } from '../ingest/make.ts';
import { BIN, canRun, parseArgs, start, testUnless, type Ran } from './make.ts';

const testWithStrace = testUnless(
  !canRun('strace', '-f', '-o', '/dev/null', '-e', 'trace=close', 'true') &&
    'strace is missing, or may not trace here (ptrace)',
);

/** A log, and the store it is parsed into, at the moment before the run that something happens to. */
interface Scene {
  log: string;
  store: string;
}

const sceneIn = (folder: string): Scene => ({
  log: join(folder, 'access.log'),
  store: join(folder, 'sessions'),
});

const lines = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, i) => aiLine('a', from + i) + otherLine(i) + aiLine('b', from + i),
  ).join('');

async function makeFirst(folder: string): Promise<void> {
  writeFileSync(sceneIn(folder).log, lines(0, 2));
}

/** Sessions that grow, a new one, a rotation with an unread tail, a line to reject. */
async function makeLater(folder: string): Promise<void> {
  const { log, store } = sceneIn(folder);
  writeFileSync(log, lines(0, 2));
  await run(store, log);
  appendFileSync(log, lines(2, 3));
  renameSync(log, `${log}.1`);
  writeFileSync(log, aiLine('a', 3) + aiLine('c', 0) + '{"ai_log":"{cut","x":""}\n');
}

async function prepare(
  make: (folder: string) => Promise<void>,
): Promise<{ copy: () => Scene; whole: unknown }> {
  const folder = makeFolder();
  await make(folder);
  const copy = (): Scene => {
    const target = makeFolder();
    cpSync(folder, target, { recursive: true, preserveTimestamps: true });
    return sceneIn(target);
  };
  const undisturbed = copy();
  await run(undisturbed.store, undisturbed.log);
  return { copy, whole: dumpStore(undisturbed.store) };
}

/** Runs the real program, whose `at`-th call (from 1) of `call` meets with `what`. */
function runWith(what: string, call: string, at: number, { log, store }: Scene): Promise<Ran> {
  const options = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${at}`];
  return start('strace', [...options, process.execPath, BIN, ...parseArgs(log, store), '--quiet']).ended;
}

/** The number of commits; 0 also where there is no state yet. */
function commitsIn({ store }: Scene): number {
  const path = join(store, '.state.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { commit: number }).commit : 0;
}

/** System calls, and how many of them a run makes at least. */
const CALLS = [
  ['pwrite64', 6],
  ['ftruncate', 4],
  ['fsync', 6],
  ['rename', 1],
] as const;

describe.each([
  ['a first run', makeFirst],
  ['a run over a rotated log', makeLater],
])('%s', (_, make) => {
  testWithStrace.each(CALLS)('killed at each %s: the next run completes it', async (call, least) => {
    const { copy, whole } = await prepare(make);
    for (let at = 1; ; at++) {
      const scene = copy();
      const ran = await runWith('signal=SIGKILL', call, at, scene);
      if (ran.code === 0) {
        expect(at).toBeGreaterThan(least);
        expect(dumpStore(scene.store)).toEqual(whole);
        return;
      }
      expect(ran.signal).toBe('SIGKILL');
      await run(scene.store, scene.log);
      expect(dumpStore(scene.store), `after ${call} ${at}`).toEqual(whole);
    }
  });

  testWithStrace.each(
    CALLS.flatMap(([call, least]) =>
      call === 'ftruncate'
        ? []
        : ([
            ['ENOSPC', call, least, /no space left on device/],
            ['EIO', call, least, /i\/o error/],
          ] as const),
    ),
  )(
    '%s from each %s: exit code 74, one line, no commit, and the next run completes it',
    async (error, call, least, words) => {
      const { copy, whole } = await prepare(make);
      for (let at = 1; ; at++) {
        const scene = copy();
        const before = commitsIn(scene);
        const ran = await runWith(`error=${error}`, call, at, scene);
        if (ran.code === 0) {
          expect(at).toBeGreaterThan(least);
          return;
        }
        expect([ran.code, ran.out], `${call} ${at}`).toEqual([74, '']);
        expect(ran.err).toMatch(/^monitor: [^\n]+\n$/);
        expect(ran.err).toMatch(words);
        if (commitsIn(scene) !== before) {
          // The folder's own fsync, behind the rename that commits.
          expect(call).toBe('fsync');
          expect(dumpStore(scene.store)).toEqual(whole);
        }
        await run(scene.store, scene.log);
        expect(dumpStore(scene.store), `after ${call} ${at}`).toEqual(whole);
      }
    },
  );
});

testWithStrace('a backlog is committed in parts: a kill loses nothing of those before it', async () => {
  const folder = makeFolder();
  const { log } = sceneIn(folder);
  // Somewhat more than a batch.
  const rounds = 16;
  const content = 'word '.repeat(800_000);
  for (let i = 0; i < rounds; i++)
    appendFileSync(log, aiLine(`s${i}`, 0, { messages: [{ role: 'user', content }] }));
  const stored: number[] = [];
  for (let at = 3; ; at++) {
    const store = join(folder, `sessions-${at}`);
    const { code } = await runWith('signal=SIGKILL', 'rename', at, { log, store });
    stored.push(storedRequests(store).length);
    if (code === 0) break;
    expect(await run(store, log)).toMatchObject({ rounds: rounds - (stored.at(-1) ?? 0) });
    expect(new Set(storedRequests(store)).size).toBe(rounds);
  }
  // Killed at the first commit, at the second, where the prices that were looked up are kept, and not at all.
  const [, first = 0] = stored;
  expect(stored).toEqual([0, first, rounds, rounds]);
  expect([first > 0, first < rounds]).toEqual([true, true]);
});
