const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const SPACE = 0x20;

/**
 * Undoes the escaping of JSON that stands in a JSON string: `\"` is a quote, `\\` a backslash, everything else itself.
 * Writes what `source` has from `from` to `to` into `target` at `at`; returns where it ends there. -1 where the string
 * ends before `to`, or has a control byte, or another escape: the plugin prints none.
 */
export function unescapeBytes(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): number {
  let length = at;
  for (let i = from; i < to; i++) {
    let byte = source[i] as number;
    if (byte === BACKSLASH) {
      byte = source[++i] as number;
      if ((byte !== QUOTE && byte !== BACKSLASH) || i === to) return -1;
    } else if (byte === QUOTE || byte < SPACE) {
      return -1;
    }
    target[length++] = byte;
  }
  return length;
}
