import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../case.ts';

/** A target whose steps are numbers, to test the fuzzer itself: `judge` is what is broken on purpose. */
export function numbersTarget(judge: (numbers: number[]) => void): Target {
  return {
    mostSteps: 8,
    prepare: async () => {},
    run: async ({ folder, steps, note }) => {
      const numbers = steps.map((step) => step.int(0, 99));
      note(`numbers: ${numbers.join(' ')}`);
      writeFileSync(join(folder, 'numbers'), numbers.join('\n'));
      judge(numbers);
    },
  };
}
