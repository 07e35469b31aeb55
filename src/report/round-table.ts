import { cleanLine } from '../platform/clean-text.ts';
import { exact } from '../platform/count-text.ts';
import { durationText } from '../platform/duration-text.ts';
import { boundOf } from '../pricing/bounds.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { moneyText } from '../pricing/money.ts';
import { shownCost, type ShownMoney } from '../query/round-money.ts';
import type { RoundRow } from '../query/why/round-rows.ts';
import type { LocalTime } from '../query/time-zone.ts';
import { drawTable, type Column, type Screen } from './tables.ts';

export interface TableStyle {
  local: LocalTime;
  /** Not if all rounds of the session are of one day. */
  withDate: boolean;
}

/** One line a round. */
export function roundTable(rows: RoundRow[], { local, withDate }: TableStyle, screen: Screen): string[] {
  const columns: Column<RoundRow>[] = [
    { head: '#', align: 'right', cell: ({ stored }) => exact(stored.round) },
    { head: 'Time', align: 'left', rank: 4, cell: ({ stored }) => timeText(stored.timestamp) },
    { head: 'Model', align: 'left', rank: 1, flexible: true, cell: ({ model }) => cleanLine(model) },
    { head: 'Status', align: 'right', rank: 6, cell: ({ stored }) => statusText(stored.response_code) },
    { head: 'Input', align: 'right', rank: 8, cell: ({ stored }) => exact(stored.input_tokens) },
    { head: 'Cached', align: 'right', rank: 5, cell: ({ stored }) => exact(stored.cached_tokens) },
    { head: 'Output', align: 'right', rank: 7, cell: ({ stored }) => exact(stored.output_tokens) },
    { head: 'Cost', align: 'right', cell: ({ money }) => costCell(money) },
    {
      head: 'Duration',
      align: 'right',
      rank: 2,
      cell: ({ stored: { duration_ms: ms } }) => (ms === undefined ? '-' : durationText(ms)),
    },
    { head: 'Tools', align: 'left', rank: 9, flexible: true, atLeast: 8, cell: toolsText },
    { head: 'Question', align: 'left', rank: 3, flexible: true, cell: ({ prompt }) => cleanLine(prompt) },
  ];
  return drawTable(
    {
      columns: columns.filter(({ head, cell }) => isAlways(head) || rows.some((row) => cell(row) !== '')),
      rows,
    },
    screen,
  );

  function timeText(timestamp: string): string {
    const time = local.isoOf(Date.parse(timestamp)).replace('T', ' ');
    return time.slice((withDate ? 'YYYY-' : 'YYYY-MM-DD ').length, 'YYYY-MM-DD HH:MM:SS'.length);
  }
}

/** The others are left out if no round has any. */
function isAlways(head: string): boolean {
  return head !== 'Tools' && head !== 'Question';
}

function statusText(code: number | undefined): string {
  if (code === undefined) return '-';
  return code >= 400 ? `❌ ${code}` : String(code);
}

function costCell(money: ShownMoney): string {
  const { price, inexact } = money;
  if (price === 'unpriced' || price === 'free') return price;
  if (price === 'no-usage') return 'no usage';
  const { cost, currency } = shownCost(money);
  return cost === null ? 'unpriced' : boundMark(boundOf(inexact)) + moneyText(cost, currency, 6);
}

/** `❌ bash, read ×2`; `yes` if names are not stored. */
function toolsText({ tools, hasUnknownTools }: RoundRow): string {
  if (hasUnknownTools) return 'yes';
  const counts = new Map<string, number>();
  for (const { name, isFailed } of tools) {
    const text = `${isFailed ? '❌ ' : ''}${cleanLine(name) || '-'}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return Array.from(counts, ([text, count]) => (count === 1 ? text : `${text} ×${exact(count)}`)).join(', ');
}
