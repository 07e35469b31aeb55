import { expandRounds } from '../../session-format/expand-rounds.ts';
import { DEFAULT_SESSION, type AnyRound } from '../../ai-log/round.ts';
import type { Files } from '../../platform/files.ts';
import { readRoundLines } from '../../store/read.ts';
import type { Store } from '../../store/store.ts';
import type { StoredIndex } from '../../store/index/index.ts';
import { isPruned } from '../../model/session-entry.ts';
import { isImported, type ImportedLog } from '../../model/log-position.ts';
import { identityOfRound } from '../../session-format/round-identity.ts';
import { MetLines } from './met-lines.ts';
import { Overlap, SLACK_MS, traceOf, traceOfStored, type RoundTrace } from './overlap.ts';

/** A session with imported rounds. */
interface ImportedSession {
  /** Files of the original, in the order of their import. */
  logs: ImportedLog[];
  /** Read when it is needed. */
  lines?: MetLines;
  /** Built when a round may be one of them, because that reads the session's file. */
  overlap?: SessionOverlap;
  isChanged: boolean;
  doubtful: number;
}

interface SessionOverlap {
  overlap: Overlap;
  /** Of the known rounds, by their number. */
  origins: Origin[];
  /** Rounds that no log had brought are no longer in the session's file, so nothing can be compared with them. */
  arePruned: boolean;
}

/** Where a line is from, and whether an earlier line of any log can be the same. */
export interface JudgedLine {
  log: number;
  mayBeCopy: boolean;
}

/** The file that a known round came from, and its number there. */
interface Origin {
  log: ImportedLog;
  ordinal: number;
  time: number;
}

/** The imported rounds that can turn up in a log as well. */
export class ImportedRounds {
  readonly #files: Files;
  readonly #store: Store;
  readonly #index: () => StoredIndex;
  #sessions: Map<string, ImportedSession> | undefined;
  #count = 0;

  constructor(files: Files, store: Store, index: () => StoredIndex) {
    this.#files = files;
    this.#store = store;
    this.#index = index;
  }

  /** How many files were imported; undefined until it is needed. */
  get count(): number | undefined {
    return this.#sessions && this.#count;
  }

  /** The logs from which imported rounds were read by lines with this identity, one for each line. */
  logsOf(session: string, key: string): readonly number[] {
    const imported = this.#load().get(session);
    return imported ? linesOf(imported).logsOf(key) : [];
  }

  /** `known`: it was imported. `doubtful`: it may have been. */
  judge(round: AnyRound, { log, mayBeCopy }: JudgedLine): 'new' | 'known' | 'doubtful' {
    const { sessionId, time } = round;
    const imported = this.#load().get(sessionId);
    if (!imported) return 'new';
    const { logs } = imported;
    const mayBeUnnamed = mayBeCopy && hasUnnamed(imported);
    const isWaiting = mayBeUnnamed || logs.some(({ imported: { left } }) => left !== 0);
    if (!isWaiting || !logs.some((one) => isInTime(one, time))) return 'new';
    if (!imported.overlap) {
      imported.overlap = this.#overlapOf(sessionId, logs);
      // Older builds did not record until when.
      imported.isChanged = logs.some(({ imported: { until } }) => until === undefined);
    }
    const { overlap, origins, arePruned } = imported.overlap;
    const before = overlap.last;
    const likeness = overlap.take(traceOf(round, time));
    if (likeness === 'known' || overlap.last !== before) imported.isChanged = true;
    if (likeness === 'known') {
      const origin = origins[overlap.last ?? -1];
      const identity = identityOfRound(round);
      if (origin && identity) linesOf(imported).add(origin.log.id, origin.ordinal, log, identity.key);
      return 'known';
    }
    const isDoubtful =
      likeness === 'doubtful' || (likeness === 'again' && mayBeUnnamed) || (likeness === 'new' && arePruned);
    if (isDoubtful) imported.doubtful++;
    return isDoubtful ? 'doubtful' : 'new';
  }

  /** The imported files with new matches since the last call, to be committed. */
  take(): ImportedLog[] {
    return [...(this.#sessions?.values() ?? [])].flatMap((session) => {
      if (!session.isChanged || !session.overlap) return [];
      session.isChanged = false;
      return withProgress(session.logs, session.overlap, linesOf(session));
    });
  }

