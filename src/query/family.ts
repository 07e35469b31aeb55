import type { SessionEntry } from '../model/session-entry.ts';
import type { Sessions } from '../store/index/index.ts';
import { addRow, compareCosts, compareText, emptyRow, sessionTotals, type Row } from './aggregate.ts';
import { levelsBelow, parseSessionKey, partKindOf, type PartKind } from './session-key.ts';

/** The sessions that a session belongs to and that belong to it, as their keys say. */
export interface Family {
  /** What its key says that it is; null: no part of another session. */
  kind: PartKind | null;
  /** Null if its key names none. */
  parent: { id: string; isStored: boolean } | null;
  /** The sessions whose keys name it as their parent, the most expensive first. */
  children: readonly FamilyMember[];
  /** The number of its children, of theirs, and so on. */
  descendants: number;
  own: Row;
  /** What the descendants used. */
  below: Row;
  together: Row;
}

export interface FamilyMember {
  session: SessionEntry;
  kind: PartKind | null;
  sum: Row;
}

/**
 * Null if the session's id is no key: then nothing is read. The index is in the order of digests, so the ids of all
 * sessions are looked at, but only the entries of those below it are decoded. Ids are compared as they are written.
 */
export function familyOf(sessions: Sessions, session: SessionEntry): Family | null {
  const key = parseSessionKey(session.id);
  if (!key) return null;
  const ids: { id: string; isChild: boolean }[] = [];
  for (const id of sessions.keys()) {
    const levels = levelsBelow(id, session.id);
    if (levels > 0) ids.push({ id, isChild: levels === 1 });
  }
  const own = sessionTotals(session);
  const below = emptyRow();
  const children: FamilyMember[] = [];
  for (const { id, isChild } of ids) {
    const found = sessions.get(id);
    if (!found) continue;
    const sum = sessionTotals(found);
    below.sessions++;
    addRow(below, sum);
    if (isChild) children.push({ session: found, kind: partKindOf(id), sum });
  }
  const { parent } = key;
  return {
    kind: partKindOf(session.id),
    parent: parent === null ? null : { id: parent, isStored: sessions.has(parent) },
    children: children.toSorted(
      (a, b) => compareCosts(b.sum, a.sum) || compareText(a.session.id, b.session.id),
    ),
    descendants: below.sessions,
    own,
    below,
    together: sumOfRows(own, below),
  };
}

export function sumOfRows(...rows: Row[]): Row {
  const sum = emptyRow();
  for (const row of rows) {
    sum.sessions += row.sessions;
    addRow(sum, row);
  }
  return sum;
}
