import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Finding, type Target } from './case.ts';

/** A target that is broken on purpose, to test the fuzzer itself: it fails on an even number above 50, and hangs on 7. */
export const target: Target = {
  mostSteps: 8,
  prepare: async () => {},
  run: async ({ folder, steps, note }) => {
    const numbers = steps.map((step) => step.int(0, 99));
    note(`numbers ${numbers.join(' ')}`);
    writeFileSync(join(folder, 'numbers'), numbers.join('\n'));
    if (process.env['PLANTED'] === 'hang' && numbers.includes(7)) for (;;);
    if (process.env['PLANTED'] === 'exception' && numbers.includes(7)) setImmediate(() => JSON.parse('{'));
    if (process.env['PLANTED'] === 'finding' && numbers.some((n) => n > 50 && n % 2 === 0))
      throw new Finding('an even number above 50');
  },
};