  /** Rounds that were stored although they may have been imported, by session. */
  doubtful(): [session: string, rounds: number][] {
    return [...(this.#sessions ?? [])].flatMap(([id, { doubtful }]) =>
      doubtful > 0 ? [[id, doubtful]] : [],
    );
  }

  #load(): Map<string, ImportedSession> {
    if (this.#sessions) return this.#sessions;
    this.#sessions = new Map();
    for (const log of this.#index().closed.values()) {
      if (!isImported(log)) continue;
      this.#count++;
      const known = this.#sessions.get(log.imported.session);
      if (known) known.logs.push(log);
      else this.#sessions.set(log.imported.session, { logs: [log], isChanged: false, doubtful: 0 });
    }
    return this.#sessions;
  }

  #overlapOf(id: string, logs: readonly ImportedLog[]): SessionOverlap {
    const entry = this.#index().sessions.get(id);
    const byId = new Map(logs.map((log) => [log.id, log]));
    const known: RoundTrace[] = [];
    const origins: Origin[] = [];
    const met: number[] = [];
    let last: number | undefined;
    const lines = entry && !isPruned(entry) ? readRoundLines(this.#store.dir, entry, this.#files) : [];
    for (const round of expandRounds(lines)) {
      const [logId, ordinal] = round.stored.at;
      const log = byId.get(logId);
      if (!log) continue;
      if (log.imported.met?.some(([from, to]) => ordinal >= from && ordinal < to)) met.push(known.length);
      if (log.imported.last === ordinal) last = known.length;
      known.push(traceOfStored(round));
      origins.push({ log, ordinal, time: Date.parse(round.stored.timestamp) });
    }
    const rules = {
      known: 'imported' as const,
      areStrangers: id === DEFAULT_SESSION,
      areRedacted: this.#store.filters.redact !== null || this.#store.filters.redact_patterns !== null,
    };
    const left = logs.reduce((sum, { imported }) => sum + (imported.left ?? 0), 0);
    return {
      overlap: new Overlap(known, rules, met, last),
      origins,
      arePruned: left > origins.length - met.length,
    };
  }
}

/** Whether a round of this time can have been imported with the file. `null`: the time is unknown. */
function isInTime({ imported: { until } }: ImportedLog, time: number | null): boolean {
  return until === undefined || time === null || time <= until + SLACK_MS;
}

function linesOf(session: ImportedSession): MetLines {
  return (session.lines ??= new MetLines(session.logs));
}

/** Whether rounds were read from lines without an identity, or by an older build, which did not store it. */
function hasUnnamed(session: ImportedSession): boolean {
  const met =
    session.overlap?.overlap.met.size ?? session.logs.reduce((sum, { imported }) => sum + metOf(imported), 0);
  return met > linesOf(session).size;
}

function metOf({ met = [] }: ImportedLog['imported']): number {
  return met.reduce((sum, [from, to]) => sum + to - from, 0);
}

function withProgress(
  logs: readonly ImportedLog[],
  { overlap, origins }: SessionOverlap,
  lines: MetLines,
): ImportedLog[] {
  return logs.map((log) => {
    const own = origins.flatMap((origin, i) => (origin.log === log ? [{ ...origin, i }] : []));
    // All of them were pruned: what is known of them stays.
    if (own.length === 0) return log;
    const met = own.filter(({ i }) => overlap.met.has(i));
    const last = own.find(({ i }) => i === overlap.last)?.ordinal;
    const { last: _, ...imported } = log.imported;
    const runs = lines.runsOf(log.id);
    return {
      ...log,
      imported: {
        ...imported,
        until: imported.until ?? Math.max(0, ...own.map(({ time }) => time)),
        left: own.length - met.length,
        met: rangesOf(met.map(({ ordinal }) => ordinal)),
        ...(last !== undefined && { last }),
        ...(runs.length > 0 && { lines: runs }),
      },
    };
  });
}

/** Ascending numbers as half-open ranges. */
function rangesOf(numbers: readonly number[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number) last[1]++;
    else ranges.push([number, number + 1]);
  }
  return ranges;
}
