import { crc32 } from '../../platform/digest.ts';
import { InputOutputError } from '../../platform/errors.ts';
import { readWhole, type Files } from '../../platform/files.ts';
import { IndexBase } from './base.ts';
import { basePath, tailPath } from './index-files.ts';
import { parseIndexLine, type IndexLine } from './tail.ts';
import { isCount } from '../../platform/json-checks.ts';
import { isClosedLog, isLogPosition, type ClosedLog, type LogPosition } from '../../model/log-position.ts';
import { isIndexCoverage, type IndexCoverage } from '../../model/index-coverage.ts';
import type { SessionEntry, SessionHead } from '../../model/session-entry.ts';

/** What one commit wrote into the index, as far as it is readable. In the tail it ends with the log positions. */
export interface IndexedCommit {
  generation: number;
  /** Length of the base, and of the tail to the end of the commit. */
  base: number;
  length: number;
  commit: number;
  logs: LogPosition[];
  nextLog: number;
  sessions: SessionHead[];
  coverage: IndexCoverage | undefined;
  /** Nothing is damaged up to here. */
  isSound: boolean;
}

/** Everything that is readable in a store's index files, damaged or not. */
export interface IndexFilesContent {
  /** Numbers of the existing index files. */
  generations: number[];
  /** Latest first. */
  commits: IndexedCommit[];
  /** Closed logs, each from its latest readable line. */
  closed: Map<number, ClosedLog>;
}

/** Reads every index file of a store, and trusts each record and line only as far as it can be verified alone. */
export function readIndexFiles(files: Files, dir: string): IndexFilesContent {
  const numbers = (files.list(dir) ?? [])
    .map((name) => /^\.index-(\d{1,15})\.(?:base|jsonl)$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
  const generations = [...new Set(numbers)].toSorted((a, b) => a - b);
  const survey: IndexFilesContent = { generations, commits: [], closed: new Map() };
  for (const generation of generations) {
    const base = surveyBase(files, dir, generation, survey);
    surveyTail(files, dir, generation, base, survey);
  }
  survey.commits.sort((a, b) => b.commit - a.commit || b.generation - a.generation);
  return survey;
}

interface SurveyedBase {
  length: number;
  isSound: boolean;
}

function surveyBase(files: Files, dir: string, generation: number, survey: IndexFilesContent): SurveyedBase {
  const path = basePath(dir, generation);
  const length = files.stat(path)?.size ?? 0;
  if (length === 0) return { length, isSound: true };
  return (
    unlessDamaged(() => {
      const base = new IndexBase(files, path, length);
      try {
        return readBase(base, generation, length, survey);
      } finally {
        base.close();
      }
    }) ?? { length, isSound: false }
  );
}

function readBase(
  base: IndexBase,
  generation: number,
  length: number,
  survey: IndexFilesContent,
): SurveyedBase {
  base.load();
  const sessions: SessionEntry[] = [];
  for (let row = 0; row < base.size; row++) {
    const entry = unlessDamaged(() => base.entryAt(row));
    if (entry) sessions.push(entry);
  }
  const { commit, logs, next_log: nextLog, closed, coverage } = base.positions();
  for (const log of closed) remember(survey.closed, log);
  const isSound = sessions.length === base.size && unlessDamaged(() => base.checkBeside()) === true;
  survey.commits.push({
    generation,
    base: length,
    length: 0,
    commit,
    logs,
    nextLog,
    sessions,
    coverage,
    isSound,
  });
  return { length, isSound };
}

function surveyTail(
  files: Files,
  dir: string,
  generation: number,
  base: SurveyedBase,
  survey: IndexFilesContent,
): void {
  const bytes = readWhole(files, tailPath(dir, generation)) ?? Buffer.alloc(0);
  let sessions: IndexedCommit['sessions'] = [];
  let { isSound } = base;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    const line = newline < 0 ? undefined : parseIndexLine(bytes.toString('utf8', at, newline));
    if (line && isSession(line)) {
      const { usage: _, ...entry } = line;
      sessions.push(entry);
    } else if (line && 'closed' in line && Array.isArray(line.closed) && line.closed.every(isClosedLog)) {
      for (const log of line.closed) remember(survey.closed, log);
    } else if (line && isPositions(line)) {
      const { logs, next_log: nextLog, commit, coverage } = line;
      // A tail is useless without its base, or if its checksum does not match.
      isSound &&= (line.base ?? 0) === base.length;
      isSound &&= line.crc === undefined || line.crc === crc32(bytes.subarray(0, at));
      const place = { generation, base: base.length, length: end };
      survey.commits.push({ ...place, commit, logs, nextLog, sessions, coverage, isSound });
      sessions = [];
    } else {
      isSound = false;
    }
    at = end;
  }
}

function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputOutputError) return undefined;
    throw error;
  }
}

/** A log that turned up again can have been closed more than once. */
function remember(closed: Map<number, ClosedLog>, log: ClosedLog): void {
  const known = closed.get(log.id);
  if (!known || known.offset <= log.offset) closed.set(log.id, log);
}

function isSession(line: IndexLine): line is Extract<IndexLine, { id: string }> {
  return (
    'id' in line &&
    typeof line.id === 'string' &&
    typeof line.file === 'string' &&
    isCount(line.rounds) &&
    isCount(line.end) &&
    isCount(line.last?.length) &&
    isCount(line.summary?.length) &&
    Array.isArray(line.usage)
  );
}

function isPositions(line: IndexLine): line is Extract<IndexLine, { commit: number }> {
  return (
    'commit' in line &&
    isCount(line.commit) &&
    isCount(line.next_log) &&
    Array.isArray(line.logs) &&
    line.logs.every(isLogPosition) &&
    (line.coverage === undefined || isIndexCoverage(line.coverage))
  );
}
