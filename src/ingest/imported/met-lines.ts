import type { ImportedLog, MetRun } from '../../model/log-position.ts';
import { digestOfKey, digestsIn } from '../../session-format/key-digests.ts';

/** A line from which an imported round was read: the log it was in, and the digest of its identity's key. */
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
        let ordinal = from;
        for (const digest of digestsIn(digests)) this.#add(id, ordinal++, { log, digest });
      }
    }
  }

  /** Notes that a round of an imported file was read from a line with this identity. */
  add(file: number, ordinal: number, log: number, key: string): void {
    this.#add(file, ordinal, { log, digest: digestOfKey(key) });
  }

  /** The logs of the lines with this identity, one for each line. */
  logsOf(key: string): readonly number[] {
    return this.size === 0 ? [] : (this.#logs.get(digestOfKey(key)) ?? []);
  }

  /** The lines of an imported file, to be stored. */
  runsOf(file: number): MetRun[] {
    const runs: MetRun[] = [];
    let next = -1;
    const lines = [...(this.#lines.get(file) ?? [])].toSorted(([a], [b]) => a - b);
    for (const [ordinal, { log, digest }] of lines) {
      const last = runs.at(-1);
      if (last?.[0] === log && ordinal === next) last[2] += digest;
      else runs.push([log, ordinal, digest]);
      next = ordinal + 1;
    }
    return runs;
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
