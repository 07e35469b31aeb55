import type { Evidence } from './evidence.ts';

/**
 * `error`: nothing is counted, or the wrong thing. `warning`: something is missing, or soon will be. `note`: may be
 * intended. Errors and warnings make the exit code 1.
 */
export type Severity = 'error' | 'warning' | 'note';

export type Area = 'log' | 'store' | 'prices' | 'schedule';

export interface Kind {
  area: Area;
  severity: Severity;
}

/** What a check found: facts, which report/doctor puts into words. */
export interface Found<Code extends string, Facts> {
  /** The codes are a contract: docs/commands.md lists them, and a test compares. */
  code: Code;
  /** A path, or another place to look at. */
  where: string;
  /** Undefined: that of its kind. */
  severity?: Severity | undefined;
  /** May quote a log, and so hold a stranger's words. */
  facts: Facts;
}

/** For a kind of which the code says it all. */
export type NoFacts = Readonly<Record<string, never>>;

/** Looks for some kinds of finding. Changes nothing; what it cannot look at is a finding too. */
export interface Check<F extends Found<string, unknown>> {
  kinds: Readonly<Record<F['code'], Kind>>;
  find: (evidence: Evidence) => F[] | Promise<F[]>;
}

/** So many of all. */
export interface Share {
  count: number;
  all: number;
}

/** What happened longer ago is known by now, and nothing can be done about it: a note. */
export const RECENT_MS = 30 * 86_400_000;
