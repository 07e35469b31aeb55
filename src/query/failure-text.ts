import { exact } from '../platform/count-text.ts';
import * as en from '../texts/en.ts';
import { counted } from './counted.ts';
import { failedRounds, type Failures } from './failures.ts';

/** `12 of 340 requests failed (3 rate limited (429), 9 server errors (5xx))`; nothing if none did, and all are known. */
export function failureNotes(
  { rounds, failures }: { rounds: number; failures: Failures },
  texts = en.failures,
): string[] {
  const failed = failedRounds(failures);
  const { uncounted } = failures;
  const kinds = KINDS.flatMap(([name, of]) => {
    const count = of(failures);
    return count === 0 ? [] : [texts[name]({ count: counted(count) })];
  });
  return [
    ...(failed === 0
      ? []
      : [texts.some({ failed: exact(failed), requests: counted(rounds - uncounted), kinds })]),
    ...(uncounted === 0 ? [] : [texts.unknown({ requests: counted(uncounted) })]),
  ];
}

const KINDS = [
  ['rateLimited', ({ rateLimited }) => rateLimited],
  ['clientErrors', ({ clientErrors, rateLimited }) => clientErrors - rateLimited],
  ['serverErrors', ({ serverErrors }) => serverErrors],
  ['gone', ({ gone }) => gone],
] as const satisfies readonly (readonly [keyof typeof en.failures, (of: Failures) => number])[];
