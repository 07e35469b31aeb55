import { digest } from '../platform/digest.ts';

const LONGEST_NAME = 200;
const KEPT = /[A-Za-z0-9:_.@+=-]/;

/**
 * The file name of a session: its id, with a leading dot and all unsafe bytes percent-encoded, because clients choose
 * ids. A long name, or one that differs from a `taken` name only by case, ends in `~` and a digest of the id. The index,
 * not the name, determines which id a file holds.
 */
export function nameSessionFile(id: string, isTaken: (lowerCaseName: string) => boolean): string {
  const encoded = encode(id);
  const name = `${encoded}.json`;
  if (encoded.length <= LONGEST_NAME && !isTaken(name.toLowerCase())) return name;
  const mark = `~${Buffer.from(digest(id, 12), 'latin1').toString('hex')}`;
  return `${encoded.slice(0, LONGEST_NAME - mark.length).replace(/%.?$/, '')}${mark}.json`;
}

function encode(id: string): string {
  let name = '';
  for (const byte of Buffer.from(id)) {
    const character = String.fromCharCode(byte);
    const keep = KEPT.test(character) && !(character === '.' && name === '');
    name += keep ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return name;
}

/**
 * Whether a name that an index gives can be that of a session's file: in the store's folder, and none of the files that
 * the store keeps for itself, whose names begin with a dot. (`.json` is the file of the session without an id.)
 */
export function isSessionFile(name: unknown): boolean {
  return (
    typeof name === 'string' &&
    name.endsWith('.json') &&
    (!name.startsWith('.') || name === '.json') &&
    !name.includes('/') &&
    !name.includes('\0')
  );
}
