import type { TargetLag } from '../../store/copy-lag.ts';
import type { Check, Found } from '../check.ts';

/** How long ago the target had everything; null: never. */
type BehindTarget = TargetLag & { agoMs: number | null; dir: string };

type TargetFound = Found<'push-behind', BehindTarget> | Found<'push-damaged', { dir: string }>;

/** A push that a crontab starts each minute is at most a few minutes behind. */
const USUAL_MS = 3_600_000;

/** Targets of `monitor push` that lack rounds, and not only since the last minutes. */
export const targetsCheck: Check<TargetFound> = {
  kinds: {
    'push-behind': { area: 'store', severity: 'warning' },
    'push-damaged': { area: 'store', severity: 'error' },
  },
  find({ store, dir, now }) {
    const { targets, damaged } = store?.copies ?? { targets: [], damaged: [] };
    const behind = targets.flatMap((lag): TargetFound[] => {
      const agoMs = lag.copiedAt === null ? null : Math.max(0, now - lag.copiedAt);
      const isBehind = lag.unread > 0 || (lag.rounds > 0 && (agoMs === null || agoMs >= USUAL_MS));
      return isBehind ? [{ code: 'push-behind', where: lag.target, facts: { ...lag, agoMs, dir } }] : [];
    });
    return [
      ...behind,
      ...damaged.map((where): TargetFound => ({ code: 'push-damaged', where, facts: { dir } })),
    ];
  },
};
