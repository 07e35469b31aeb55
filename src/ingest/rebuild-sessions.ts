import { join } from 'node:path';
import type { Files } from '../platform/files.ts';
import type { IndexedCommit } from '../store/index-survey.ts';
import { readSummary } from '../store/session-file.ts';
import type { SessionEntry } from '../store/types.ts';
import { readSession, type Prices, type ReadSession } from './read-session.ts';
import { copyName, rewriteOf, roundsText, type SessionRepairs } from './repair-problem.ts';

type Place = [generation: number, offset: number];
type KnownEntry = IndexedCommit['sessions'][number];

/** A session file and what can be counted of it. */
interface Candidate {
  file: string;
  read: ReadSession;
}

/**
 * Makes the sessions anew from their files, where the index is lost: rounds that lie before a committed offset, each
 * place in the logs once. `known` is what can still be read of the damaged index.
 */
export function rebuildSessions(
  files: Files,
  dir: string,
  known: ReadonlyMap<string, KnownEntry>,
  isCommitted: (place: Place) => boolean,
  prices: Prices,
): SessionRepairs {
  const repairs: SessionRepairs = { problems: [], sessions: new Map(), rewrites: [], setAside: [] };
  const counted = new Map<number, Set<number>>();
  const isNew = ([generation, offset]: Place): boolean => !counted.get(generation)?.has(offset);
  for (const name of sessionNames(files, dir)) {
    const own = new Set<string>();
    const read = readSession(files, join(dir, name), prices, ({ at }) => {
      if (!isCommitted(at) || !isNew(at) || own.has(at.join())) return false;
      own.add(at.join());
      return true;
    });
    takeFile(files, dir, { file: name, read }, repairs, counted, known);
  }
  for (const { id, file, rounds } of known.values()) reportLost(dir, { id, file, rounds }, repairs);
  return repairs;
}

