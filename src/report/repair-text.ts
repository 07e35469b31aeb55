import type { LostRounds } from '../model/lost-rounds.ts';
import { exact, plural } from '../platform/count-text.ts';
import { costsText, usdFirst } from '../pricing/money.ts';

/** What a repair found and did. */
export interface RepairReport {
  problems: readonly { file: string; problem: string; repair: string; lost?: LostRounds }[];
  sessions: number;
  rounds: number;
  recoveredRounds: number;
  differingRounds: number;
  pricedToday: number;
  lostRounds: number;
  unseen: readonly string[];
  isApplied: boolean;
}

/** A line for each problem, and what becomes of the store. */
export function repairText(report: RepairReport): string {
  const { problems, rounds, sessions, recoveredRounds, lostRounds, isApplied } = report;
  const held = `${plural(rounds, 'round')} of ${plural(sessions, 'session')}`;
  if (problems.length === 0) return `The store is sound: ${held}.\n`;
  const lines = problems.map(
    ({ file, problem, repair, lost }) =>
      `${file} ${problem}: ${repair}${lost ? ` (${lostText(lost)})` : ''}.\n`,
  );
  const outcome = isApplied ? 'Repaired' : 'Nothing was changed yet. After a repair';
  const again = recoveredRounds > 0 ? `, ${exact(recoveredRounds)} of them read again` : '';
  const words = wordsOf(report).map((word) => `${word}\n`);
  return `${lines.join('')}${words.join('')}${outcome}: ${held} are counted${again}, ${plural(lostRounds, 'round')} lost.\n`;
}

function lostText({ from, to, input, output, costs, unpriced, logs }: LostRounds): string {
  const parts: string[] = [];
  if (from !== null && to !== null) parts.push(`between ${timeText(from)} and ${timeText(to)} UTC`);
  if (input + output > 0)
    parts.push(
      `${exact(input)} tokens in, ${exact(output)} out, ${costsText(usdFirst(costs), 4)}${unpriced > 0 ? ` + ${exact(unpriced)} unpriced` : ''}`,
    );
  parts.push(
    logs.length > 0
      ? `the logs that held them can no longer be read: ${logs.join(', ')}`
      : 'no remaining log holds them',
  );
  return parts.join('; ');
}

/** `2026-02-01 00:00:00` */
function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

function wordsOf({ differingRounds, pricedToday, unseen }: RepairReport): string[] {
  const words = unseen.map((one) => `Not checked: ${one}.`);
  if (differingRounds > 0) {
    words.push(
      `The token counts of sessions with ${plural(differingRounds, 'round')} read again differ from those stored before: this version counts them differently.`,
    );
  }
  if (pricedToday > 0) {
    words.push(
      `${plural(pricedToday, 'round')} read again at today's prices: the price book has no price for their models.`,
    );
  }
  return words;
}
