import { exact, plural } from '../platform/count-text.ts';
import { failedRounds, type Failures } from './failures.ts';

/** `12 of 340 requests failed (3 rate limited (429), 9 server errors (5xx))`; nothing if none did, and all are known. */
export function failureNotes({ rounds, failures }: { rounds: number; failures: Failures }): string[] {
  const failed = failedRounds(failures);
  const { uncounted } = failures;
  const kinds = KINDS.flatMap(([of, one, many]) => {
    const count = of(failures);
    return count === 0 ? [] : [`${exact(count)} ${count === 1 ? one : many}`];
  });
  return [
    ...(failed === 0
      ? []
      : [`${exact(failed)} of ${plural(rounds - uncounted, 'request')} failed (${kinds.join(', ')})`]),
    ...(uncounted === 0
      ? []
      : [
          `Whether ${plural(uncounted, 'request')} that an older version stored failed is not known. monitor reindex counts those that are not pruned.`,
        ]),
  ];
}

const KINDS: readonly (readonly [of: (failures: Failures) => number, one: string, many: string])[] = [
  [({ rateLimited }) => rateLimited, 'rate limited (429)', 'rate limited (429)'],
  [
    ({ clientErrors, rateLimited }) => clientErrors - rateLimited,
    'other client error (4xx)',
    'other client errors (4xx)',
  ],
  [({ serverErrors }) => serverErrors, 'server error (5xx)', 'server errors (5xx)'],
  [({ gone }) => gone, 'without a response (status 0)', 'without a response (status 0)'],
];
