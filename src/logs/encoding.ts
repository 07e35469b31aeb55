/** How a log's characters are encoded. Once lines have been read, everything is UTF-8. */
export interface Encoding {
  name: 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'UTF-32LE' | 'UTF-32BE';
  /** Length of a line break, in bytes. */
  unit: 1 | 2 | 4;
  isBigEndian: boolean;
  /** Length of the byte order mark that the log begins with, in bytes. */
  mark: number;
}

const WIDE: { name: Encoding['name']; unit: 2 | 4; isBigEndian: boolean; mark: string }[] = [
  // Before UTF-16LE, whose mark is the beginning of this one.
  { name: 'UTF-32LE', unit: 4, isBigEndian: false, mark: '\xff\xfe\0\0' },
  { name: 'UTF-32BE', unit: 4, isBigEndian: true, mark: '\0\0\xfe\xff' },
  { name: 'UTF-16LE', unit: 2, isBigEndian: false, mark: '\xff\xfe' },
  { name: 'UTF-16BE', unit: 2, isBigEndian: true, mark: '\xfe\xff' },
];
const UTF8_MARK = '\xef\xbb\xbf';
/** Without a mark, this many characters must look like the encoding, or all if there are fewer, but at least four. */
const CLEAR_UNITS = 32;
const FEWEST_UNITS = 4;

/**
 * The encoding of a log that begins with these bytes. For `docker logs … > file`, PowerShell writes UTF-16 with a mark.
 * Without one, the encoding shows in the zero bytes next to the ASCII characters that lines begin with.
 */
export function encodingOf(start: Buffer): Encoding {
  const head = start.toString('latin1', 0, 4);
  for (const { mark, ...encoding } of WIDE) {
    if (head.startsWith(mark)) return { ...encoding, mark: mark.length };
  }
  const unmarked = WIDE.find(({ unit, isBigEndian }) => isAscii(start, unit, isBigEndian));
  if (unmarked) return { ...unmarked, mark: 0 };
  const mark = head.startsWith(UTF8_MARK) ? UTF8_MARK.length : 0;
  return { name: 'UTF-8', unit: 1, isBigEndian: false, mark };
}

function isAscii(start: Buffer, unit: 2 | 4, isBigEndian: boolean): boolean {
  const units = Math.min(CLEAR_UNITS, Math.floor(start.length / unit));
  if (units < FEWEST_UNITS) return false;
  for (let at = 0; at < units * unit; at++) {
    const isLow = at % unit === (isBigEndian ? unit - 1 : 0);
    const byte = start[at] ?? 0;
    if (isLow ? !isAsciiText(byte) : byte !== 0) return false;
  }
  return true;
}

function isAsciiText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** The same text in UTF-8. Invalid input, such as half a character at the end, becomes U+FFFD. */
export function toUtf8(bytes: Buffer, { unit, isBigEndian }: Pick<Encoding, 'unit' | 'isBigEndian'>): Buffer {
  if (unit === 1) return bytes;
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % unit)));
  if (isBigEndian && unit === 2) whole.swap16();
  if (isBigEndian && unit === 4) whole.swap32();
  const text = (unit === 2 ? whole : utf16Of(whole)).toString('utf16le');
  return Buffer.from(whole.length < bytes.length ? `${text}\ufffd` : text);
}

/** UTF-16LE of UTF-32LE. */
function utf16Of(utf32: Buffer): Buffer {
  const out = Buffer.allocUnsafe(utf32.length);
  let end = 0;
  for (let at = 0; at < utf32.length; at += 4) {
    const code = utf32.readUInt32LE(at);
    if (code < 0x10000) {
      end = out.writeUInt16LE(code, end);
    } else if (code > 0x10ffff) {
      end = out.writeUInt16LE(0xfffd, end);
    } else {
      end = out.writeUInt16LE(0xd800 + ((code - 0x10000) >> 10), end);
      end = out.writeUInt16LE(0xdc00 + ((code - 0x10000) & 0x3ff), end);
    }
  }
  return out.subarray(0, end);
}
