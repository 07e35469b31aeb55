import { join } from 'node:path';
import type { Files } from '../../platform/files.ts';
import type { SessionRewrite } from '../../store/recommit.ts';
import type { PruneMarks, SessionEntry } from '../../model/session-entry.ts';
import type { LostRounds } from '../../model/lost-rounds.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import { sumUsage, summaryOf } from '../../session-format/summary.ts';

/** Something that is damaged in a store. */
export interface Problem {
  /** Its path. */
  file: string;
  /** Undefined where the damage is not one session's. */
  session?: string;
  /** A predicate: `is missing`. */
  problem: string;
  /** What a repair does about it. */
  repair: string;
  /** Rounds that a repair reads again from the logs. */
  recoveredRounds?: number;
  /** Rounds that no repair brings back. */
  lostRounds: number;
  /** When those were, and where they stood; absent where none is lost, or where nothing says so. */
  lost?: LostRounds;
}

/** A session that lacks rounds, until what the logs still hold is known. */
export interface Loss {
  id: string;
  problem: Problem;
  kept: number;
  /** What the index counts of the rounds that are lost; undefined where there is no index. */
  lacking: readonly UsageCell[] | undefined;
  /** The session's earliest and latest round, where that is known. */
  created: number | undefined;
  updated: number | undefined;
  /** What was removed from it. */
  marks: PruneMarks;
}

/** What is to be done about the sessions. */
export interface SessionRepairs {
  problems: Problem[];
  /** As they are to stand in the index. */
  sessions: Map<string, SessionEntry>;
  rewrites: SessionRewrite[];
  /** Names of damaged files that are kept out of the way. */
  setAside: string[];
  /** Of each session that lacks rounds. */
  losses: Loss[];
  /** Positions of the rounds that are kept: of all sessions, or where there is an index, of those that lack some. */
  kept: Map<number, Set<number>>;
}

export function noRepairs(): SessionRepairs {
  return { problems: [], sessions: new Map(), rewrites: [], setAside: [], losses: [], kept: new Map() };
}

/** The offsets of one log among positions by log id. */
export function offsetsIn(positions: Map<number, Set<number>>, logId: number): Set<number> {
  const known = positions.get(logId);
  if (known) return known;
  const made = new Set<number>();
  positions.set(logId, made);
  return made;
}

/**
 * Writes the summary anew, without what an append must know of the session's past: the next append gathers that
 * from the rounds, and a summary that nothing vouches for could tell it wrong.
 */
export function rewriteOf(entry: SessionEntry, from?: string): SessionRewrite {
  const summary = summaryOf(entry, sumUsage(entry.usage));
  return { entry, summary, ...(from !== undefined && { from }) };
}

/** A name for the undamaged part of a session file: `<name>~<k>.json`. */
export function copyName(files: Files, dir: string, file: string): string {
  const stem = file.slice(0, -'.json'.length);
  for (let k = 1; ; k++) {
    const name = `${stem}~${k}.json`;
    if (!files.stat(join(dir, name))) return name;
  }
}

function roundsText(count: number): string {
  return count === 1 ? '1 round' : `${count} rounds`;
}

/**
 * What becomes of a session of which `kept` rounds are left, `again` are read again from the logs, and `lost` are lost.
 * `isKnown`: the index says how many there were.
 */
export function loss(
  kept: number,
  lost: number,
  isKnown = true,
  again = 0,
): Required<Pick<Problem, 'repair' | 'lostRounds' | 'recoveredRounds'>> {
  const left = kept === 0 ? 'none of its rounds is left' : `rounds 1 to ${kept} are kept`;
  const found = again > 0 ? `, ${roundsText(again)} read again from the logs` : '';
  const other = again > 0 ? 'what else' : 'what';
  const unknown = isKnown ? '' : `, and ${other} came after them is lost if it was counted`;
  const behind = lost > 0 ? `, ${roundsText(lost)} lost` : unknown;
  return { repair: `${left}${found}${behind}`, lostRounds: lost, recoveredRounds: again };
}
