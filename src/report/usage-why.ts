import { cleanLine, printableId } from '../platform/clean-text.ts';
import { exact, plural } from '../platform/count-text.ts';
import { moneyText } from '../pricing/money.ts';
import { sumJson } from '../query/json.ts';
import type { Amount } from '../query/why/round-prices.ts';
import type { SplitSums } from '../query/why/split-sums.ts';
import type { TopSpend } from '../query/why/top-spend.ts';
import type { UsageWhy } from '../query/why/usage-why.ts';
import { exactJson, hitRateJson, splitJson } from '../query/why/why-json.ts';
import { lostNote } from './numbers.ts';
import type { StatsAbout } from './stats.ts';
import { drawTable, type Column, type Screen } from './tables.ts';
import { wrap } from './terminal.ts';
import { shareText, splitLines } from './why.ts';

/** `📊 Why it cost this (Last 7 days, model qwen-max)` */
export function usageHeading({ period, filter }: StatsAbout): string {
  const labels = [...(period.label === null ? [] : [period.label]), ...filter.map(cleanLine)];
  return `📊 Why it cost this${labels.length === 0 ? '' : ` (${labels.join(', ')})`}`;
}

export function usageWhyLines(
  { sum, splits }: UsageWhy,
  top: TopSpend,
  lostRounds: number,
  screen: Screen,
): string[] {
  return [
    `${plural(sum.rounds, 'round')} of ${plural(sum.sessions, 'session')}`,
    '',
    ...splitLines(sum, splits, screen),
    ...topLines(top, splits, screen),
    ...lostNote(lostRounds),
  ];
}

function sessionColumn<T extends { session: string }>(head: string): Column<T> {
  return { head, align: 'left', flexible: true, cell: ({ session }) => printableId(session) };
}

/** Of one session only the rounds. */
function topLines({ sessions, rounds, unread }: TopSpend, splits: SplitSums, screen: Screen): string[] {
  const money: Column<Amount>[] = [
    { head: 'Cost', align: 'right', cell: ({ cost, currency }) => moneyText(cost, currency, 6) },
    {
      head: 'Share',
      align: 'right',
      rank: 1,
      cell: ({ cost, currency }) => shareText(cost, splits.totalOf(currency)),
    },
  ];
  const ofSessions: Column<TopSpend['sessions'][number]>[] = [
    sessionColumn('Most expensive session'),
    ...money,
  ];
  const ofRounds: Column<TopSpend['rounds'][number]>[] = [
    sessionColumn('Most expensive round, of session'),
    { head: 'Round', align: 'right', cell: ({ round }) => exact(round) },
    { head: 'Model', align: 'left', flexible: true, rank: 2, cell: ({ model }) => cleanLine(model) },
    ...money,
  ];
  const note =
    unread === 0
      ? []
      : wrap(
          `${plural(unread, 'session')} may have rounds as expensive: pruned, damaged, or not read because there are too many.`,
          screen.width,
          20,
        ).lines;
  return [
    ...(sessions.length > 1 ? ['', ...drawTable({ columns: ofSessions, rows: sessions }, screen)] : []),
    ...(rounds.length > 0 ? ['', ...drawTable({ columns: ofRounds, rows: rounds }, screen)] : []),
    ...(note.length > 0 ? ['', ...note] : []),
  ];
}

/** `why --json` of the rounds of a filter. */
export function usageWhyJson(
  { sum, splits, undecided, unreadable }: UsageWhy,
  { sessions, rounds, unread, unreadable: unreadableTop }: TopSpend,
  lostRounds: number,
): string {
  const head = JSON.stringify({ version: 1, ...sumJson(sum) });
  const rest = {
    cost_split: splitJson(splits),
    unsplit_rounds: splits.unsplitRounds,
    cache_hit_rate: hitRateJson(sum),
    top_sessions: sessions.map(({ session, cost, currency }) => ({ session_id: session, cost, currency })),
    top_rounds: rounds.map(({ session, round, model, cost, currency }) => ({
      session_id: session,
      round,
      model,
      cost,
      currency,
    })),
    unread_sessions: unread,
    unreadable_sessions: Array.from(new Map([...unreadable, ...unreadableTop]), ([id, { problem }]) => ({
      session_id: id,
      problem,
    })),
    ...(undecided > 0 && { undecided_rounds: undecided }),
    ...(lostRounds > 0 && { lost_rounds: lostRounds }),
  };
  return `${head.slice(0, -1)},${exactJson(rest).slice(1)}\n`;
}
