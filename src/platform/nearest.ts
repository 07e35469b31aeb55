/** How many names are suggested. */
const MOST = 3;
/** How much of a name is compared: a client may send one of 4 KB. */
const COMPARED = 80;
const MAX_EDITS = 6;

/**
 * The names most like `wanted`, which is not among them; case does not matter. Names that contain it come first, then
 * names that it contains (`qwen-max` in `bailian/qwen-max`), then names a few edits away. At most three.
 */
export function nearestNames(names: Iterable<string>, wanted: string): string[] {
  const text = wanted.slice(0, COMPARED).toLowerCase();
  const limit = Math.min(MAX_EDITS, Math.floor(text.length / 2));
  const ranked: [edits: number, name: string][] = [];
  for (const name of names) {
    const edits = distance(text, name.toLowerCase(), limit);
    if (edits <= limit && name !== '') ranked.push([edits, name]);
  }
  return ranked
    .toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1))
    .slice(0, MOST)
    .map(([, name]) => name);
}

/** A shorter text occurs in too many names to count, unless a name starts with it. */
const SHORTEST_PART = 3;

function distance(text: string, name: string, limit: number): number {
  if (text !== '' && name.startsWith(text)) return 0;
  if (text.length >= SHORTEST_PART && name.includes(text)) return 0;
  if (name.length >= SHORTEST_PART && text.includes(name)) return 0.5;
  return editsBetween(text, name.slice(0, COMPARED), limit);
}

/** The Levenshtein distance, or any number above `limit` if it is greater: only a band of the table is computed. */
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
