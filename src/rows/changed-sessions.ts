import type { LinePosition } from '../model/log-position.ts';
import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import { nodeFiles } from '../platform/files.ts';
import { readFields } from '../session-format/read-round.ts';
import { wasBefore, type Mark } from '../store/mark.ts';
import { isUnreadable, type Snapshot } from '../store/read.ts';
import { roundsBackward } from '../store/read-backward.ts';
import { sessionKey } from './session-key.ts';

/** A session that has rounds which a copy lacks. */
export interface LackingSession {
  after: SessionEntry;
  /** As of the mark, if its file still begins with the rounds of then: only those behind it are missing. */
  before: SessionEntry | undefined;
}

/**
 * The sessions with rounds that were added since a mark, in the order of their keys; all without one. As long as the
 * index's tail goes on, it says which these are. Since then a new base has been written, which happens each time that a
 * store has grown by a fraction: then the last round of each session is read.
 */
export function* changedSessions(snapshot: Snapshot, mark: Mark | undefined): Generator<LackingSession> {
  const { sessions, state } = snapshot;
  if (mark && mark.tail.generation === state.index.generation) {
    const changed = sessions.changedSince(mark.tail.length, mark.tail.crc) ?? [];
    const keyed = changed.map((one) => ({ ...one, key: sessionKey(one.after.id) }));
    for (const { before, after } of keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
      if (isPruned(after) || before?.rounds === after.rounds) continue;
      const isSameFile = before !== undefined && !isPruned(before) && before.file === after.file;
      yield { after, before: isSameFile ? before : undefined };
    }
    return;
  }
  const isCopied = wasBefore(mark);
  for (const entry of sessions.inOrder()) {
    if (isPruned(entry)) continue;
    const last = mark && lastPlace(snapshot.dir, entry);
    if (last && isCopied(last)) continue;
    yield { after: entry, before: undefined };
  }
}

function lastPlace(dir: string, entry: SessionEntry): LinePosition | undefined {
  try {
    for (const { text } of roundsBackward(nodeFiles, dir, entry, 0, entry.end)) return readFields(text).at;
  } catch (error) {
    // Who reads the session reports it.
    if (!isUnreadable(error)) throw error;
  }
  return undefined;
}
