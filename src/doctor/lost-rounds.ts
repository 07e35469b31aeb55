import { lostPath } from '../store/lost-file.ts';
import { plural } from '../model/finding.ts';
import type { Check } from './look.ts';

/** What was lost longer ago can't be helped, and is known. */
const RECENT_MS = 30 * 86_400_000;

/** Rounds that a repair could not bring back: every sum lacks them. */
export const lostRoundsCheck: Check = {
  codes: ['lost-rounds'],
  find({ store, dir, now }) {
    const lost = store?.lostRounds ?? [];
    if (lost.length === 0) return [];
    const rounds = lost.reduce((sum, one) => sum + one.rounds, 0);
    const sessions = new Set(lost.map(({ session }) => session)).size;
    const times = lost.flatMap(({ from, to }) => [from, to]).filter((time) => time !== null);
    const sorted = times.toSorted();
    const span = sorted.length > 0 ? `, of ${sorted[0]} to ${sorted.at(-1)},` : '';
    const repaired = Math.max(...lost.map((one) => Date.parse(one.repaired)));
    const what = `${plural(rounds, 'round')} of ${plural(sessions, 'session')}${span} ${rounds === 1 ? 'was' : 'were'} lost with session files, and no log still held them when the store was repaired. They are missing from every total.`;
    const fix = 'This file lists them, with their tokens and costs. Back up the store to avoid this.';
    const severity = now - repaired < RECENT_MS ? 'warning' : 'note';
    return [{ code: 'lost-rounds', area: 'store', severity, what, where: lostPath(dir), fix }];
  },
};
