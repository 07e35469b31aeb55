import { resolve } from 'node:path';
import { isSystemError, MonitorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import type { Schedule } from '../platform/schedules.ts';
import { discoverLogs } from '../logs/discover.ts';
import { DEFAULT_LOG } from '../platform/log-places.ts';
import { CHECKS } from './checks.ts';
import { crontabLineOf, parseCommandOf, type Program } from './command-line.ts';
import type { Finding } from '../model/finding.ts';
import type { Entry, Look } from './look.ts';
import { lookAtStore, type StoreFacts } from './look-at-store.ts';
import { sampleLogs } from './sample.ts';
import { findEntries } from './schedule.ts';
import { lookAtLog, type LookedAt } from './unread.ts';

export interface ExamineOptions {
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

export interface Examination {
  findings: Finding[];
  logs: {
    paths: readonly string[];
    files: number;
    bytes: number;
    lines: number;
    rounds: number;
    unreadBytes: number;
    /** Milliseconds since 1970 UTC; null where there is no file. */
    lastWritten: number | null;
  };
  store: StoreFacts | undefined;
  /** What runs `parse` for this store. */
  entries: Entry[];
}

/** Looks at the logs, the store, the prices and what runs `parse`. Changes nothing, and takes no lock. */
export async function examine(files: Files, options: ExamineOptions): Promise<Examination> {
  const look = await lookAround(files, options);
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...(await check.find(look)));
  const { logs, sample, store, unread, entries } = look;
  return {
    findings: inOrder(findings),
    logs: {
      paths: look.logPaths,
      files: logs.length,
      bytes: sample.bytes,
      lines: sample.tally.lines,
      rounds: sample.tally.rounds,
      unreadBytes: unread.reduce((sum, { bytes }) => sum + bytes, 0),
      lastWritten: look.looked.reduce<number | null>(
        (last, { facts }) => Math.max(last ?? 0, facts.mtime),
        null,
      ),
    },
    store,
    entries: entries.filter((entry) => entry.dir === resolve(options.dir)),
  };
}

async function lookAround(files: Files, options: ExamineOptions): Promise<Look> {
  const { dir, now, pricesPath } = options;
  const { store, storeProblem } = storeIn(files, dir);
  const own = ownPaths(store);
  const areOwn = options.logPaths === undefined && own.length > 0;
  const logPaths = options.logPaths ?? (areOwn ? own : [DEFAULT_LOG]);
  const { logs, missing, unlisted } = await discover(files, logPaths);
  const looked: LookedAt[] = [];
  for (const log of logs) {
    const one = await lookAtLog(files, log, store?.generations ?? []);
    if (one) looked.push(one);
  }
  const call = { dir, logPaths, pricesPath };
  return {
    files,
    dir,
    now,
    logPaths,
    areGiven: options.logPaths !== undefined,
    areOwn,
    logs,
    missing,
    unlisted,
    looked,
    sample: await sampleLogs(files, logs),
    store,
    storeProblem,
    unread: store ? looked.flatMap(({ unread }) => unread ?? []) : [],
    pricesPath,
    deep: options.deep ?? false,
    entries: findEntries(options.schedules),
    unseenSchedules: options.schedules.flatMap(({ where, problem }) =>
      problem === undefined ? [] : [`${where} (${problem})`],
    ),
    parseCommand: parseCommandOf(call),
    crontabLine: crontabLineOf(call, options.program),
  };
}

/** What led to the logs that the store reads. */
function ownPaths(store: StoreFacts | undefined): string[] {
  const logs = store?.generations.filter(({ offset }) => offset > 0) ?? [];
  return [...new Set(logs.map(({ pattern }) => pattern))];
}

async function discover(
  files: Files,
  paths: readonly string[],
): Promise<Pick<Look, 'logs' | 'missing' | 'unlisted'>> {
  try {
    return { ...(await discoverLogs(files, paths)), unlisted: [] };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const [path = '', ...others] = paths;
    if (others.length === 0) return { logs: [], missing: [], unlisted: [{ path, reason: error.message }] };
    // One that can't be looked at hides none of the others.
    const each = [];
    for (const one of paths) each.push(await discover(files, [one]));
    return {
      logs: each.flatMap(({ logs }) => logs),
      missing: each.flatMap(({ missing }) => missing),
      unlisted: each.flatMap(({ unlisted }) => unlisted),
    };
  }
}

/** What a run would refuse to work on is a finding, and no reason to stop. */
function storeIn(files: Files, dir: string): Pick<Look, 'store' | 'storeProblem'> {
  try {
    return { store: lookAtStore(files, dir), storeProblem: undefined };
  } catch (error) {
    if (!(error instanceof MonitorError) && !isSystemError(error)) throw error;
    return { store: undefined, storeProblem: error.message };
  }
}

const AREAS = ['log', 'store', 'prices', 'schedule'];
const SEVERITIES = ['error', 'warning', 'note'];

function inOrder(findings: Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      AREAS.indexOf(a.area) - AREAS.indexOf(b.area) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}
