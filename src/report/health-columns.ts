import { exact } from '../platform/count-text.ts';
import { durationText } from '../platform/duration-text.ts';
import type { Row } from '../query/aggregate.ts';
import type { Group } from '../query/group-usage.ts';
import { healthOf, type Health } from '../query/health.ts';
import type { Column } from './tables.ts';

/** In terminals that lack room, columns of a low rank go first: those that were asked for after all others. */
const COLUMNS = {
  requests: { head: 'Requests', rank: 30, text: ({ rounds }) => exact(rounds) },
  failed: { head: 'Failed', rank: 29, text: failedText },
  unknown: { head: 'Not recorded', rank: 28, text: ({ uncounted }) => exact(uncounted) },
  rateLimited: { head: '429', rank: 22, text: ({ statuses }) => exact(statuses['429']) },
  clientErrors: {
    head: 'Other 4xx',
    rank: 19,
    text: ({ statuses }) => exact(statuses['4xx'] - statuses['429']),
  },
  serverErrors: { head: '5xx', rank: 23, text: ({ statuses }) => exact(statuses['5xx']) },
  gone: { head: 'No response', rank: 18, text: ({ statuses }) => exact(statuses['0']) },
  p50: { head: 'p50', rank: 25, text: ({ duration }) => timeText(duration.p50) },
  p90: { head: 'p90', rank: 26, text: ({ duration }) => timeText(duration.p90) },
  p99: { head: 'p99', rank: 20, text: ({ duration }) => timeText(duration.p99) },
  firstP50: { head: 'First p50', rank: 21, text: ({ firstToken }) => timeText(firstToken.p50) },
  firstP90: { head: 'First p90', rank: 17, text: ({ firstToken }) => timeText(firstToken.p90) },
  firstP99: { head: 'First p99', rank: 16, text: ({ firstToken }) => timeText(firstToken.p99) },
  speed: { head: 'Tokens/s', rank: 24, text: ({ speed }) => speedText(speed.tokensPerSecond) },
} as const satisfies Record<string, { head: string; rank: number; text: (health: Health) => string }>;

type HealthColumn = keyof typeof COLUMNS;

export const ALL_HEALTH = Object.keys(COLUMNS) as HealthColumn[];

/** The columns with these names; the one of what is not recorded only if there is something. */
export function healthColumns(total: Row, names: readonly HealthColumn[]): Column<Group>[] {
  const known = new Map<Row, Health>();
  const healthOfRow = (row: Row): Health => {
    let health = known.get(row);
    if (!health) known.set(row, (health = healthOf(row)));
    return health;
  };
  const shown = names.filter((name) => name !== 'unknown' || total.failures.uncounted > 0);
  return shown.map((name) => {
    const { head, rank, text } = COLUMNS[name];
    return { head, align: 'right', rank, cell: ({ row }) => text(healthOfRow(row)) };
  });
}

/** `12 (3.5%)`; `-` if it is not known of any request. */
function failedText({ failed, rounds, uncounted }: Health): string {
  const known = rounds - uncounted;
  if (known === 0) return '-';
  return failed === 0 ? '0' : `${exact(failed)} (${((100 * failed) / known).toFixed(1)}%)`;
}

function timeText(ms: number | null): string {
  return ms === null ? '-' : durationText(ms);
}

function speedText(tokens: number | null): string {
  return tokens === null ? '-' : tokens.toFixed(1);
}
