import { plural } from '../query/count-text.ts';
import { dateRange } from './format.ts';
import type { SiteTotals } from './totals.ts';

/** `22 Oct to 20 Nov 2026, 30 days` */
export function periodText({ days }: SiteTotals): string {
  const [from = '', to = ''] = [days[0]?.[0], days.at(-1)?.[0]];
  const count = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  return `${dateRange(from, to)}, ${plural(count, 'day')}`;
}

/** Footer note for unknown prices. */
export const PLUS_NOTE = 'Hatched or “+”: price unknown, tokens counted';
/** Footer note for costs that may be wrong. */
export const BOUND_NOTE = '“≥”, “≤”, “≈”: the cost is at least, at most, or about this';

/** Footer notes of a page with costs; `isBounded`: some of them may be wrong. */
export function costNotes(isBounded: boolean): string[] {
  return isBounded ? [PLUS_NOTE, BOUND_NOTE] : [PLUS_NOTE];
}
