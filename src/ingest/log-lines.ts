/** One line of a block: undefined text where it certainly is no AI call, so that it was never decoded. */
export interface Line {
  start: number;
  end: number;
  text: string | undefined;
}

const NEWLINE = 0x0a;
const NUL = 0x00;
const KEY = Buffer.from('"ai_log"');
/** How the line of a request that is no AI call begins. */
const NO_CALL = [Buffer.from('{"ai_log":"-"'), Buffer.from('{"ai_log":""')];

/**
 * The lines of a block of whole lines. Most lines of a busy gateway are no AI calls: they are told from the bytes,
 * and only lines that could be one are decoded. NULs before a line are what a truncated file's hole leaves.
 */
export function* linesOf(bytes: Buffer): Generator<Line> {
  let nextKey = -1;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    let start = at;
    while (bytes[start] === NUL) start++;
    if (start < end) {
      const noCall = startsWithNoCall(bytes, start);
      const from = noCall ? start + 2 : start;
      if (nextKey < from) nextKey = indexOrEnd(bytes, from);
      const text = nextKey < end ? decode(bytes, start, end) : undefined;
      yield { start, end, text };
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

function decode(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
