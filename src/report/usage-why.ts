import { cleanLine } from '../platform/clean-text.ts';
import { plural } from '../platform/count-text.ts';
import { sumJson } from '../query/json.ts';
import type { UsageWhy } from '../query/why/usage-why.ts';
import { exactJson, hitRateJson, splitJson } from '../query/why/why-json.ts';
import { lostNote } from './numbers.ts';
import type { StatsAbout } from './stats.ts';
import type { Screen } from './tables.ts';
import { splitLines } from './why.ts';

/** `📊 Why it cost this (Last 7 days, model qwen-max)` */
export function usageHeading({ period, filter }: StatsAbout): string {
  const labels = [...(period.label === null ? [] : [period.label]), ...filter.map(cleanLine)];
  return `📊 Why it cost this${labels.length === 0 ? '' : ` (${labels.join(', ')})`}`;
}

export function usageWhyLines({ sum, splits }: UsageWhy, lostRounds: number, screen: Screen): string[] {
  return [
    `${plural(sum.rounds, 'round')} of ${plural(sum.sessions, 'session')}`,
    '',
    ...splitLines(sum, splits, screen),
    ...lostNote(lostRounds),
  ];
}

/** `why --json` of the rounds of a filter. */
export function usageWhyJson({ sum, splits, undecided }: UsageWhy, lostRounds: number): string {
  const head = JSON.stringify({ version: 1, ...sumJson(sum) });
  const rest = {
    cost_split: splitJson(splits),
    unsplit_rounds: splits.unsplitRounds,
    cache_hit_rate: hitRateJson(sum),
    ...(undecided > 0 && { undecided_rounds: undecided }),
    ...(lostRounds > 0 && { lost_rounds: lostRounds }),
  };
  return `${head.slice(0, -1)},${exactJson(rest).slice(1)}\n`;
}
