import { resolve } from 'node:path';
import { isSystemError, MonitorError } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';
import { hasFlock } from '../../platform/lock.ts';
import type { Schedule } from '../../platform/schedules.ts';
import { discoverLogs, noLogError, type LogFile } from '../../logs/discover.ts';
import type { Finding } from './finding.ts';
import { judgePrices } from './judge-prices.ts';
import { judgeSample } from './judge-sample.ts';
import { judgeStore } from './judge-store.ts';
import { lookAtStore, type StoreFacts } from './look-at-store.ts';
import { sampleLogs, type Sample } from './sample.ts';
import { findEntries, judgeSchedule, type Entry } from './schedule.ts';
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
  const { dir, logPaths, now } = options;
  const parseCommand = parseCommandOf(options);
  const findings: Finding[] = [];
  const look = await lookAtLogs(files, logPaths);
  const store = guard(findings, dir, () => lookAtStore(files, dir));
  const { tally } = look.sample;
  findings.push(...look.findings, ...judgeSample(tally, logPaths.join(', '), !(store?.noContent ?? false)));
  const unread: Unread[] = [];
  if (store) {
    for (const log of look.logs) {
      const found = await findUnread(files, log, store.generations);
      if (found) unread.push(found);
    }
    findings.push(...judgeStore(store, unread, now, parseCommand));
  } else if (!findings.some(({ code }) => code === 'store-unreadable')) {
    findings.push(noStore(dir, parseCommand));
  }
  findings.push(...(await judgePrices(files, dir, options.pricesPath, now)));
  const entries = findEntries(options.schedules);
  findings.push(...judgeSchedule(entries, dir, parseCommand), ...judgeSystem());
  return {
    findings: inOrder(findings),
    logs: {
      files: look.logs.length,
      bytes: look.sample.bytes,
      lines: tally.lines,
      rounds: tally.rounds,
      unreadBytes: unread.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    store,
    entries: entries.filter((entry) => entry.dir === resolve(dir)),
  };
}

async function lookAtLogs(
  files: Files,
  patterns: readonly string[],
): Promise<{ logs: LogFile[]; sample: Sample; findings: Finding[] }> {
  const { logs, missing } = await discoverLogs(files, patterns);
  const sample = await sampleLogs(files, logs);
  const findings: Finding[] = missing.map((path) => ({
    code: 'log-missing',
    area: 'log',
    severity: 'error',
    what: `${noLogError(files, [path]).message}.`,
    where: path,
    fix: 'accessLogFile in the ConfigMap higress-config says where your gateway writes it. If it is there: this user may not list its folder.',
  }));
  for (const path of sample.unreadable) {
    const fix = `Let the user who runs monitor read it, for example: setfacl -m u:USER:r ${path}`;
    findings.push({
      code: 'log-unreadable',
      area: 'log',
      severity: 'error',
      what: 'this user may not read the log.',
      where: path,
      fix,
    });
  }
  if (logs.length > 0 && sample.bytes === 0) {
    findings.push({
      code: 'log-empty',
      area: 'log',
      severity: 'warning',
      what: 'the log is empty.',
      where: logs.map(({ path }) => path).join(', '),
      fix: 'Send a request through the gateway. If it stays empty, Envoy writes elsewhere (accessLogFile in the ConfigMap higress-config), or still to a renamed file: send it SIGUSR1 after a rotation.',
    });
  }
  return { logs, sample, findings };
}

/** What a run would refuse to work on is a finding, and no reason to stop. */
function guard(findings: Finding[], dir: string, look: () => StoreFacts | undefined): StoreFacts | undefined {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof MonitorError) && !isSystemError(error)) throw error;
    const fix = `monitor repair --data-dir ${dir} says what can be mended. A store that belongs to another user can be read by that user alone.`;
    findings.push({
      code: 'store-unreadable',
      area: 'store',
      severity: 'error',
      what: `${error.message}.`,
      where: dir,
      fix,
    });
    return undefined;
  }
}

function noStore(dir: string, parseCommand: string): Finding {
  return {
    code: 'store-missing',
    area: 'store',
    severity: 'warning',
    what: 'there is no store yet.',
    where: resolve(dir),
    fix: 'The first run makes it.',
    setting: parseCommand,
  };
}

function judgeSystem(): Finding[] {
  if (hasFlock()) return [];
  const what = 'the program flock does not start: parse cannot lock its store.';
  const fix = 'Install util-linux.';
  return [{ code: 'no-flock', area: 'store', severity: 'error', what, where: 'PATH', fix }];
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
