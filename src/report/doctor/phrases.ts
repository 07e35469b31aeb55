import type { Share } from '../../doctor/check.ts';
import { exact, plural } from '../../platform/count-text.ts';

/** `1 of 20 rounds` */
export function share({ count, all }: Share, noun: string): string {
  return `${exact(count)} of ${plural(all, noun)}`;
}

/** The word that agrees with a count: `1 round has`, `2 rounds have`. */
export function verb(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** How many names are enough. */
export const NAMED = 3;

/** `a, b, c and 2 more`: the first names of so many. */
export function firstOf(names: readonly string[], count = names.length): string {
  const more = count > NAMED ? ` and ${exact(count - NAMED)} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}

/** `45 seconds`, `12 minutes`, `3 hours`, `2 days`: rounded down, in the largest unit of which there are two. */
export function duration(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
  ];
  const [size, name] = units.find(([unit]) => ms >= 2 * unit) ?? [1000, 'second'];
  return plural(Math.max(0, Math.floor(ms / size)), name);
}
