import { join } from 'node:path';
import { MonitorError } from '../platform/errors.ts';
import { errorCode, isAbsent, type Files } from '../platform/files.ts';
import { parsePriceBook } from '../pricing/price-book.ts';
import { pricesPath } from '../store/price-files.ts';
import { readPruned } from '../store/pruned-file.ts';
import { readSnapshot, type Snapshot } from '../store/read.ts';
import { holdsRounds } from '../store/session-file.ts';
import { headerOf } from '../store/session-lines.ts';
import { isPruned, type SessionEntry, type SessionHead } from '../model/session-entry.ts';
import { checkSession } from '../maintenance/repair/check-sessions.ts';
import { noRepairs } from '../maintenance/repair/repair-problem.ts';
import { plural, type Finding, type Severity } from '../model/finding.ts';
import type { Check, Look } from './look.ts';

/** What can be wrong with a session's file, by the code of its finding. */
type Damage =
  | 'session-missing'
  | 'session-cut'
  | 'session-foreign'
  | 'session-damaged'
  | 'session-unreadable'
  | 'index-differs'
  | 'session-summary';

const SAYS: Readonly<Record<Damage, [severity: Severity, predicate: string]>> = {
  'session-missing': ['error', 'missing'],
  'session-cut': ['error', 'shorter than the index says'],
  'session-foreign': ['error', 'not what the index says: another session’s, or changed'],
  'session-damaged': ['error', 'damaged'],
  'session-unreadable': ['error', 'not readable by this user, so not checked'],
  'index-differs': ['error', 'sound, but not what the index counts'],
  'session-summary': ['note', 'without a summary, as a killed run leaves them: the next run writes it'],
};
const CODES = Object.keys(SAYS) as Damage[];

/**
 * Whether each session's file is there, and is the one that the index knows: its size, its first line and its last
 * round; with `deep`, every round of it.
 */
export const sessionFilesCheck: Check = {
  codes: [...CODES, 'unnamed-files'],
  find(look) {
    if (!look.store) return [];
    const first = readSnapshot(look.dir, look.files);
    let { found, unnamed } = inspect(look, first);
    first.close();
    if (found.size === 0 && unnamed.length === 0) return [];
    // A run, or a prune, can have gone on meanwhile: what stands in the way of the next commit, too, is damage.
    const now = readSnapshot(look.dir, look.files);
    if (now.state.commit !== first.state.commit) ({ found, unnamed } = inspect(look, now));
    now.close();
    const findings = CODES.flatMap((code) => toFinding(look, code, found.get(code) ?? []));
    return [...findings, ...noteOf(look, unnamed)];
  },
};

interface Inspected {
  found: Map<Damage, SessionHead[]>;
  unnamed: string[];
}

function inspect({ files, dir, deep }: Look, snapshot: Snapshot): Inspected {
  const found = new Map<Damage, SessionHead[]>();
  const named = new Set<string>();
  const readAll = deep ? deepReader(files, snapshot) : undefined;
  const entries = readAll ? snapshot.sessions.values() : snapshot.sessions.heads();
  for (const entry of entries) {
    if (isPruned(entry)) continue;
    named.add(entry.file);
    const damage = damageOf(files, dir, entry) ?? readAll?.(entry as SessionEntry);
    if (!damage) continue;
    const known = found.get(damage);
    if (known) known.push(entry);
    else found.set(damage, [entry]);
  }
  const there = files.list(dir) ?? [];
  const unnamed = there.filter((name) => !name.startsWith('.') && name.endsWith('.json') && !named.has(name));
  return { found, unnamed: unnamed.toSorted() };
}

/** What a look at a file's size, its first line and its last round shows. */
function damageOf(files: Files, dir: string, entry: SessionHead): Damage | undefined {
  const path = join(dir, entry.file);
  const size = files.stat(path)?.size;
  if (size === undefined) return 'session-missing';
  if (size < entry.end) return 'session-cut';
  try {
    if (!holdsRounds(files, dir, entry)) return 'session-foreign';
    return headerOf(files, path, entry.id) ? undefined : 'session-foreign';
  } catch (error) {
    if (isAbsent(error)) return 'session-missing';
    if (errorCode(error) === undefined) throw error;
    return 'session-unreadable';
  }
}

/** Reads whole sessions, as a repair does. */
function deepReader(
  files: Files,
  { dir, state, priceLines }: Snapshot,
): (entry: SessionEntry) => Damage | undefined {
  const book = parsePriceBook(priceLines, pricesPath(dir, state.prices.generation));
  const removed = readPruned(files, dir, state);
  return (entry) => {
    const repairs = noRepairs();
    try {
      checkSession(files, dir, entry, book, removed.get(entry.id) ?? [], repairs);
    } catch (error) {
      // The price book lacks what a round names.
      if (!(error instanceof MonitorError)) throw error;
      return 'session-damaged';
    }
    if (repairs.losses.length > 0) return 'session-damaged';
    const problems = repairs.problems.map(({ problem }) => problem);
    if (problems.length === 0) return undefined;
    return problems.some((problem) => problem.startsWith('is sound')) ? 'index-differs' : 'session-summary';
  };
}

const NAMED = 3;

function toFinding({ dir, store }: Look, code: Damage, entries: readonly SessionHead[]): Finding[] {
  if (entries.length === 0) return [];
  const [severity, predicate] = SAYS[code];
  const names = entries
    .map(({ file }) => file)
    .toSorted()
    .slice(0, NAMED);
  const more = entries.length > NAMED ? ` and ${entries.length - NAMED} more` : '';
  const rounds = entries.reduce((sum, { rounds: count, pruned_rounds: gone = 0 }) => sum + count - gone, 0);
  const what = `${plural(entries.length, 'session file')} of ${store?.sessions} ${entries.length === 1 ? 'is' : 'are'} ${predicate} (${names.join(', ')}${more}; ${plural(rounds, 'round')}).`;
  const fix =
    code === 'session-unreadable'
      ? 'Run doctor as the user who runs parse, or give this one the right to read them.'
      : `monitor repair --data-dir ${dir} says what is left of them, and what the logs still hold. It changes nothing without --apply.`;
  return [{ code, area: 'store', severity, what, where: join(dir, names[0] ?? ''), fix }];
}

function noteOf({ dir }: Look, names: readonly string[]): Finding[] {
  const [first] = names;
  if (first === undefined) return [];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const what = `${plural(names.length, 'file')} in the store ${names.length === 1 ? 'is not a session file' : 'are not session files'} (${names.slice(0, NAMED).join(', ')}${more}): nothing in them is counted.`;
  const fix =
    'A run, a prune or a repair that was killed leaves such files, and parse or prune takes them away. Others can be moved elsewhere.';
  return [{ code: 'unnamed-files', area: 'store', severity: 'note', what, where: join(dir, first), fix }];
}
