import { duration, plural, type Finding } from '../model/finding.ts';
import type { Check } from './look.ts';

/** A line is written at once: what has no end for this long will hardly get one. */
const OVERDUE_MS = 600_000;
/** What a killed gateway left behind longer ago than this can't be helped, and is known. */
const RECENT_MS = 30 * 86_400_000;

/** A log whose last line has no line break: it waits for the rest, and no count says so. */
export const lineOpenCheck: Check = {
  codes: ['line-open'],
  find({ looked, now }) {
    return looked.flatMap(({ log: { path }, open }): Finding[] => {
      if (!open || now - open.since < OVERDUE_MS) return [];
      const { bytes, since } = open;
      const what = `the last ${plural(bytes, 'byte')} of the log ${bytes === 1 ? 'has' : 'have'} no line break behind them, and nothing was written for ${duration(now - since)}: parse waits for the rest of the line, and counts nothing of it.`;
      const fix =
        'If the line is complete, add a line break to the end of the file. If the gateway was killed while it wrote, the line is lost. A log with no line breaks at all (LF) cannot be read.';
      const severity = now - since < RECENT_MS ? 'warning' : 'note';
      return [{ code: 'line-open', area: 'log', severity, what, where: path, fix }];
    });
  },
};
