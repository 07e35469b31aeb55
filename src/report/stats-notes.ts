import { cleanLine } from '../platform/clean-text.ts';
import { exact, plural } from '../platform/count-text.ts';
import { failedRounds, type Failures } from '../query/failures.ts';
import { NOT_RECORDED, TIER, type GroupKey, type Tag } from '../query/group-keys.ts';
import type { Stats } from '../query/grouping.ts';
import { OTHER_VALUES } from '../session-format/round-cells.ts';

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

/** What the values of dimensions in a table do not say. */
export function dimensionNotes({ keys, rows, total }: Stats): string[] {
  return keys.flatMap((key, i) => {
    if (!isTag(key)) return [];
    const roundsOf = (name: string): number =>
      rows.reduce((sum, { names, row }) => sum + (names[i] === name ? row.rounds : 0), 0);
    const name = cleanLine(key.tag);
    const remedy = key.isReindexed ? 'what they had was not kept' : 'run monitor reindex to count by it';
    return [
      ...note(
        roundsOf(NOT_RECORDED),
        (rounds) => `${rounds} stored before the store counted by ${name}: ${remedy}.`,
      ),
      ...note(
        roundsOf(OTHER_VALUES),
        (rounds) => `${rounds} put in ${OTHER_VALUES}: a session counts by at most 1,000 values of ${name}.`,
      ),
      ...(key === TIER
        ? note(
            total.failures.uncounted,
            (rounds) => `${rounds} stored before the store counted by ${name}, and counted as (default).`,
          )
        : []),
    ];
  });
}

function note(rounds: number, text: (rounds: string) => string): string[] {
  return rounds === 0 ? [] : [text(`${plural(rounds, 'round')} ${rounds === 1 ? 'was' : 'were'}`)];
}

function isTag(key: GroupKey): key is Tag {
  return typeof key !== 'string';
}
