const KEY = Buffer.from('"ai_log"');
const NAME = Buffer.from('ai_log');
const JOURNAL_KEY = Buffer.from('"MESSAGE"');
const BOM = Buffer.from('\uFEFF');
const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSING_LIST = 0x5d;
const SMALL_N = 0x6e;

/** Whether a line is an access line as it stands: an object that has a member `ai_log` of its own. */
export function isAccessLine(line: Buffer): boolean {
  const open = skipSpace(line, bomLength(line));
  if (line[open] !== OPEN_BRACE) return false;
  // Mostly it comes first.
  if (hasKeyAt(line, skipSpace(line, open + 1))) return true;
  const key = line.indexOf(KEY, open);
  return key >= 0 && isOwnPlace(line, open, key);
}

/** Whether what lies between an object's brace and this place leaves the place directly in that object. */
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

/** Where the string that begins at `from` ends, or `limit`, if that comes first. */
function stringEnd(line: Buffer, from: number, limit: number): number {
  for (let at = from + 1; ; at++) {
    at = line.indexOf(QUOTE, at);
    if (at < 0 || at >= limit) return limit;
    let escapes = at;
    while (line[escapes - 1] === BACKSLASH) escapes--;
    if ((at - escapes) % 2 === 0) return at;
  }
}

/** Whether there can be an access line within: a quick look, for lines that are none. */
export function mayHoldAccessLine(line: Buffer): boolean {
  return line.includes(NAME) || holdsJournalMessage(line);
}

/** The journal's JSON has a text as its bytes' numbers where it is not all printable, and null where it is long. */
function holdsJournalMessage(line: Buffer): boolean {
  const key = line.indexOf(JOURNAL_KEY);
  if (key < 0) return false;
  const colon = skipSpace(line, key + JOURNAL_KEY.length);
  const value = line[skipSpace(line, colon + 1)];
  return line[colon] === COLON && (value === OPEN_LIST || value === SMALL_N);
}

/** `ai_log` as a key with the attributes of a call as its value, however often it is escaped. */
const CALL = /ai_log\\*"\s*:\s*\\*"?\{/;

/** Whether a line holds a call's ai_log, in whatever form. */
export function namesCall(line: Buffer): boolean {
  return line.includes(NAME) && CALL.test(line.toString('latin1'));
}

function hasKeyAt(line: Buffer, at: number): boolean {
  return line[at] === QUOTE && line.compare(KEY, 0, KEY.length, at, at + KEY.length) === 0;
}

/** Bytes of the byte order mark at a line's start. */
export function bomLength(line: Buffer): number {
  return line[0] === BOM[0] && line[1] === BOM[1] && line[2] === BOM[2] ? BOM.length : 0;
}

export function skipSpace(line: Buffer, from: number): number {
  let at = from;
  while (line[at] === SPACE || line[at] === TAB || line[at] === CR) at++;
  return at;
}
