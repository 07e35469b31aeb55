import { cleanLine } from '../platform/clean-text.ts';
import { NOT_RECORDED, TIER, type GroupKey, type Tag } from '../query/group-keys.ts';
import { counted } from '../query/counted.ts';
import type { Stats } from '../query/grouping.ts';
import { OTHER_VALUES } from '../session-format/round-cells.ts';
import type { Counted } from '../texts/counted.ts';
import * as en from '../texts/en.ts';

/** What the values of dimensions in a table do not say. */
export function dimensionNotes({ keys, rows, total }: Stats, texts = en.stats): string[] {
  return keys.flatMap((key, i) => {
    if (!isTag(key)) return [];
    const roundsOf = (name: string): number =>
      rows.reduce((sum, { names, row }) => sum + (names[i] === name ? row.rounds : 0), 0);
    const name = cleanLine(key.tag);
    return [
      ...note(roundsOf(NOT_RECORDED), (rounds) =>
        (key.isReindexed ? texts.notKept : texts.notCounted)({ rounds, name }),
      ),
      ...note(roundsOf(OTHER_VALUES), (rounds) => texts.otherValues({ rounds, name, others: OTHER_VALUES })),
      ...(key === TIER ? note(total.failures.uncounted, (rounds) => texts.asDefault({ rounds, name })) : []),
    ];
  });
}

function note(rounds: number, text: (rounds: Counted) => string): string[] {
  return rounds === 0 ? [] : [text(counted(rounds))];
}

function isTag(key: GroupKey): key is Tag {
  return typeof key !== 'string';
}
