import { join } from 'node:path';
import type { Files } from '../platform/files.ts';
import type { SessionRewrite } from '../store/recommit.ts';
import type { SessionEntry } from '../store/types.ts';
import { sumUsage, summaryOf } from './summary.ts';

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
  /** Rounds that no repair brings back. */
  lostRounds: number;
}

/** What is to be done about the sessions. */
export interface SessionRepairs {
  problems: Problem[];
  /** As they are to stand in the index. */
  sessions: Map<string, SessionEntry>;
  rewrites: SessionRewrite[];
  /** Names of damaged files that are kept out of the way. */
  setAside: string[];
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

export function roundsText(count: number): string {
  return count === 1 ? '1 round' : `${count} rounds`;
}
