import { DEFAULT_SESSION } from '../round.ts';

/** How the lines begin that the fast path reads. */
export const START = Buffer.from('{"ai_log":"{');
/** The quote is not escaped, so it ends the string, and EscapedJson reads no further. */
const END = Buffer.from('}"');
const SESSION = Buffer.from(String.raw`\"session_id\":\"`);
const NAME = Buffer.from('session_id');

const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** Where the quote behind ai_log should be; undefined for another form of line. */
export function endOfAiLog(line: Buffer): number | undefined {
  if (!line.subarray(0, START.length).equals(START)) return undefined;
  // The last one, not the first. If that is in a client's text, the quote of the real end makes EscapedJson fail.
  const end = line.lastIndexOf(END) + 1;
  return end > START.length ? end : undefined;
}

/** A guess at the session of the line, to find its cache before the session id has been read properly. */
export function sessionHint(line: Buffer, end: number): string | undefined {
  const key = line.lastIndexOf(SESSION, end);
  return key < 0 ? DEFAULT_SESSION : idAt(line, key + SESSION.length);
}

/**
 * The session of the line by a look at its bytes; undefined in doubt. It is wrong only if a client or another producer
 * wrote a line that looks like that of another session: whoever reads the line must compare.
 */
export function peekSession(line: Buffer): string | undefined {
  const end = endOfAiLog(line);
  if (end === undefined) return undefined;
  const key = line.lastIndexOf(SESSION, end);
  if (key >= 0) return idAt(line, key + SESSION.length);
  return line.includes(NAME) ? undefined : DEFAULT_SESSION;
}

function idAt(line: Buffer, from: number): string | undefined {
  const to = line.indexOf(BACKSLASH, from);
  return line[to + 1] === QUOTE && to > from ? line.toString('utf8', from, to) : undefined;
}
