/** Where a line is in a block, and whether it can be an AI call; if not, it need not be decoded. */
export interface Line {
  start: number;
  end: number;
  mayBeCall: boolean;
  /** It does not start like a line of the gateway: a shipper may have wrapped it. */
  isForeign: boolean;
}

const NEWLINE = 0x0a;
const NUL = 0x00;
const BRACE = 0x7b;
const COLON = 0x3a;
const QUOTE = 0x22;
const MINUS = 0x2d;
const KEY = Buffer.from('"ai_log"');
/** Searching for two bytes that are rare in a log is five times faster than searching for the key. */
const KEY_END = Buffer.from('g"');
const KEY_HEAD = KEY.length - KEY_END.length;

/**
 * The lines of a block of whole lines. Most lines of a busy gateway are not AI calls, which shows in their first bytes,
 * unless they name ai_log again. NULs before a line come from the hole in a truncated file.
 */
export function* linesOf(bytes: Buffer): Generator<Line> {
  let nextKey = -1;
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    let start = at;
    while (bytes[start] === NUL) start++;
    if (start < end) {
      if (nextKey < start) nextKey = indexOfKey(bytes, start);
      const isForeign = nextKey !== start + 1;
      if (!isForeign && saysNoCall(bytes, start)) nextKey = indexOfKey(bytes, start + 2);
      // The file continues in UTF-16 after it started in UTF-8.
      const mayBeCall = nextKey < end || (isWide(bytes, start) && hasWideName(bytes, start, end));
      yield { start, end, mayBeCall, isForeign };
    }
    at = end + 1;
  }
}

/** Whether a line that starts with a character and the key continues like that of a request that is not an AI call. */
function saysNoCall(bytes: Buffer, start: number): boolean {
  const value = start + 1 + KEY.length;
  return (
    bytes[start] === BRACE &&
    bytes[value] === COLON &&
    bytes[value + 1] === QUOTE &&
    bytes[value + (bytes[value + 2] === MINUS ? 3 : 2)] === QUOTE
  );
}

/** A zero after a line's first byte, or a byte order mark, means UTF-16 or UTF-32. */
function isWide(bytes: Buffer, start: number): boolean {
  const [first, second] = [bytes[start] ?? 0, bytes[start + 1] ?? 0];
  return second === NUL || (first >= 0xfe && second >= 0xfe);
}

/** ai_log in UTF-16 and UTF-32, without the zeros at one end. */
const WIDE_NAMES = ['\0', '\0\0\0'].map((zeros) => Buffer.from([...'ai_log'].join(zeros)));

function hasWideName(bytes: Buffer, start: number, end: number): boolean {
  const line = bytes.subarray(start, end);
  return WIDE_NAMES.some((name) => line.includes(name));
}

/** Counts the non-empty lines of a block by line breaks alone, as a check on the code that reads them. */
export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    while (bytes[at] === NUL || bytes[at] === NEWLINE) at++;
    if (at >= bytes.length) break;
    count++;
    at = bytes.indexOf(NEWLINE, at);
    if (at < 0) break;
  }
  return count;
}

/** Infinity if there is none. */
function indexOfKey(bytes: Buffer, from: number): number {
  for (let end = from + KEY_HEAD; ; end++) {
    end = bytes.indexOf(KEY_END, end);
    if (end < 0) return Infinity;
    let i = KEY_HEAD;
    while (i > 0 && bytes[end - i] === KEY[KEY_HEAD - i]) i--;
    if (i === 0) return end - KEY_HEAD;
  }
}

/** A line's text, without a byte order mark. Bytes that are not UTF-8 become U+FFFD. */
export function lineText(line: Buffer): string {
  const text = line.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
