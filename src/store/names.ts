import { digest } from '../platform/digest.ts';

const LONGEST_NAME = 200;
const KEPT = /[A-Za-z0-9:_.@+=-]/;

/**
 * The file name of a session: the id with every other byte percent-encoded, a leading dot too. Ids are the client's
 * words. A long one, and one that differs from a `taken` name by case only, ends in `~` and a digest of the id.
 * The index, not the name, says which id a file holds.
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
