/** Where a line lies in a block, and whether it can be an AI call: if not, it need not be decoded. */
export interface Line {
  start: number;
  end: number;
  mayBeCall: boolean;
}

const NEWLINE = 0x0a;
const NUL = 0x00;
const KEY = Buffer.from('"ai_log"');
/** How the line of a request that is no AI call begins. */
const NO_CALL = [Buffer.from('{"ai_log":"-"'), Buffer.from('{"ai_log":""')];

/**
 * The lines of a block of whole lines. Most lines of a busy gateway are no AI calls: they are told from their first
 * bytes, unless they name ai_log again. NULs before a line are what a truncated file's hole leaves.
 */
export function* linesOf(bytes: Buffer): Generator<Line> {
  let nextKey = -1;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    let start = at;
    while (bytes[start] === NUL) start++;
    if (start < end) {
      const from = startsWithNoCall(bytes, start) ? start + 2 : start;
      if (nextKey < from) nextKey = indexOrEnd(bytes, from);
      yield { start, end, mayBeCall: nextKey < end };
    }
    at = end + 1;
  }
}

function startsWithNoCall(bytes: Buffer, start: number): boolean {
  return NO_CALL.some(
    (prefix) =>
      start + prefix.length <= bytes.length &&
      bytes.compare(prefix, 0, prefix.length, start, start + prefix.length) === 0,
  );
}

function indexOrEnd(bytes: Buffer, from: number): number {
  const index = bytes.indexOf(KEY, from);
  return index < 0 ? Infinity : index;
}

/** A line's text. A byte order mark is none of it; bytes that are no UTF-8 become U+FFFD. */
export function lineText(line: Buffer): string {
  const text = line.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
