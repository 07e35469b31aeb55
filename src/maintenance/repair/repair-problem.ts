import { join } from 'node:path';
import type { Files } from '../../platform/files.ts';
import type { SessionRewrite } from '../../store/recommit.ts';
import type { PruneMarks, SessionEntry } from '../../model/session-entry.ts';
import type { LostRounds } from '../../model/lost-rounds.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import { sumUsage, summaryOf } from '../../session-format/summary.ts';

/** One thing that is damaged in a store. */
export interface Problem {
  /** Its path. */
  file: string;
  /** Undefined if the damage does not belong to one session. */
  session?: string;
  /** A predicate: `is missing`. */
  problem: string;
  /** What a repair does about it. */
  repair: string;
  /** The rounds are intact: only what the index says of them is different. */
  isOfIndex?: true;
  /** Rounds that a repair reads again, from the logs or the waiting rounds. */
  recoveredRounds?: number;
  /** Rounds that no repair can recover. */
  lostRounds: number;
  /** Their times and sources; absent if none are lost, or if unknown. */
  lost?: LostRounds;
}

/** A session with missing rounds, before the logs were searched for them. */
export interface Loss {
  id: string;
  problem: Problem;
  kept: number;
  /** The index's cells of the missing rounds; undefined if there is no index. */
  lacking: readonly UsageCell[] | undefined;
  /** The times of the session's first and last round, if known. */
  created: number | undefined;
  updated: number | undefined;
  /** What was pruned from it. */
  marks: PruneMarks;
}

/** What to do about the sessions. */
export interface SessionRepairs {
  problems: Problem[];
  /** Their new entries in the index. */
  sessions: Map<string, SessionEntry>;
  rewrites: SessionRewrite[];
  /** Names of damaged files to be renamed. */
  setAside: string[];
  /** One for each session with missing rounds. */
  losses: Loss[];
  /** Positions of the kept rounds: of all sessions or, if there is an index, of those with missing rounds. */
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
 * Rewrites the summary without the session's memory. The next append rebuilds that from the rounds, because the memory
 * in an unverified summary could be wrong.
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
 * Describes the repair of a session of which `kept` rounds are left, `again` are read again, and `lost`
 * are lost. `isKnown`: the index says how many there were.
 */
export function loss(
  kept: number,
  lost: number,
  isKnown = true,
  again = 0,
): Required<Pick<Problem, 'repair' | 'lostRounds' | 'recoveredRounds'>> {
  const left = kept === 0 ? 'none of its rounds are left' : `rounds 1 to ${kept} are kept`;
  const found = again > 0 ? `, ${roundsText(again)} read again` : '';
  const other = again > 0 ? 'anything else that' : 'anything that';
  const unknown = isKnown ? '' : `, and ${other} was counted after them is lost`;
  const behind = lost > 0 ? `, ${roundsText(lost)} lost` : unknown;
  return { repair: `${left}${found}${behind}`, lostRounds: lost, recoveredRounds: again };
}
