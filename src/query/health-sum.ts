import { counterOf, HISTOGRAM, type CellCounters } from '../model/cell-counters.ts';
import { histogramOf } from '../model/histogram.ts';
import type { UsageCell } from '../model/usage-cell.ts';

/** What is measured of the speed of answers. */
export interface Speed {
  /** Answered rounds with a duration. */
  rounds: number;
  output: number;
  /** Their durations without the time to the first token. */
  ms: number;
}

/** Sums the counters of cells. */
export class HealthSum {
  readonly #counts = new Map<number, number>();
  readonly #speed: Speed = { rounds: 0, output: 0, ms: 0 };

  /** The sum that another one was. */
  static of(counters: CellCounters, speed: Readonly<Speed>): HealthSum {
    const sum = new HealthSum();
    sum.#addCounters(counters);
    sum.#addSpeed(speed);
    return sum;
  }

  addCell({ counters, output }: Pick<UsageCell, 'counters' | 'output'>): void {
    this.#addCounters(counters);
    // The output of a cell includes that of rounds without counters.
    if (counterOf(counters, 'uncounted') === 0) this.#addSpeed(speedOf(counters, output));
  }

  add(other: HealthSum): void {
    for (const [id, count] of other.#counts) this.#increase(id, count);
    this.#addSpeed(other.#speed);
  }

  get counters(): CellCounters {
    return [...this.#counts].toSorted(([a], [b]) => a - b).flat();
  }

  get speed(): Readonly<Speed> {
    return this.#speed;
  }

  #addCounters(counters: CellCounters): void {
    for (let i = 0; i < counters.length; i += 2)
      this.#increase(counters[i] as number, counters[i + 1] as number);
  }

  #addSpeed({ rounds, output, ms }: Speed): void {
    this.#speed.rounds += rounds;
    this.#speed.output += output;
    this.#speed.ms += ms;
  }

  #increase(id: number, count: number): void {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + count);
  }
}

function speedOf(counters: CellCounters, output: number): Speed {
  const of = (name: Parameters<typeof counterOf>[1]): number => counterOf(counters, name);
  const firstTokenMs = of('firstTokenMs') - of('untimedFirstTokenMs') - of('failedFirstTokenMs');
  return {
    rounds: histogramOf(counters, HISTOGRAM.duration).count,
    output: output - of('untimedOutput') - of('failedOutput'),
    ms: of('durationMs') - firstTokenMs,
  };
}
