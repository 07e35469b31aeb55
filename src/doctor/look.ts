import type { Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import type { Finding } from '../model/finding.ts';
import type { StoreFacts } from './look-at-store.ts';
import type { Sample } from './sample.ts';
import type { LookedAt, Unread } from './unread.ts';

/** What there is to look at: read once, and given to every check. */
export interface Look {
  files: Files;
  /** The store's folder, as it was given. */
  dir: string;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** The paths and globs whose logs were looked at. */
  logPaths: readonly string[];
  /** The user named them. */
  areGiven: boolean;
  /** They are those that the store was made of. */
  areOwn: boolean;
  /** Folders of them that could not be looked into, and why. */
  unlisted: readonly { path: string; reason: string }[];
  /** What each log file is to the store; as far as files go where there is no store. */
  looked: readonly LookedAt[];
  logs: readonly LogFile[];
  /** Of the paths, those at which there is no log. */
  missing: readonly string[];
  sample: Sample;
  /** Undefined where there is none yet, or where it cannot be read. */
  store: StoreFacts | undefined;
  /** Why the store cannot be read: the error's message. */
  storeProblem: string | undefined;
  unread: readonly Unread[];
  pricesPath: string | undefined;
  /** All that runs `monitor parse`, for whatever store. */
  entries: readonly Entry[];
  /** Whether every session is to be read. */
  deep: boolean;
  /** What could not be looked at of what the system runs by itself, and why. */
  unseenSchedules: readonly string[];
  /** The command that stores what is new, to be copied. */
  parseCommand: string;
  /** The same as a line of a crontab; undefined where none can say it. */
  crontabLine: string | undefined;
}

/** A line of a crontab, or of a unit, that runs `monitor parse`. */
export interface Entry {
  where: string;
  line: string;
  /** The store that it writes to, absolute. */
  dir: string;
}

/** Looks for some kinds of finding. Changes nothing; what it cannot look at is a finding, too. */
export interface Check {
  /** The codes of what it finds, and of nothing else. */
  codes: readonly string[];
  find: (look: Look) => Finding[] | Promise<Finding[]>;
}
