import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeRandom } from '../../scripts/fixtures/prng.mjs';
import { filesOf, makeFolder, render, type Made } from './make.ts';
import { quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';

const UNTIL = Date.parse('2026-02-03T00:00:00Z');
const DAY_MS = 86_400_000;

const contents = (siteDir: string): [string, string][] =>
  [...filesOf(siteDir)].map(([path, { digest }]): [string, string] => [path, digest]).toSorted();

function makeEmpty(): Made {
  const folder = makeFolder();
  return { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
}

/** What a first render makes. */
async function anew(made: Made, now: number): Promise<[string, string][]> {
  const siteDir = join(makeFolder(), 'site');
  await render({ ...made, siteDir }, { now });
  return contents(siteDir);
}

describe('a render that goes on from the last one', () => {
  test.each([1, 2, 3, 4, 5, 6])(
    'makes what a first one would, whatever came in between (%i)',
    async (seed) => {
      const dice = makeRandom(seed);
      const random = (): number => dice.int(0, 999_999) / 1_000_000;
      const made = makeEmpty();
      const sessions = quickSessions(150 + seed * 60, 20 + seed * 15, UNTIL);
      storeQuickly(made.dataDir, sessions);
      const now = UNTIL + DAY_MS;
      await render(made, { now });
      for (let step = 0; step < 6; step++) {
        const count = 1 + Math.floor(random() * 4);
        const more = Array.from({ length: count }, (_, i): QuickSession => {
          const known = sessions[Math.floor(random() * sessions.length)] as QuickSession;
          const isNew = random() < 0.4;
          const at = UNTIL - Math.floor(random() ** 3 * 70 * DAY_MS);
          const rounds = [
            { at, model: random() < 0.2 ? 'gpt-5' : 'qwen-max', input: 70, cached: 7, output: 9 },
          ];
          return { ...known, id: isNew ? `new:${seed}:${step}:${i}` : known.id, rounds };
        });
        const byId = new Map(more.map((session) => [session.id, session]));
        storeQuickly(made.dataDir, [...byId.values()]);
        await render(made, { now });
        expect(contents(made.siteDir), `step ${step}`).toEqual(await anew(made, now));
      }
    },
  );
});
