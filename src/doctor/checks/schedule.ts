import { resolve } from 'node:path';
import type { Check, Found } from '../check.ts';
import type { Evidence } from '../evidence.ts';

interface Advice {
  /** Null: no crontab can hold it. */
  crontabLine: string | null;
  unseen: Evidence['unseenSchedules'];
}

type ScheduleFound =
  Found<'no-schedule', Advice> | Found<'other-schedule', Advice & { dir: string; otherDir: string }>;

/** Whether something runs `monitor parse` for the store. */
export const scheduleCheck: Check<ScheduleFound> = {
  kinds: {
    'no-schedule': { area: 'schedule', severity: 'note' },
    'other-schedule': { area: 'schedule', severity: 'warning' },
  },
  find({ entries, dir: given, crontabLine, unseenSchedules: unseen }) {
    const dir = resolve(given);
    if (entries.some((entry) => entry.dir === dir)) return [];
    const [other] = entries;
    if (!other) return [{ code: 'no-schedule', where: 'crontab -l', facts: { crontabLine, unseen } }];
    const facts = { dir, otherDir: other.dir, crontabLine, unseen };
    return [{ code: 'other-schedule', where: other.where, facts }];
  },
};
