import type { Sessions } from '../store/index/index.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { compareText } from './aggregate.ts';
import { nearestNames } from '../platform/nearest.ts';
import { printableId } from '../platform/clean-text.ts';

export type Found =
  | { kind: 'found'; session: SessionEntry }
  /** Several ids start with it; the first few of them. */
  | { kind: 'ambiguous'; ids: string[]; count: number }
  /** No id does; the most similar ones. */
  | { kind: 'none'; nearest: string[] };

const LISTED = 5;

/** Finds a session by its id or a unique start of it, as in the log or as printed. */
export function findSession(sessions: Sessions, wanted: string): Found {
  const whole = sessions.get(wanted);
  if (whole !== undefined) return { kind: 'found', session: whole };
  const starts = [...sessions.keys()].filter(
    (id) => id.startsWith(wanted) || printableId(id).startsWith(wanted),
  );
  const [first, ...others] = starts;
  if (first === undefined) return { kind: 'none', nearest: nearestNames(sessions.keys(), wanted) };
  const exact = starts.filter((id) => printableId(id) === wanted);
  const session = sessions.get(exact.length === 1 ? (exact[0] ?? first) : first);
  if (session !== undefined && (others.length === 0 || exact.length === 1)) return { kind: 'found', session };
  return {
    kind: 'ambiguous',
    ids: starts.toSorted(compareText).slice(0, LISTED),
    count: starts.length,
  };
}
