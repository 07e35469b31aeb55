import { expandRounds } from '../../session-format/expand-rounds.ts';
import { DEFAULT_SESSION, type AnyRound } from '../../ai-log/round.ts';
import type { Files } from '../../platform/files.ts';
import { readRoundLines } from '../../store/read.ts';
import type { Store } from '../../store/store.ts';
import type { StoredIndex } from '../../store/index/index.ts';
import { isPruned } from '../../model/session-entry.ts';
import { isImported, type ImportedLog } from '../../model/log-position.ts';
import { Overlap, SLACK_MS, traceOf, traceOfStored, type RoundTrace } from './overlap.ts';

/** A session with imported rounds that have not turned up in a log yet. */
interface Waiting {
  /** Files of the original, in the order of their import. */
  logs: ImportedLog[];
  /** Built when a round may be one of them, because that reads the session's file. */
  overlap?: { overlap: Overlap; origins: Origin[] };
  isChanged: boolean;
  doubtful: number;
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
  #sessions: Map<string, Waiting> | undefined;
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

  /** `known`: it was imported. `doubtful`: it may have been. `time` is null if the line has none. */
  judge(round: AnyRound, time: number | null): 'new' | 'known' | 'doubtful' {
    const waiting = this.#load().get(round.sessionId);
    if (!waiting || !waiting.logs.some((log) => isInTime(log, time))) return 'new';
    if (!waiting.overlap) {
      waiting.overlap = this.#overlapOf(round.sessionId, waiting.logs);
      // Older builds did not record until when.
      waiting.isChanged = waiting.logs.some(({ imported }) => imported.until === undefined);
    }
    const { overlap } = waiting.overlap;
    const before = overlap.last;
    const likeness = overlap.take(traceOf(round, time));
    if (likeness === 'known' || overlap.last !== before) waiting.isChanged = true;
    if (likeness === 'doubtful') waiting.doubtful++;
    return likeness === 'again' ? 'new' : likeness;
  }

  /** The imported files with new matches since the last call, to be committed. */
  take(): ImportedLog[] {
    return [...(this.#sessions?.values() ?? [])].flatMap((waiting) => {
      if (!waiting.isChanged || !waiting.overlap) return [];
      waiting.isChanged = false;
      return withProgress(waiting.logs, waiting.overlap);
    });
  }

  /** Rounds that were stored although they may have been imported, by session. */
  doubtful(): [session: string, rounds: number][] {
    return [...(this.#sessions ?? [])].flatMap(([id, { doubtful }]) =>
      doubtful > 0 ? [[id, doubtful]] : [],
    );
  }

  #load(): Map<string, Waiting> {
    if (this.#sessions) return this.#sessions;
    this.#sessions = new Map();
    for (const log of this.#index().closed.values()) {
      if (!isImported(log)) continue;
      this.#count++;
      if (log.imported.left === 0) continue;
      const waiting = this.#sessions.get(log.imported.session);
      if (waiting) waiting.logs.push(log);
      else this.#sessions.set(log.imported.session, { logs: [log], isChanged: false, doubtful: 0 });
    }
    return this.#sessions;
  }

  #overlapOf(id: string, logs: readonly ImportedLog[]): { overlap: Overlap; origins: Origin[] } {
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
    return { overlap: new Overlap(known, rules, met, last), origins };
  }
}

/** Whether a round of this time can have been imported with the file. `null`: the time is unknown. */
function isInTime({ imported: { until } }: ImportedLog, time: number | null): boolean {
  return until === undefined || time === null || time <= until + SLACK_MS;
}

function withProgress(
  logs: readonly ImportedLog[],
  { overlap, origins }: { overlap: Overlap; origins: readonly Origin[] },
): ImportedLog[] {
  return logs.map((log) => {
    const own = origins.flatMap((origin, i) => (origin.log === log ? [{ ...origin, i }] : []));
    const met = own.filter(({ i }) => overlap.met.has(i));
    const last = own.find(({ i }) => i === overlap.last)?.ordinal;
    const { last: _, ...imported } = log.imported;
    return {
      ...log,
      imported: {
        ...imported,
        until: imported.until ?? Math.max(0, ...own.map(({ time }) => time)),
        left: own.length - met.length,
        met: rangesOf(met.map(({ ordinal }) => ordinal)),
        ...(last !== undefined && { last }),
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
