import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../case.ts';
import { contentOf, expectSame, makeVictim } from '../monitor.ts';

/** Writes into a folder of somebody else's. */
export const target: Target = {
  mostSteps: 1,
  prepare: async () => {},
  run: async ({ folder }) => {
    const victim = makeVictim(folder);
    const before = contentOf(victim);
    writeFileSync(join(victim, 'file'), 'PRECIOUS');
    expectSame('a folder outside', before, contentOf(victim));
  },
};
