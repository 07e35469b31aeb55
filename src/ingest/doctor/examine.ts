import { resolve } from 'node:path';
import { isSystemError, MonitorError } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';
import type { Schedule } from '../../platform/schedules.ts';
import { discoverLogs } from '../../logs/discover.ts';
import { CHECKS } from './checks.ts';
import type { Finding } from './finding.ts';
import type { Look } from './look.ts';
import { lookAtStore, type StoreFacts } from './look-at-store.ts';
import { sampleLogs } from './sample.ts';
import { findEntries, type Entry } from './schedule.ts';
import { findUnread, type Unread } from './unread.ts';

export interface ExamineOptions {
  dir: string;
  logPaths: readonly string[];
  pricesPath?: string | undefined;
  schedules: readonly Schedule[];
  /** Milliseconds since 1970 UTC. */
  now: number;
}

export interface Examination {
  findings: Finding[];
  logs: { files: number; bytes: number; lines: number; rounds: number; unreadBytes: number };
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
      files: logs.length,
      bytes: sample.bytes,
      lines: sample.tally.lines,
      rounds: sample.tally.rounds,
      unreadBytes: unread.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    store,
    entries: entries.filter((entry) => entry.dir === resolve(options.dir)),
  };
}

async function lookAround(files: Files, options: ExamineOptions): Promise<Look> {
  const { dir, now, pricesPath, logPaths } = options;
  const { store, storeProblem } = storeIn(files, dir);
  const { logs, missing } = await discoverLogs(files, logPaths);
  const unread: Unread[] = [];
  for (const log of store ? logs : []) {
    const found = await findUnread(files, log, store?.generations ?? []);
    if (found) unread.push(found);
  }
  return {
    files,
    dir,
    now,
    logPaths,
    logs,
    missing,
    sample: await sampleLogs(files, logs),
    store,
    storeProblem,
    unread,
    pricesPath,
    entries: findEntries(options.schedules),
    parseCommand: parseCommandOf(options),
  };
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

/** The command that stores what is new, to be copied. */
function parseCommandOf({ dir, logPaths, pricesPath }: ExamineOptions): string {
  const prices = pricesPath === undefined ? [] : ['--prices', resolve(pricesPath)];
  const words = [
    'monitor',
    'parse',
    '--log-path',
    ...logPaths.map((path) => resolve(path)),
    '--output-dir',
    resolve(dir),
    ...prices,
  ];
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
