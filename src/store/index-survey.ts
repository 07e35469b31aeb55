import { readWhole, type Files } from '../platform/files.ts';
import { indexPath, parseIndexLine, type IndexLine } from './index-file.ts';
import { areLogPositions, isCount, type LogPosition } from './state.ts';
import type { SessionEntry } from './types.ts';

/** What one commit wrote into the index, as far as it can be read. It ends with the line of the log positions. */
export interface IndexedCommit {
  generation: number;
  /** Offset behind the commit's lines. */
  end: number;
  commit: number;
  logs: LogPosition[];
  nextLog: number;
  sessions: Omit<SessionEntry, 'usage'>[];
  /** No line of the file up to here is damaged. */
  isSound: boolean;
}

/** All that can be read of a store's index files, damaged or not. */
export interface IndexSurvey {
  /** Numbers of the index files that there are. */
  generations: number[];
  /** The latest first. */
  commits: IndexedCommit[];
  /** Logs whose files were gone: as the latest readable line has them. */
  closed: Map<number, LogPosition>;
}

/** Reads every index file of a store; believes no more of it than each line says by itself. */
export function surveyIndex(files: Files, dir: string): IndexSurvey {
  const generations = (files.list(dir) ?? [])
    .map((name) => /^\.index-(\d{1,15})\.jsonl$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b);
  const survey: IndexSurvey = { generations, commits: [], closed: new Map() };
  for (const generation of generations) surveyFile(files, dir, generation, survey);
  survey.commits.sort((a, b) => b.commit - a.commit || b.generation - a.generation);
  return survey;
}

function surveyFile(files: Files, dir: string, generation: number, survey: IndexSurvey): void {
  const bytes = readWhole(files, indexPath(dir, generation)) ?? Buffer.alloc(0);
  let sessions: IndexedCommit['sessions'] = [];
  let isSound = true;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    const line = newline < 0 ? undefined : parseIndexLine(bytes.toString('utf8', at, newline));
    at = end;
    if (line && isSession(line)) {
      const { usage: _, ...entry } = line;
      sessions.push(entry);
    } else if (line && 'closed' in line && areLogPositions(line.closed)) {
      for (const log of line.closed) remember(survey.closed, log);
    } else if (line && isPositions(line)) {
      const { logs, next_log: nextLog, commit } = line;
      survey.commits.push({ generation, end, commit, logs, nextLog, sessions, isSound });
      sessions = [];
    } else {
      isSound = false;
    }
  }
}

/** A log that turned up again can have been closed more than once. */
function remember(closed: Map<number, LogPosition>, log: LogPosition): void {
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
  return 'commit' in line && isCount(line.commit) && isCount(line.next_log) && areLogPositions(line.logs);
}
