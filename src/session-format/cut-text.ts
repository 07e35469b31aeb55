const MARK = ' [truncated] ';
/** A cut goes through the bytes of a character; what is left of it is a U+FFFD or three. */
const STRAY_BYTES = 20;

/**
 * The two halves of a value that the gateway cut: over its `value_length_limit` it keeps as many bytes from the
 * beginning as from the end. null where a text is whole, also one that just has these words in it.
 */
export function cutHalves(text: string): { head: string; tail: string } | null {
  const at = text.indexOf(MARK);
  if (at < 0 || text.includes(MARK, at + 1)) return null;
  const head = text.slice(0, at);
  const tail = text.slice(at + MARK.length);
  const isEven = Math.abs(Buffer.byteLength(head) - Buffer.byteLength(tail)) <= STRAY_BYTES;
  return isEven ? { head: head.replace(/\uFFFD+$/, ''), tail: tail.replace(/^\uFFFD+/, '') } : null;
}
