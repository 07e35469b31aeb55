import type { UsageCell } from '../../model/usage-cell.ts';
import { NO_FAILURES, withCounters, type Failures } from '../../query/failures.ts';
import type { Answers } from '../../query/health.ts';
import { isAnswered } from '../../query/session-models.ts';
import { HealthSum, type Speed } from '../../query/health-sum.ts';

/** How requests were answered, without what they cost. A site remembers many of these. */
export class HealthRow implements Answers {
  rounds = 0;
  /** Rounds that were answered, by a model that is named or not. */
  answered = 0;
  readonly health: HealthSum;

  constructor(health = new HealthSum()) {
    this.health = health;
  }

  static sumOf(rows: Iterable<HealthRow>): HealthRow {
    const sum = new HealthRow();
    for (const row of rows) sum.add(row);
    return sum;
  }

  get failures(): Failures {
    return withCounters(NO_FAILURES, this.health.counters);
  }

  addCell(cell: UsageCell): void {
    this.rounds += cell.rounds;
    if (isAnswered(cell)) this.answered += cell.rounds;
    this.health.addCell(cell);
  }

  add({ rounds, answered, health }: HealthRow): void {
    this.rounds += rounds;
    this.answered += answered;
    this.health.add(health);
  }
}

/** A row as JSON. */
export type HealthFields = [
  rounds: number,
  counters: readonly number[],
  ...speed: [rounds: number, output: number, ms: number],
  answered: number,
];

export function healthFields({ rounds, answered, health }: HealthRow): HealthFields {
  const { counters, speed } = health;
  return [rounds, counters, speed.rounds, speed.output, speed.ms, answered];
}

export function healthRow([rounds, counters, timed, output, ms, answered]: HealthFields): HealthRow {
  const speed: Speed = { rounds: timed, output, ms };
  const row = new HealthRow(HealthSum.of(counters, speed));
  row.rounds = rounds;
  row.answered = answered;
  return row;
}
