import type { UsageCell } from '../../model/usage-cell.ts';
import { addCell, emptyRow, type Row } from '../aggregate.ts';
import { cellOfRound, type ShownMoney } from '../round-money.ts';
import type { RoundReading } from './reader.ts';
import { threadName, type ThreadKind } from './threads.ts';

/** What the rounds of one thread used. */
export interface ThreadSum {
  /** `Main thread`, `Sub-agent 1`, `Parallel thread 2` */
  name: string;
  kind: ThreadKind;
  /** Its first and its last round. */
  from: number;
  to: number;
  sum: Row;
}

/** The sums of a session's threads. Only so many have a name (`Threads`), so they stay few. */
export class ThreadSums {
  readonly #rows = new Map<string, ThreadSum>();

  /** `name`: of a sub-agent or parallel thread; null for every other round. */
  add(round: number, name: string | null, kind: ThreadKind, cell: UsageCell): void {
    const key = name ?? MAIN;
    let row = this.#rows.get(key);
    if (!row) {
      const sum = emptyRow();
      sum.sessions = 1;
      this.#rows.set(
        key,
        (row = { name: key, kind: name === null ? 'main' : kind, from: round, to: round, sum }),
      );
    }
    row.to = round;
    addCell(row.sum, cell);
  }

  addRead({ round, thread, kind, isSide }: RoundReading, money: ShownMoney): void {
    const { stored } = round;
    this.add(stored.round, thread && isSide ? threadName(thread) : null, kind, cellOfRound(stored, money));
  }

  /** In the order of their first rounds; none if there is only the main thread. */
  get rows(): ThreadSum[] {
    return this.#rows.size === 1 && this.#rows.has(MAIN) ? [] : [...this.#rows.values()];
  }
}

const MAIN = 'Main thread';
