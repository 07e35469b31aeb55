import { join } from 'node:path';
import { printableId } from '../platform/clean-text.ts';
import { shellWord } from '../platform/system-errors.ts';
import { nearestNames } from '../platform/nearest.ts';
import { prunedPath } from '../store/pruned-file.ts';
import type { Store } from '../store/store.ts';
import type { StoredIndex } from '../store/index/index.ts';
import type { DamagedFile } from './damaged-file.ts';
import type { Warning } from './tally.ts';

/**
 * Warnings about a run's rounds: no round belongs to the session of --session-key, while other sessions are left out;
 * some sessions may count imported rounds twice; rounds were taken as pruned ones; the files of some sessions are damaged.
 */
export function doubtsOf(
  { dir, filters }: Store,
  index: Pick<StoredIndex, 'head'>,
  leftOut: ReadonlySet<string>,
  doubtful: readonly [session: string, rounds: number][],
  takenAsPruned: number,
  damaged: ReadonlyMap<string, DamagedFile> = new Map(),
): Warning[] {
  const { session_key: key } = filters;
  const isUnknown = key !== null && leftOut.size > 0 && !index.head(key);
  return [
    ...(isUnknown ? [{ path: dir, message: unknownSession(key, leftOut) }] : []),
    ...doubtful.map(([id, rounds]) => ({
      path: join(dir, index.head(id)?.file ?? ''),
      message: doubtfulRounds(rounds),
    })),
    ...(takenAsPruned > 0 ? [{ path: prunedPath(dir), message: guessedRounds(takenAsPruned) }] : []),
    ...[...damaged].map(([id, { file, problem, rounds }]) => ({
      path: join(dir, file),
      message: damagedFile(dir, id, problem, rounds),
    })),
  ];
}

/** A misspelled --session-key would keep everything out without a word. */
function unknownSession(key: string, others: Iterable<string>): string {
  const nearest = nearestNames(others, key).map(quoted);
  const meant = nearest.length === 0 ? '' : `. Did you mean ${nearest.join(' or ')}?`;
  return `only the session ${quoted(key)} is stored (--session-key), and no round of it has been read yet${meant}`;
}

function doubtfulRounds(rounds: number): string {
  const many = rounds === 1 ? '1 round of the log' : `${rounds} rounds of the log`;
  return (
    `${many} may have been imported before (the same model and token counts, but more than once or without a text, ` +
    'or the imported rounds were pruned): stored with the flag maybe-imported; what was imported too counts twice'
  );
}

function guessedRounds(rounds: number): string {
  const many = rounds === 1 ? '1 round was' : `${rounds} rounds were`;
  return (
    `${many} not counted: their logs may have been read before an older version pruned their sessions, and they fit into ` +
    'the sums that are left. Rounds of another gateway in the same 15 minutes fit as well'
  );
}

function damagedFile(dir: string, id: string, problem: string, rounds: number): string {
  const many = rounds === 1 ? '1 new round' : `${rounds} new rounds`;
  return (
    `the file of the session ${quoted(id)} ${problem}. ${many} of it: counted, and kept in .waiting.jsonl. ` +
    `Put ${rounds === 1 ? 'it' : 'them'} in place with: monitor repair --apply --data-dir ${shellWord(dir)}`
  );
}

function quoted(id: string): string {
  return `'${printableId(id.slice(0, 200))}'`;
}
