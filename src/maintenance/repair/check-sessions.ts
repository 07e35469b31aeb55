import { join } from 'node:path';
import type { Files } from '../../platform/files.ts';
import { readSummary } from '../../store/session-file.ts';
import type { Sessions } from '../../store/index/index.ts';
import { removedRounds, type PrunedPart } from '../../store/pruned-file.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import { isPruned, pruneMarks, type SessionEntry } from '../../model/session-entry.ts';
import {
  differences,
  readSession,
  type Counting,
  type ReadSession,
  type SessionSum,
} from '../read-session.ts';
import { tombstoneOf, withRemoved, type Removed } from '../removed-rounds.ts';
import { copyName, loss, noRepairs, offsetsIn, rewriteOf, type SessionRepairs } from './repair-problem.ts';
import { fullerTools, withoutTools } from '../../model/tool-counts.ts';
import { subtractCells } from '../../model/usage-cells.ts';

/** Compares each session file with its entry in an intact index, round by round, and keeps what is readable. */
export function checkSessions(
  files: Files,
  dir: string,
  sessions: Sessions,
  counting: Counting,
  removed: Removed,
): SessionRepairs {
  const repairs = noRepairs();
  for (const entry of sessions.values()) {
    if (isPruned(entry)) repairs.sessions.set(entry.id, entry);
    else checkSession(files, dir, entry, counting, removed.get(entry.id) ?? [], repairs);
  }
  return repairs;
}

/** The same for one session that has a file. */
export function checkSession(
  files: Files,
  dir: string,
  entry: SessionEntry,
  counting: Counting,
  parts: readonly PrunedPart[],
  repairs: SessionRepairs,
): void {
  const path = join(dir, entry.file);
  const found = { file: path, session: entry.id };
  const before = removedRounds(parts);
  const loseAll = (): void => {
    const tombstone = tombstoneOf(entry.id, parts);
    if (tombstone) repairs.sessions.set(entry.id, tombstone);
  };
  const lose = (problem: string, kept: ReadSession | undefined): void => {
    const rounds = kept?.sum.rounds ?? 0;
    const said = { ...found, problem, ...loss(rounds, entry.rounds - before - rounds) };
    repairs.problems.push(said);
    const there = [...parts.flatMap(({ usage }) => usage), ...(kept?.sum.usage ?? [])];
    const { id, created, updated } = entry;
    const marks = pruneMarks(entry);
    const lacking = subtractCells(entry.usage, there);
    repairs.losses.push({ id, problem: said, kept: rounds, lacking, created, updated, marks });
    for (const [logId, offset] of kept?.positions ?? []) offsetsIn(repairs.kept, logId).add(offset);
  };
  if (!files.stat(path)) {
    lose('is missing', undefined);
    loseAll();
    return;
  }
  const isOwnRound = (round: StoredRound, end: number): boolean =>
    end <= entry.end && round.round <= entry.rounds;
  const read = readSession(files, path, counting, isOwnRound, parts);
  const sum = withRemoved(read.sum, parts);
  const isWhole = isWholeFile(sum, entry);
  if (isWhole && read.id === entry.id) {
    checkEntry(files, dir, entry, sum, repairs);
    return;
  }
  const altered = read.isDamaged && readSession(files, path, counting, isOwnRound, parts, true);
  if (altered && keepAltered(files, dir, entry, altered, parts, repairs)) return;
  // The contents of another session's file, or of one with a damaged first line, may not be this session's.
  const isOwn = isWhole || read.id === entry.id;
  lose(problemOf(read, entry), isOwn ? read : undefined);
  repairs.setAside.push(entry.file);
  if (!isOwn || read.sum.rounds === 0) {
    loseAll();
    return;
  }
  const rest = { ...withoutTools(entry), ...sum, file: copyName(files, dir, entry.file) };
  repairs.sessions.set(entry.id, rest);
  repairs.rewrites.push(rewriteOf(rest, entry.file));
}

function isWholeFile({ end, last }: SessionSum, entry: SessionEntry): boolean {
  return end === entry.end && last.length === entry.last.length && last.crc === entry.last.crc;
}

/**
 * Keeps rounds that do not match their checksum if all numbers of the session are still those of the index: then only
 * texts have changed. Returns false otherwise.
 */
function keepAltered(
  files: Files,
  dir: string,
  entry: SessionEntry,
  { id, sum: own, altered }: ReadSession,
  parts: readonly PrunedPart[],
  repairs: SessionRepairs,
): boolean {
  const sum = withRemoved(own, parts);
  if (id !== entry.id || !isWholeFile(sum, entry) || differences(entry, sum).length > 0) return false;
  const copy = { ...entry, file: copyName(files, dir, entry.file) };
  repairs.sessions.set(entry.id, copy);
  repairs.rewrites.push(rewriteOf(copy, entry.file));
  repairs.setAside.push(entry.file);
  repairs.problems.push({
    file: join(dir, entry.file),
    session: entry.id,
    problem: `has changed in round ${altered.join(', ')}`,
    repair: 'the round is kept as it is, with the flag altered; its numbers are those of the index',
    lostRounds: 0,
  });
  return true;
}

function checkEntry(
  files: Files,
  dir: string,
  entry: SessionEntry,
  sum: ReadSession['sum'],
  repairs: SessionRepairs,
): void {
  const file = join(dir, entry.file);
  const different = differences(entry, sum);
  const mended =
    different.length === 0
      ? entry
      : { ...withoutTools(entry), ...withoutTools(sum), ...fullerTools(entry, sum) };
  repairs.sessions.set(entry.id, mended);
  if (different.length > 0) {
    repairs.problems.push({
      file,
      session: entry.id,
      problem: `is sound, but the index differs from it (${different.join(', ')})`,
      repair: 'its entry in the index is rebuilt from its rounds',
      isOfIndex: true,
      lostRounds: 0,
    });
  }
  if (readSummary(files, dir, entry) !== undefined) return;
  repairs.rewrites.push(rewriteOf(mended));
  repairs.problems.push({
    file,
    session: entry.id,
    problem: 'has a different summary than the committed one, probably from a killed run',
    repair: 'the summary is rewritten',
    lostRounds: 0,
  });
}

function problemOf({ id, isDamaged, sum }: ReadSession, entry: SessionEntry): string {
  if (id === undefined) return 'has a damaged first line';
  if (id !== entry.id) return 'holds another session';
  return isDamaged ? `is damaged after round ${sum.rounds}` : 'is not the file that was committed';
}
