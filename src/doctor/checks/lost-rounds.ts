import { lostPath } from '../../store/lost-file.ts';
import { RECENT_MS, type Check, type Found } from '../check.ts';

interface Lost {
  rounds: number;
  sessions: number;
  /** ISO 8601; null: not known. */
  span: { from: string; to: string } | null;
}

/** Rounds that a repair could not bring back. They are missing from every sum. */
export const lostRoundsCheck: Check<Found<'lost-rounds', Lost>> = {
  kinds: { 'lost-rounds': { area: 'store', severity: 'warning' } },
  find({ store, dir, now }) {
    const lost = store?.lostRounds ?? [];
    if (lost.length === 0) return [];
    const times = lost.flatMap(({ from, to }) => [from, to]).filter((time) => time !== null);
    const [from, to] = [times.toSorted()[0], times.toSorted().at(-1)];
    const repaired = Math.max(...lost.map((one) => Date.parse(one.repaired)));
    return [
      {
        code: 'lost-rounds',
        where: lostPath(dir),
        severity: now - repaired < RECENT_MS ? undefined : 'note',
        facts: {
          rounds: lost.reduce((sum, one) => sum + one.rounds, 0),
          sessions: new Set(lost.map(({ session }) => session)).size,
          span: from === undefined || to === undefined ? null : { from, to },
        },
      },
    ];
  },
};
