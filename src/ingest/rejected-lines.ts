import type { Redactor } from '../redact/redact.ts';
import type { LineSource } from './line-source.ts';

/** How much of a rejected line is stored. */
const REJECTED_BYTES = 4096;
/** How much of a rejected line is searched for secrets before it is cut: a secret cut in half would not be found. */
const SEARCHED_CHARACTERS = 65_536;
const REJECTED_FILE_BYTES = 16 << 20;

/** The records of rejected lines since the last commit. Beyond 16 MiB in a store, lines are only counted. */
export class RejectedLines {
  readonly #keepsText: boolean;
  readonly #redactor: Redactor | undefined;
  #records: string[] = [];
  /** Bytes of all records of the store. */
  #length: number;

  /** `length`: bytes of the records that the store has. */
  constructor(keepsText: boolean, redactor: Redactor | undefined, length: number) {
    this.#keepsText = keepsText;
    this.#redactor = redactor;
    this.#length = length;
  }

  /** Returns the length of the record; 0 if there is no more room for one. */
  add(reason: string, text: string, source: LineSource): number {
    const record = this.recordOf(reason, text, source);
    return record === undefined ? 0 : this.addRecord(record);
  }

  /** The record of a rejected line; undefined if there is no more room for one. */
  recordOf(reason: string, text: string, { path, logId, offset, mtime }: LineSource): string | undefined {
    if (this.#length >= REJECTED_FILE_BYTES) return undefined;
    const kept = this.#redactor?.text(text.slice(0, SEARCHED_CHARACTERS)) ?? text;
    const start = Buffer.from(kept.slice(0, REJECTED_BYTES)).subarray(0, REJECTED_BYTES).toString();
    return JSON.stringify({
      path,
      at: [logId, offset],
      time: new Date(Math.floor(mtime)).toISOString(),
      reason,
      ...(this.#keepsText && { text: start }),
    });
  }

  /** Adds a record; returns its length, or 0 if there is no more room for it. */
  addRecord(record: string): number {
    if (this.#length >= REJECTED_FILE_BYTES) return 0;
    this.#records.push(record);
    this.#length += record.length;
    return record.length;
  }

  take(): string[] {
    return this.#records.splice(0);
  }
}
