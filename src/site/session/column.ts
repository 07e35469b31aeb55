import { sumOfCells, type Row } from '../../query/aggregate.ts';
import { cellOfRound } from '../../query/round-money.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import type { RoundClock } from './round-clock.ts';
import type { Column, RoundView } from './view.ts';

/** What the timeline and the figures need of a round. Its calls and failed tools are counted later. */
export function columnOf(
  { stored, money, model }: Pick<RoundView, 'stored' | 'money' | 'model'>,
  times: ReturnType<RoundClock['next']>,
): Column {
  return {
    number: stored.round,
    time: Date.parse(stored.timestamp),
    usage: cellOfRound(stored, money),
    model,
    thread: 'main',
    threadName: null,
    hasText: false,
    failedTools: 0,
    calls: 0,
    status: isFailed(stored) ? (stored.response_code ?? null) : null,
    ...times,
  };
}

/** As on Health and in lists. */
function isFailed({ response_code: code }: StoredRound): boolean {
  return code !== undefined && (code === 0 || code >= 400);
}

export function sumOfColumns(columns: readonly Column[]): Row {
  return sumOfCells(columns.map(({ usage }) => usage));
}
