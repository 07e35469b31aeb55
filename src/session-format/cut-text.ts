const MARK = ' [truncated] ';
/** A cut can split the bytes of a character, which leaves one to three U+FFFD. */
const STRAY_BYTES = 20;

/**
 * The two halves of a value that the gateway cut: above its `value_length_limit` it keeps the same number of bytes from
 * the start and the end. null if the text is whole, even if it happens to contain the mark.
 */
export function cutHalves(text: string): { head: string; tail: string } | null {
  const at = text.indexOf(MARK);
  if (at < 0 || text.includes(MARK, at + 1)) return null;
  const head = text.slice(0, at);
  const tail = text.slice(at + MARK.length);
  const isEven = Math.abs(lengthOf(head) - lengthOf(tail)) <= STRAY_BYTES;
  return isEven ? { head: head.replace(/\uFFFD+$/, ''), tail: tail.replace(/^\uFFFD+/, '') } : null;
}

/** In UTF-8. The site's search in a browser asks this too. */
function lengthOf(text: string): number {
  return encoder.encode(text).length;
}

const encoder = new TextEncoder();
