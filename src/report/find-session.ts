import type { Sessions } from '../store/index-file.ts';
import type { SessionEntry } from '../store/types.ts';
import { compareText } from '../query/aggregate.ts';
import { printableId } from '../platform/clean-text.ts';

export type Found =
  | { kind: 'found'; session: SessionEntry }
  /** Several ids begin like this; the first few of them. */
  | { kind: 'ambiguous'; ids: string[]; count: number }
  /** None does; those that look most like it. */
  | { kind: 'none'; nearest: string[] };

const SUGGESTIONS = 5;

/** The session of an id, or of any unique start of one, as it stands in the log or as it is printed. */
export function findSession(sessions: Sessions, wanted: string): Found {
  const whole = sessions.get(wanted);
  if (whole !== undefined) return { kind: 'found', session: whole };
  const starts = [...sessions.keys()].filter(
    (id) => id.startsWith(wanted) || printableId(id).startsWith(wanted),
  );
  const [first, ...others] = starts;
  if (first === undefined) return { kind: 'none', nearest: nearest(sessions.keys(), wanted) };
  const exact = starts.filter((id) => printableId(id) === wanted);
  const session = sessions.get(exact.length === 1 ? (exact[0] ?? first) : first);
  if (session !== undefined && (others.length === 0 || exact.length === 1)) return { kind: 'found', session };
  return {
    kind: 'ambiguous',
    ids: starts.toSorted(compareText).slice(0, SUGGESTIONS),
    count: starts.length,
  };
}

/** How much of an id is compared: a client may send one of 4 KB. */
const COMPARED = 80;
const MAX_EDITS = 6;

/** Ids that contain the text stand first, then those a few edits away. */
function nearest(ids: Iterable<string>, wanted: string): string[] {
  const text = wanted.slice(0, COMPARED).toLowerCase();
  const limit = Math.min(MAX_EDITS, Math.floor(text.length / 2));
  const ranked: [edits: number, id: string][] = [];
  for (const id of ids) {
    const other = id.slice(0, COMPARED).toLowerCase();
    const edits = text.length > 2 && id.toLowerCase().includes(text) ? 0 : editsBetween(text, other, limit);
    if (edits <= limit) ranked.push([edits, id]);
  }
  return ranked
    .toSorted((a, b) => a[0] - b[0] || compareText(a[1], b[1]))
    .slice(0, SUGGESTIONS)
    .map(([, id]) => id);
}

/** Levenshtein's distance where it is at most `limit`, else more: only a band of the table is computed. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = Array.from<number>({ length: b.length + 1 }).fill(limit + 1);
    next[0] = i;
    let least = i;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      const edits = Math.min(
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        (row[j] ?? limit) + 1,
        (next[j - 1] ?? limit) + 1,
      );
      next[j] = edits;
      least = Math.min(least, edits);
    }
    if (least > limit) return limit + 1;
    row = next;
  }
  return row[b.length] ?? limit + 1;
}
