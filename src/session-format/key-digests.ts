import { digest } from '../platform/digest.ts';

/*
 * What a store keeps of a request whose round no longer says which request it was: a digest of its identity's key.
 * Digests are texts of the same length, so many of them are stored as one text.
 */

const DIGEST_BYTES = 9;
/** 9 bytes in base64, without padding. */
const DIGEST_CHARACTERS = 12;

export function digestOfKey(key: string): string {
  return Buffer.from(digest(key, DIGEST_BYTES), 'latin1').toString('base64');
}

/** The digests of a text that holds many. */
export function* digestsIn(text: string): Generator<string> {
  for (let at = 0; at + DIGEST_CHARACTERS <= text.length; at += DIGEST_CHARACTERS) {
    yield text.slice(at, at + DIGEST_CHARACTERS);
  }
}
