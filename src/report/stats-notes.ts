import { cleanLine } from '../platform/clean-text.ts';
import { plural } from '../platform/count-text.ts';
import { NOT_RECORDED, TIER, type GroupKey, type Tag } from '../query/group-keys.ts';
import type { Stats } from '../query/grouping.ts';
import { OTHER_VALUES } from '../session-format/round-cells.ts';

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
