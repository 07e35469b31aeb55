import { isPruned } from '../model/session-entry.ts';
import type { Files } from '../platform/files.ts';
import { readFields } from '../session-format/read-round.ts';
import { findCursors, onlyAdds, type CopyCursor } from './copy-cursor.ts';
import { startReason, unknownReason, wasBefore, type Mark, type StartReason } from './mark.ts';
import { isUnreadable, type Snapshot } from './read.ts';
import { roundsBackward } from './read-backward.ts';

/** What a target has of the store. */
export interface TargetLag {
  target: string;
  /** Rounds that the next copy sends. Those of sessions that cannot be read are not among them. */
  rounds: number;
  /** Why these are all rounds; undefined: only those that were added since. */
  reason: StartReason | undefined;
  /** When the last copy was finished, as of the store then: milliseconds since 1970 UTC; null: none was. */
  copiedAt: number | null;
  /** A copy was begun and not finished. */
  isUnfinished: boolean;
  /** Sessions that could not be read then. */
  unread: number;
}

/** How far each target is behind, and the files that do not say so because they are damaged. */
export function lagOfTargets(files: Files, snapshot: Snapshot): { targets: TargetLag[]; damaged: string[] } {
  const { cursors, damaged } = findCursors(files, snapshot.dir);
  return { targets: cursors.map((cursor) => lagOf(files, snapshot, cursor)), damaged };
}

function lagOf(files: Files, snapshot: Snapshot, cursor: CopyCursor): TargetLag {
  const { target, mark, pending, unread } = cursor;
  const reason = (onlyAdds(cursor) ? unknownReason : startReason)(mark ?? undefined, snapshot);
  return {
    target,
    rounds: reason || !mark ? allRounds(snapshot) : roundsSince(files, snapshot, mark),
    reason,
    copiedAt: mark?.at ?? null,
    isUnfinished: pending !== null,
    unread: unread.length,
  };
}

function allRounds({ sessions }: Snapshot): number {
  let rounds = 0;
  for (const head of sessions.heads()) rounds += head.rounds;
  return rounds;
}

/** As long as the index's tail goes on, it says how many; else the last rounds of each session are read. */
function roundsSince(files: Files, { dir, state, sessions }: Snapshot, mark: Mark): number {
  if (mark.tail.generation === state.index.generation) {
    const changed = sessions.changedSince([mark.tail]) ?? [];
    return changed.reduce((sum, { before, after }) => sum + after.rounds - (before?.rounds ?? 0), 0);
  }
  const isCopied = wasBefore(mark);
  let rounds = 0;
  for (const entry of sessions.values()) {
    if (isPruned(entry)) continue;
    try {
      for (const { text } of roundsBackward(files, dir, entry, 0, entry.end)) {
        if (isCopied(readFields(text).at)) break;
        rounds++;
      }
    } catch (error) {
      // It is a finding of its own.
      if (!isUnreadable(error)) throw error;
    }
  }
  return rounds;
}
