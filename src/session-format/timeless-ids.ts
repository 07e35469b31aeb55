/*
 * Finds rounds without a time of their own by their ids, in the bytes of a session's file: parsing every round of a long
 * session would take seconds. What is found is a candidate. It must be read to be sure.
 */

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The flag as its round has it. In a text, quotes are escaped. */
const FLAG = Buffer.from('"time-missing"');
/** The end of the keys of both ids, request_id and chat_id. */
const KEY_END = Buffer.from('t_id":"');

/** The places of lines that may be rounds without a time, each with the hash of an id. A line can have several ids. */
export function* timelessIds(lines: Buffer): Generator<{ hash: number; start: number; end: number }> {
  let id = -1;
  for (let flag = lines.indexOf(FLAG); flag >= 0;) {
    const start = lines.lastIndexOf(NEWLINE, flag) + 1;
    const newline = lines.indexOf(NEWLINE, flag);
    const end = newline < 0 ? lines.length : newline;
    if (id < start) id = lines.indexOf(KEY_END, start);
    while (id >= 0 && id < end) {
      yield { hash: hashAt(lines, id + KEY_END.length), start, end };
      id = lines.indexOf(KEY_END, id + KEY_END.length);
    }
    if (id < 0) return;
    flag = lines.indexOf(FLAG, end);
  }
}

export function hashOfId(id: string): number {
  return hashAt(Buffer.from(JSON.stringify(id)), 1);
}

/** FNV-1a of the JSON string whose text begins at `at`. Both the store and a lookup write it with JSON.stringify. */
function hashAt(bytes: Buffer, at: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < bytes.length && bytes[i] !== QUOTE; i++) {
    // An escaped quote does not end the string.
    if (bytes[i] === BACKSLASH) i++;
    hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  }
  // A small number for the engine.
  return hash >>> 2;
}
