import { join } from 'node:path';
import type { LinePosition } from '../../model/log-position.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import type { Files } from '../../platform/files.ts';
import { removedRounds, type PrunedPart } from '../../store/pruned-file.ts';
import { isPruned, pruneMarks } from '../../model/session-entry.ts';
import { fullerTools, toolCountsOf, withoutTools } from '../../model/tool-counts.ts';
import type { IndexedCommit } from '../../store/index/index.ts';
import { readSummary } from '../../store/session-file.ts';
import { readHeaderId } from '../../store/session-lines.ts';
import { readSession, type Counting, type ReadSession } from '../read-session.ts';
import { marksOf, tombstoneOf, withRemoved, type Removed } from '../removed-rounds.ts';
import {
  copyName,
  loss,
  noRepairs,
  offsetsIn,
  rewriteOf,
  type Loss,
  type SessionRepairs,
} from './repair-problem.ts';

export type KnownEntry = IndexedCommit['sessions'][number];

/** What a session was rebuilt from. */
interface Rebuilt {
  id: string;
  file: string;
  read: ReadSession;
}

/**
 * Rebuilds the sessions from their files if the index is lost: rounds before a committed offset, each position in
 * the logs once. `known` is what is still readable of the damaged index.
 */
export function rebuildSessions(
  files: Files,
  dir: string,
  known: ReadonlyMap<string, KnownEntry>,
  isCommitted: (position: LinePosition) => boolean,
  counting: Counting,
  removed: Removed,
): SessionRepairs {
  const repairs = noRepairs();
  const counted = repairs.kept;
  for (const [id, names] of filesById(files, dir, known)) {
    // A killed repair may have left a copy: the file with the most rounds is the session's.
    const [best] = names
      .map((file) => ({
        id,
        file,
        read: readCommitted(files, join(dir, file), counted, isCommitted, counting, removed.get(id) ?? []),
      }))
      .toSorted((a, b) => b.read.sum.rounds - a.read.sum.rounds);
    if (!best) continue;
    for (const [logId, offset] of best.read.positions) offsetsIn(counted, logId).add(offset);
    takeSession(files, dir, best, known.get(id), removed.get(id) ?? [], repairs);
  }
  for (const [id, parts] of removed) {
    const tombstone = repairs.sessions.has(id) ? undefined : tombstoneOf(id, parts);
    if (tombstone) repairs.sessions.set(id, tombstone);
  }
  for (const [id, { file, rounds }] of known) {
    const kept = repairs.sessions.get(id)?.rounds ?? 0;
    if (rounds <= kept || repairs.problems.some(({ session }) => session === id)) continue;
    const problem = files.stat(join(dir, file)) ? 'is truncated' : 'is missing';
    const said = { file: join(dir, file), session: id, problem, ...loss(kept, rounds - kept) };
    repairs.problems.push(said);
    repairs.losses.push({ ...whenOf(known.get(id)), id, problem: said, kept, lacking: undefined });
  }
  return repairs;
}

function filesById(files: Files, dir: string, known: ReadonlyMap<string, KnownEntry>): Map<string, string[]> {
  const ids = new Map([...known.values()].map(({ id, file }) => [file, id]));
  const found = new Map<string, string[]>();
  for (const name of (files.list(dir) ?? []).toSorted()) {
    if (name.startsWith('.') || !name.endsWith('.json')) continue;
    const id = readHeaderId(files, join(dir, name)) ?? ids.get(name);
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), name]);
  }
  return found;
}

function readCommitted(
  files: Files,
  path: string,
  counted: Map<number, Set<number>>,
  isCommitted: (position: LinePosition) => boolean,
  counting: Counting,
  parts: readonly PrunedPart[],
): ReadSession {
  const own = new Map<number, Set<number>>();
  const isWanted = ({ at }: StoredRound): boolean => {
    const [logId, offset] = at;
    const offsets = offsetsIn(own, logId);
    const isNew = !offsets.has(offset) && !counted.get(logId)?.has(offset);
    offsets.add(offset);
    return isNew && isCommitted(at);
  };
  return readSession(files, path, counting, isWanted, parts);
}

function takeSession(
  files: Files,
  dir: string,
  { id, file, read }: Rebuilt,
  known: KnownEntry | undefined,
  parts: readonly PrunedPart[],
  repairs: SessionRepairs,
): void {
  const { sum, isDamaged } = read;
  // All its rounds were removed since; a killed prune left the file.
  if (sum.rounds === 0 && parts.length > 0 && (known === undefined || isPruned(known))) return;
  const lost = Math.max(0, (known?.rounds ?? 0) - removedRounds(parts) - sum.rounds);
  const isUnsound = read.id === undefined || isDamaged;
  if (isUnsound && (sum.rounds > 0 || lost > 0)) {
    const problem =
      read.id === undefined ? 'has a damaged first line' : `is damaged after round ${sum.rounds}`;
    const said = {
      file: join(dir, file),
      session: id,
      problem,
      ...loss(sum.rounds, lost, known !== undefined),
    };
    repairs.problems.push(said);
    repairs.losses.push({ ...whenOf(known), id, problem: said, kept: sum.rounds, lacking: undefined });
    repairs.setAside.push(file);
  }
  if (sum.rounds === 0) return;
  const all = withRemoved(sum, parts);
  const kept = {
    ...withoutTools(all),
    // If none are lost, what the index counted covers texts too that are gone.
    ...(known?.rounds === all.rounds ? fullerTools(known, all) : toolCountsOf(all)),
    ...marksOf(parts, known),
    id,
    file: isUnsound ? copyName(files, dir, file) : file,
  };
  const entry = { ...kept, summary: known?.summary ?? { length: 0, crc: 0 } };
  repairs.sessions.set(id, entry);
  if (isUnsound) repairs.rewrites.push(rewriteOf(entry, file));
  else if (readSummary(files, dir, entry) === undefined) repairs.rewrites.push(rewriteOf(entry));
}

function whenOf(known: KnownEntry | undefined): Pick<Loss, 'created' | 'updated' | 'marks'> {
  return { created: known?.created, updated: known?.updated, marks: pruneMarks(known ?? {}) };
}
