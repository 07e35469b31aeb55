import { exact } from '../platform/count-text.ts';
import { durationText } from '../platform/duration-text.ts';
import type { Row } from '../query/aggregate.ts';
import type { Group } from '../query/group-usage.ts';
import { healthOf, type Health } from '../query/health.ts';
import type { Texts } from '../texts/texts.ts';
import type { Column } from './tables.ts';

/** In terminals that lack room, columns of a low rank go first: those that were asked for after all others. */
const COLUMNS = {
  requests: { rank: 30, text: ({ rounds }) => exact(rounds) },
  failed: { rank: 29, text: failedText },
  unknown: { rank: 28, text: ({ uncounted }) => exact(uncounted) },
  rateLimited: { rank: 22, text: ({ statuses }) => exact(statuses['429']) },
  clientErrors: {
    rank: 19,
    text: ({ statuses }) => exact(statuses['4xx'] - statuses['429']),
  },
  serverErrors: { rank: 23, text: ({ statuses }) => exact(statuses['5xx']) },
  gone: { rank: 18, text: ({ statuses }) => exact(statuses['0']) },
  p50: { rank: 25, text: ({ duration }) => timeText(duration.p50) },
  p90: { rank: 26, text: ({ duration }) => timeText(duration.p90) },
  p99: { rank: 20, text: ({ duration }) => timeText(duration.p99) },
  firstP50: { rank: 21, text: ({ firstToken }) => timeText(firstToken.p50) },
  firstP90: { rank: 17, text: ({ firstToken }) => timeText(firstToken.p90) },
  firstP99: { rank: 16, text: ({ firstToken }) => timeText(firstToken.p99) },
  speed: { rank: 24, text: ({ speed }) => speedText(speed.tokensPerSecond) },
} as const satisfies Partial<
  Record<keyof Texts['health'], { rank: number; text: (health: Health) => string }>
>;

type HealthColumn = keyof typeof COLUMNS;

export const ALL_HEALTH = Object.keys(COLUMNS) as HealthColumn[];

/** The columns with these names; the one of what is not recorded only if there is something. */
export function healthColumns(
  total: Row,
  names: readonly HealthColumn[],
  texts: Texts['health'],
): Column<Group>[] {
  const known = new Map<Row, Health>();
  const healthOfRow = (row: Row): Health => {
    let health = known.get(row);
    if (!health) known.set(row, (health = healthOf(row)));
    return health;
  };
  const shown = names.filter((name) => name !== 'unknown' || total.failures.uncounted > 0);
  return shown.map((name) => {
    const { rank, text } = COLUMNS[name];
    return { head: texts[name], align: 'right', rank, cell: ({ row }) => text(healthOfRow(row)) };
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
