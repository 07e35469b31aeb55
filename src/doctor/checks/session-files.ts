import { CountingRules } from '../../session-format/round-cells.ts';
import { coverageOf } from '../../store/state.ts';
import { join } from 'node:path';
import { isSystemError, MonitorError } from '../../platform/errors.ts';
import { isAbsent, type Files } from '../../platform/files.ts';
import { parsePriceBook } from '../../pricing/price-book.ts';
import { pricesPath } from '../../store/price-files.ts';
import { readPruned } from '../../store/pruned-file.ts';
import { readSnapshot, type Snapshot } from '../../store/read.ts';
import { holdsRounds } from '../../store/session-file.ts';
import { headerOf } from '../../store/session-lines.ts';
import { isPruned, type SessionEntry, type SessionHead } from '../../model/session-entry.ts';
import { checkSession } from '../../maintenance/repair/check-sessions.ts';
import { noRepairs } from '../../maintenance/repair/repair-problem.ts';
import type { Check, Found, Kind, Share } from '../check.ts';
import type { Evidence } from '../evidence.ts';

/** What can be wrong with a session's file. */
const DAMAGES = {
  'session-missing': { area: 'store', severity: 'error' },
  'session-cut': { area: 'store', severity: 'error' },
  'session-foreign': { area: 'store', severity: 'error' },
  'session-damaged': { area: 'store', severity: 'error' },
  'session-unreadable': { area: 'store', severity: 'error' },
  'index-differs': { area: 'store', severity: 'error' },
  'session-summary': { area: 'store', severity: 'note' },
} as const satisfies Record<string, Kind>;
type Damage = keyof typeof DAMAGES;

interface DamagedSessions {
  files: Share;
  /** The first of the files, in order. */
  names: readonly string[];
  rounds: number;
  dir: string;
}

type SessionFilesFound =
  Found<Damage, DamagedSessions> | Found<'unnamed-files', { files: number; names: readonly string[] }>;

/**
 * Whether each session's file is the one that the index knows: its size, its first line and its last round; with
 * `deep`, every round.
 */
export const sessionFilesCheck: Check<SessionFilesFound> = {
  kinds: { ...DAMAGES, 'unnamed-files': { area: 'store', severity: 'note' } },
  find(evidence) {
    if (!evidence.store) return [];
    const first = readSnapshot(evidence.dir, evidence.files);
    let { damaged, unnamed } = inspect(evidence, first);
    first.close();
    if (damaged.size === 0 && unnamed.length === 0) return [];
    // A run or a prune may have gone on meanwhile. What is still wrong without a new commit is damage.
    const now = readSnapshot(evidence.dir, evidence.files);
    if (now.state.commit !== first.state.commit) ({ damaged, unnamed } = inspect(evidence, now));
    now.close();
    const { dir, store } = evidence;
    const found = (Object.keys(DAMAGES) as Damage[]).flatMap((code) =>
      damagedSessions(code, damaged.get(code) ?? [], store.sessions, dir),
    );
    return [...found, ...unnamedFiles(unnamed, dir)];
  },
};

interface Inspected {
  damaged: Map<Damage, SessionHead[]>;
  unnamed: string[];
}

function inspect({ files, dir, deep }: Evidence, snapshot: Snapshot): Inspected {
  const damaged = new Map<Damage, SessionHead[]>();
  const named = new Set<string>();
  const readAll = deep ? deepReader(files, snapshot) : undefined;
  const entries = readAll ? snapshot.sessions.values() : snapshot.sessions.heads();
  for (const entry of entries) {
    if (isPruned(entry)) continue;
    named.add(entry.file);
    const damage = damageOf(files, dir, entry) ?? readAll?.(entry as SessionEntry);
    if (!damage) continue;
    const known = damaged.get(damage);
    if (known) known.push(entry);
    else damaged.set(damage, [entry]);
  }
  const unnamed = (files.list(dir) ?? []).filter(
    (name) => !name.startsWith('.') && name.endsWith('.json') && !named.has(name),
  );
  return { damaged, unnamed: unnamed.toSorted() };
}

/** As far as a file's size, its first line and its last round show. */
function damageOf(files: Files, dir: string, entry: SessionHead): Damage | undefined {
  const path = join(dir, entry.file);
  try {
    const size = files.stat(path)?.size;
    if (size === undefined) return 'session-missing';
    if (size < entry.end) return 'session-cut';
    if (!holdsRounds(files, dir, entry)) return 'session-foreign';
    return headerOf(files, path, entry.id) ? undefined : 'session-foreign';
  } catch (error) {
    if (isAbsent(error)) return 'session-missing';
    if (!isSystemError(error) && !(error instanceof MonitorError)) throw error;
    return 'session-unreadable';
  }
}

/** Reads whole sessions, as a repair does. */
function deepReader(
  files: Files,
  { dir, state, priceLines }: Snapshot,
): (entry: SessionEntry) => Damage | undefined {
  const book = parsePriceBook(priceLines, pricesPath(dir, state.prices.generation));
  const counting = { book, rules: new CountingRules(coverageOf(state)) };
  const removed = readPruned(files, dir, state);
  return (entry) => {
    const repairs = noRepairs();
    try {
      checkSession(files, dir, entry, counting, removed.get(entry.id) ?? [], repairs);
    } catch (error) {
      // The price book lacks an entry that a round names.
      if (!(error instanceof MonitorError)) throw error;
      return 'session-damaged';
    }
    if (repairs.losses.length > 0) return 'session-damaged';
    if (repairs.problems.length === 0) return undefined;
    return repairs.problems.some(({ isOfIndex }) => isOfIndex) ? 'index-differs' : 'session-summary';
  };
}

/** How many names a finding gives. */
const NAMED = 3;

function damagedSessions(
  code: Damage,
  entries: readonly SessionHead[],
  all: number,
  dir: string,
): SessionFilesFound[] {
  if (entries.length === 0) return [];
  const files = { count: entries.length, all };
  const names = entries
    .map(({ file }) => file)
    .toSorted()
    .slice(0, NAMED);
  const rounds = entries.reduce((sum, { rounds: count, pruned_rounds: gone = 0 }) => sum + count - gone, 0);
  return [{ code, where: join(dir, names[0] ?? ''), facts: { files, names, rounds, dir } }];
}

function unnamedFiles(names: readonly string[], dir: string): SessionFilesFound[] {
  const [first] = names;
  if (first === undefined) return [];
  const facts = { files: names.length, names: names.slice(0, NAMED) };
  return [{ code: 'unnamed-files', where: join(dir, first), facts }];
}
