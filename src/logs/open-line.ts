/** A line whose first parts are read and whose end is not written yet. What a log's position keeps of it. */
export interface OpenLine {
  /** `stdout` or `stderr`; behind it `#` and a digest of its source where a shipper has mixed several. */
  stream: string;
  /**
   * Where its parts stand, from the first one's first byte to the last one's end. Lines of the other stream can stand
   * between them, and are counted; lines of its own cannot. A rotation can put the parts into several logs.
   */
  parts: [generation: number, from: number, to: number][];
  /** It names ai_log. */
  isCall: boolean;
  /** It cannot be read any more, for this reason; that is said when it ends. */
  reason?: string;
}

/** A line that goes on does so at once: after so many milliseconds without a part it is over. */
export const HELD_MS = 600_000;

/** Where the line begins. */
export function placeOf({ parts: [first] }: OpenLine): [generation: number, offset: number] {
  return first ? [first[0], first[1]] : [0, 0];
}
