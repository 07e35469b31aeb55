import { resolve } from 'node:path';
import type { Files } from '../platform/files.ts';
import type { Area, Kind, Severity } from './check.ts';
import { CHECKS, type Code, type Finding } from './checks.ts';
import { gatherEvidence, type DiagnoseOptions } from './evidence.ts';
import type { Entry } from './schedule-entries.ts';
import type { StoreFacts } from './store-facts.ts';

export interface Diagnosis {
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

/** Checks the logs, the store, the prices and what runs `parse`. Changes nothing, and takes no lock. */
export async function diagnose(files: Files, options: DiagnoseOptions): Promise<Diagnosis> {
  const evidence = await gatherEvidence(files, options);
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    const kinds: Partial<Record<Code, Kind>> = check.kinds;
    for (const found of await check.find(evidence)) {
      const { area, severity } = kinds[found.code] as Kind;
      findings.push({ ...found, area, severity: found.severity ?? severity } as Finding);
    }
  }
  const { logPaths, logs, sample, store, statuses, unread, entries } = evidence;
  return {
    findings: inOrder(findings),
    logs: {
      paths: logPaths,
      files: logs.length,
      bytes: sample.bytes,
      lines: sample.tally.lines,
      rounds: sample.tally.rounds,
      unreadBytes: unread.reduce((sum, { bytes }) => sum + bytes, 0),
      lastWritten: statuses.reduce<number | null>(
        (last, { facts }) => Math.max(last ?? 0, facts.mtime),
        null,
      ),
    },
    store,
    entries: entries.filter((entry) => entry.dir === resolve(options.dir)),
  };
}

const AREAS: readonly Area[] = ['log', 'store', 'prices', 'schedule'];
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

function inOrder(findings: Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      AREAS.indexOf(a.area) - AREAS.indexOf(b.area) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}
