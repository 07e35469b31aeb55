/** Finds a sequence of bytes, of which each can be one of several. */
export interface ByteSearch {
  /** The offset of the first occurrence that begins at `from` or later; -1 if there is none. */
  find(bytes: Uint8Array, from: number): number;
}

/**
 * Boyer-Moore-Horspool over sets of bytes: `alternatives` are equally long, and any of them can supply each byte. So what
 * it finds can be a mixture of them. It looks at few bytes, and makes no strings.
 */
export function byteSearch(alternatives: readonly Uint8Array[]): ByteSearch {
  const length = alternatives[0]?.length ?? 0;
  const sets = Array.from({ length }, (_, at) => setOf(alternatives, at));
  /** How far to go on from a byte under the end of the sequence, if it is not its last one: 0 if it may be. */
  const skip = new Uint8Array(256).fill(length);
  for (const [at, set] of sets.slice(0, -1).entries())
    for (let byte = 0; byte < 256; byte++) if (set[byte]) skip[byte] = length - 1 - at;
  const skipLast = skip.slice();
  const last = sets[length - 1];
  for (let byte = 0; byte < 256; byte++) if (last?.[byte]) skip[byte] = 0;
  return {
    find(bytes, from) {
      const end = bytes.length;
      for (let i = from + length - 1; ; i += skipLast[bytes[i] as number] as number) {
        for (let step = 1; i < end && step > 0; i += step) step = skip[bytes[i] as number] as number;
        if (i >= end) return -1;
        if (isAt(sets, bytes, i - length + 1)) return i - length + 1;
      }
    },
  };
}

function setOf(alternatives: readonly Uint8Array[], at: number): Uint8Array {
  const set = new Uint8Array(256);
  for (const bytes of alternatives) set[bytes[at] ?? 0] = 1;
  return set;
}

function isAt(sets: readonly Uint8Array[], bytes: Uint8Array, at: number): boolean {
  for (let k = sets.length - 2; k >= 0; k--) if (!sets[k]?.[bytes[at + k] as number]) return false;
  return true;
}
