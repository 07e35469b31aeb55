import type { ImportedLog, MetRun } from '../../model/log-position.ts';
import { digest } from '../../platform/digest.ts';

const DIGEST_BYTES = 12;

/** A line from which an imported round was read: the log it was in, and a digest of its identity. */
interface MetLine {
  log: number;
  digest: string;
}

/**
 * The lines from which the imported rounds of a session were read. An imported round does not say which request it was,
 * so without them a copy of such a line would be a new round.
 */
export class MetLines {
  /** By the imported file, and by the ordinal in it. */
  readonly #lines = new Map<number, Map<number, MetLine>>();
  /** The logs of the lines, by digest, one for each line. */
  readonly #logs = new Map<string, number[]>();
  /** How many lines there are. */
  size = 0;

  constructor(files: readonly ImportedLog[]) {
    for (const { id, imported } of files) {
      for (const [log, from, digests] of imported.lines ?? []) {
        const bytes = Buffer.from(digests, 'base64').toString('latin1');
        for (let i = 0; i + DIGEST_BYTES <= bytes.length; i += DIGEST_BYTES) {
          this.#add(id, from + i / DIGEST_BYTES, { log, digest: bytes.slice(i, i + DIGEST_BYTES) });
        }
      }
    }
  }

  /** Notes that a round of an imported file was read from a line with this identity. */
  add(file: number, ordinal: number, log: number, key: string): void {
    this.#add(file, ordinal, { log, digest: digest(key, DIGEST_BYTES) });
  }

  /** The logs of the lines with this identity, one for each line. */
  logsOf(key: string): readonly number[] {
    return this.#logs.size === 0 ? [] : (this.#logs.get(digest(key, DIGEST_BYTES)) ?? []);
  }

  /** The lines of an imported file, to be stored. */
  runsOf(file: number): MetRun[] {
    const runs: MetRun[] = [];
    let next = -1;
    for (const [ordinal, line] of [...(this.#lines.get(file) ?? [])].toSorted(([a], [b]) => a - b)) {
      const last = runs.at(-1);
      if (last?.[0] === line.log && ordinal === next) last[2] += line.digest;
      else runs.push([line.log, ordinal, line.digest]);
      next = ordinal + 1;
    }
    return runs.map(([log, from, digests]) => [log, from, Buffer.from(digests, 'latin1').toString('base64')]);
  }

  #add(file: number, ordinal: number, line: MetLine): void {
    const lines = this.#lines.get(file) ?? new Map<number, MetLine>();
    this.#lines.set(file, lines.set(ordinal, line));
    const logs = this.#logs.get(line.digest);
    if (logs) logs.push(line.log);
    else this.#logs.set(line.digest, [line.log]);
    this.size++;
  }
}
