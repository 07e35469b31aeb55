const KEY = Buffer.from('"ai_log"');
const NAME = Buffer.from('ai_log');
const JOURNAL_KEY = Buffer.from('MESSAGE');
const BOM = Buffer.from('\uFEFF');
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSING_LIST = 0x5d;

/** Whether a line is an access line without unwrapping: an object with its own member `ai_log`. */
export function isAccessLine(line: Buffer): boolean {
  const open = skipSpace(line, bomLength(line));
  if (line[open] !== OPEN_BRACE) return false;
  // Usually it comes first.
  if (hasKeyAt(line, skipSpace(line, open + 1))) return true;
  const key = line.indexOf(KEY, open);
  return key >= 0 && isOwnPlace(line, open, key);
}

/** Whether the byte at `place` lies directly in the object whose brace is at `open`, and not in a nested one. */
function isOwnPlace(line: Buffer, open: number, place: number): boolean {
  let depth = 0;
  for (let at = open; at < place; at++) {
    const byte = line[at];
    if (byte === QUOTE) {
      at = stringEnd(line, at, place);
      if (at >= place) return false;
    } else if (byte === OPEN_BRACE || byte === OPEN_LIST) depth++;
    else if (byte === CLOSING_BRACE || byte === CLOSING_LIST) depth--;
  }
  return depth === 1;
}

/** Where the string that begins at `from` ends, or `limit` if that comes first. */
function stringEnd(line: Buffer, from: number, limit: number): number {
  for (let at = from + 1; ; at++) {
    at = line.indexOf(QUOTE, at);
    if (at < 0 || at >= limit) return limit;
    let escapes = at;
    while (line[escapes - 1] === BACKSLASH) escapes--;
    if ((at - escapes) % 2 === 0) return at;
  }
}

/** Whether a line may contain an access line: a cheap test that rules out most lines. */
export function mayHoldAccessLine(line: Buffer): boolean {
  if (line.includes(NAME)) return true;
  const key = line.indexOf(JOURNAL_KEY);
  return key >= 0 && JOURNAL_VALUE.test(line.toString('latin1', key, key + LONGEST_JOURNAL_KEY));
}

/** The same for a text in a record, which may also be part of a line as a container runtime wrote it. */
export function mayHoldAccessText(text: string): boolean {
  return text.includes('ai_log') || JOURNAL_VALUE.test(text) || RUNTIMES.test(text);
}

/** journald's JSON has an array of byte values for a text that is not all printable, and null for a long one. */
const JOURNAL_VALUE = /MESSAGE\\*"\s*:\s*(?:\[|null)/;
const LONGEST_JOURNAL_KEY = 64;
const RUNTIMES = /^\d{4}-\d\d-\d\dT\S{8,36} std(?:out|err) [PF]|"stream":"std(?:out|err)"/;

/** `ai_log` as a key whose value is the attributes of a call, however often it is escaped. */
const CALL = /ai_log\\*"\s*:\s*\\*"?\{/;

/** Whether a line contains the ai_log of a call, in any form. */
export function namesCall(line: Buffer): boolean {
  return line.includes(NAME) && CALL.test(line.toString('latin1'));
}

function hasKeyAt(line: Buffer, at: number): boolean {
  return line[at] === QUOTE && KEY.equals(line.subarray(at, at + KEY.length));
}

/** Length of the byte order mark at the start of a line, in bytes. */
export function bomLength(line: Buffer): number {
  return line[0] === BOM[0] && line[1] === BOM[1] && line[2] === BOM[2] ? BOM.length : 0;
}

export function skipSpace(line: Buffer, from: number): number {
  let at = from;
  while (line[at] === SPACE || line[at] === TAB || line[at] === CR) at++;
  return at;
}
