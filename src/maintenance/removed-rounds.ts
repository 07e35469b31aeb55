import { removedRounds, type PrunedPart } from '../store/pruned-file.ts';
import { mergeCells } from '../model/usage-cells.ts';
import { ToolTally } from '../session-format/tool-tally.ts';
import { nameSessionFile } from '../store/names.ts';
import { pruneMarks, type PruneMarks, type SessionEntry } from '../model/session-entry.ts';
import { emptySum, type SessionSum } from './read-session.ts';

/** What was removed from each session, which the store keeps separate from the index. */
export type Removed = ReadonlyMap<string, readonly PrunedPart[]>;

/** The sums of the rounds in a session's file, including those that were removed from it. */
export function withRemoved(sum: SessionSum, parts: readonly PrunedPart[] = []): SessionSum {
  if (parts.length === 0) return sum;
  return {
    ...sum,
    created: Math.min(sum.created, ...parts.map(({ created }) => created)),
    updated: Math.max(sum.updated, ...parts.map(({ updated }) => updated)),
    rounds: sum.rounds + removedRounds(parts),
    model: sum.rounds > 0 ? sum.model : (parts.at(-1)?.model ?? ''),
    errors: sum.errors + parts.reduce((errors, part) => errors + part.errors, 0),
    usage: mergeCells([...parts.flatMap(({ usage }) => usage), ...sum.usage]),
  };
}

/** The marks of a session from which these parts were removed. */
export function marksOf(parts: readonly PrunedPart[] = [], known: PruneMarks = {}): PruneMarks {
  const last = parts.at(-1);
  return {
    ...pruneMarks(known),
    ...(last && { pruned: last.pruned, pruned_rounds: removedRounds(parts) }),
  };
}

/** The entry of a session of which only removed rounds are known; undefined if nothing was removed. */
export function tombstoneOf(id: string, parts: readonly PrunedPart[] = []): SessionEntry | undefined {
  if (parts.length === 0) return undefined;
  const file = nameSessionFile(id, () => false);
  const summary = { length: 0, crc: 0 };
  const { counts } = ToolTally.after(parts);
  return { ...withRemoved(emptySum(), parts), ...counts, id, file, summary, ...marksOf(parts) };
}
