import type { LineCount } from '../tally.ts';
import { COUNT_CODES, EXACT, type LineExtras, type Progress } from './messages.ts';

/** Gathers what the lines of a part come to. */
export class PartProgress {
  #codes: number[] = [];
  #ended: number[] = [];
  #extras: Progress['extras'] = [];
  #size = 0;
  /** Of the line being read. */
  #current: LineExtras | undefined;
  #end = NaN;
  #isExact = false;

  /** When the request of the line being read ended. */
  noteEnd(ended: number | null, isExact: boolean): void {
    this.#end = ended ?? NaN;
    this.#isExact = isExact;
  }

  noteExtras(extras: LineExtras): void {
    this.#current = { ...this.#current, ...extras };
  }

  /** The line is read. `size`: how much larger the batch is, with the records of rejected lines. */
  noteLine(
    count: LineCount,
    { rejected, waiting }: { rejected: string[]; waiting: string[] },
    size: number,
  ): void {
    if (rejected.length > 0) this.noteExtras({ rejected });
    if (waiting.length > 0) this.noteExtras({ waiting });
    if (this.#current) this.#extras.push([this.#codes.length, this.#current]);
    this.#current = undefined;
    this.#codes.push(COUNT_CODES.indexOf(count) + (this.#isExact ? EXACT : 0));
    this.#ended.push(this.#end);
    this.#size += rejected.reduce((left, record) => left - record.length, size);
    this.#end = NaN;
    this.#isExact = false;
  }

  take(): Progress {
    const progress = {
      codes: Uint8Array.from(this.#codes),
      ended: Float64Array.from(this.#ended),
      extras: this.#extras,
      size: this.#size,
    };
    this.#codes = [];
    this.#ended = [];
    this.#extras = [];
    this.#size = 0;
    return progress;
  }
}
