import { plural } from '../query/count-text.ts';

/** What a repair found and did, as far as a person is told. */
export interface RepairReport {
  problems: readonly { file: string; problem: string; repair: string }[];
  sessions: number;
  rounds: number;
  lostRounds: number;
  isApplied: boolean;
}

/** A line for each problem, and what becomes of the store. */
export function repairText({ problems, sessions, rounds, lostRounds, isApplied }: RepairReport): string {
  const held = `${plural(rounds, 'round')} of ${plural(sessions, 'session')}`;
  if (problems.length === 0) return `The store is sound: ${held}.\n`;
  const lines = problems.map(({ file, problem, repair }) => `${file} ${problem}: ${repair}.\n`);
  const outcome = isApplied ? 'Repaired' : 'Nothing was changed yet. After a repair';
  return `${lines.join('')}${outcome}: ${held} are counted, ${plural(lostRounds, 'round')} lost.\n`;
}
