import type { SessionEntry } from '../store/types.ts';
import type { SiteContext } from './site-context.ts';

/** Digests a session's rounds, and the colours of its models. */
export function sessionKey(
  { end, last, usage }: SessionEntry,
  { colours }: Pick<SiteContext, 'colours'>,
): string {
  const slots = new Set(usage.map(({ model }) => colours.slotOf(model)));
  return `${end.toString(36)}.${last.crc.toString(36)}.${[...slots].join('')}`;
}
