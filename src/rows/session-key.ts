import { digest } from '../platform/digest.ts';

const KEY_BYTES = 16;

/** What sorts sessions as the index does, whatever their ids are. */
export function sessionKey(id: string): string {
  return Buffer.from(digest(id, KEY_BYTES), 'latin1').toString('hex');
}
