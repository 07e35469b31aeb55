import { isSystemError, MonitorError } from '../platform/errors.ts';
import { systemErrorText, troubleText } from '../platform/system-errors.ts';
import type { Files } from '../platform/files.ts';
import { DEFAULT_LOG } from '../platform/log-places.ts';
import type { Schedule } from '../platform/schedules.ts';
import { discoverLogs, type LogFile, type LostName } from '../logs/discover.ts';
import { crontabLineOf, parseCommandOf, type Program } from './command-line.ts';
import { sampleLogs, type Sample } from './log-sample.ts';
import { logStatus, type LogStatus, type Unread } from './log-status.ts';
import { findEntries, type Entry } from './schedule-entries.ts';
import { readStoreFacts, type StoreFacts } from './store-facts.ts';

export interface DiagnoseOptions {
  dir: string;
  /** Undefined: those of the store, or where Higress writes its log. */
  logPaths?: readonly string[] | undefined;
  pricesPath?: string | undefined;
  schedules: readonly Schedule[];
  program: Program;
  /** Read every session. */
  deep?: boolean;
  /** Milliseconds since 1970 UTC. */
  now: number;
}

/** What the checks go by: read once, and given to each of them. */
export interface Evidence {
  files: Files;
  /** The store's folder, as it was given. */
  dir: string;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** The paths and globs of the logs. */
  logPaths: readonly string[];
  /** Who named them: the user, or the store that was built from them; else they are where Higress writes its log. */
  namedBy: 'user' | 'store' | 'default';
  logs: readonly LogFile[];
  /** Of the paths, those without a log. */
  missing: readonly string[];
  /** Of the paths, those whose folder cannot be listed, and why. */
  unlisted: readonly { path: string; reason: string }[];
  /** Names of logs that lead to no file. */
  lost: readonly LostName[];
  statuses: readonly LogStatus[];
  sample: Sample;
  /** Undefined: there is none yet, or it cannot be read. */
  store: StoreFacts | undefined;
  /** Why the store cannot be read: the error's message. */
  storeProblem: string | undefined;
  unread: readonly Unread[];
  pricesPath: string | undefined;
  /** Everything that runs `monitor parse`, for any store. */
  entries: readonly Entry[];
  /** Crontabs and units that could not be read, and why. */
  unseenSchedules: readonly { where: string; problem: string }[];
  /** Whether every session is to be read. */
  deep: boolean;
  /** The command that stores what is new, to be copied. */
  parseCommand: string;
  /** The same as a line of a crontab; null where no crontab can hold it. */
  crontabLine: string | null;
}

export async function gatherEvidence(files: Files, options: DiagnoseOptions): Promise<Evidence> {
  const { dir, now, pricesPath } = options;
  const { store, storeProblem } = storeIn(files, dir, now);
  const { logPaths, namedBy } = choosePaths(options.logPaths, store);
  const { logs, missing, lost, unlisted } = await discover(files, logPaths);
  const statuses: LogStatus[] = [];
  for (const log of logs) {
    const status = await logStatus(files, log, store?.generations ?? []);
    if (status) statuses.push(status);
  }
  const call = { dir, logPaths, pricesPath };
  return {
    files,
    dir,
    now,
    logPaths,
    namedBy,
    logs,
    missing,
    lost,
    unlisted,
    statuses,
    sample: await sampleLogs(files, logs),
    store,
    storeProblem,
    unread: store ? statuses.flatMap(({ unread }) => unread ?? []) : [],
    pricesPath,
    entries: findEntries(options.schedules),
    unseenSchedules: options.schedules.flatMap(({ where, problem }) =>
      problem === undefined ? [] : [{ where, problem }],
    ),
    deep: options.deep ?? false,
    parseCommand: parseCommandOf(call),
    crontabLine: crontabLineOf(call, options.program) ?? null,
  };
}

function choosePaths(
  given: readonly string[] | undefined,
  store: StoreFacts | undefined,
): Pick<Evidence, 'logPaths' | 'namedBy'> {
  if (given) return { logPaths: given, namedBy: 'user' };
  const read = store?.generations.filter(({ offset }) => offset > 0) ?? [];
  const own = [...new Set(read.map(({ pattern }) => pattern))];
  return own.length > 0
    ? { logPaths: own, namedBy: 'store' }
    : { logPaths: [DEFAULT_LOG], namedBy: 'default' };
}

async function discover(
  files: Files,
  paths: readonly string[],
): Promise<Pick<Evidence, 'logs' | 'missing' | 'lost' | 'unlisted'>> {
  try {
    return { ...(await discoverLogs(files, paths)), unlisted: [] };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const [path = '', ...others] = paths;
    if (others.length === 0)
      return { logs: [], missing: [], lost: [], unlisted: [{ path, reason: troubleText(error) }] };
    // One that cannot be looked at must not hide the others.
    const each = [];
    for (const one of paths) each.push(await discover(files, [one]));
    return {
      logs: each.flatMap(({ logs }) => logs),
      missing: each.flatMap(({ missing }) => missing),
      lost: each.flatMap(({ lost }) => lost),
      unlisted: each.flatMap(({ unlisted }) => unlisted),
    };
  }
}

/** A store that a run would refuse to work on is a finding, not a reason to stop. */
function storeIn(files: Files, dir: string, now: number): Pick<Evidence, 'store' | 'storeProblem'> {
  try {
    return { store: readStoreFacts(files, dir, now), storeProblem: undefined };
  } catch (error) {
    if (!(error instanceof MonitorError) && !isSystemError(error)) throw error;
    return { store: undefined, storeProblem: isSystemError(error) ? systemErrorText(error) : error.message };
  }
}
