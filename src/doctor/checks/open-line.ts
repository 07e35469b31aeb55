import { RECENT_MS, type Check, type Found } from '../check.ts';

/** A line is written at once: if its end is missing for this long, it will hardly come. */
const OVERDUE_MS = 600_000;

/** The last line of a log has no line break: a run waits for the rest, and no count shows it. */
export const openLineCheck: Check<Found<'line-open', { bytes: number; idleMs: number }>> = {
  kinds: { 'line-open': { area: 'log', severity: 'warning' } },
  find: ({ statuses, now }) =>
    statuses.flatMap(({ log, open }) => {
      const idleMs = open ? now - open.since : 0;
      if (!open || idleMs < OVERDUE_MS) return [];
      return {
        code: 'line-open' as const,
        where: log.path,
        severity: idleMs < RECENT_MS ? undefined : 'note',
        facts: { bytes: open.bytes, idleMs },
      };
    }),
};
