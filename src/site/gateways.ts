import type { SessionEntry } from '../model/session-entry.ts';
import { nameText } from './model-view.ts';
import type { SiteContext } from './site-context.ts';

/** Names are shown only if there are several. */
export function shownGateway(gateway: string | undefined, { gateways = [] }: SiteContext): string {
  return gateways.length > 1 ? nameText(gateway ?? '') : '';
}

/** The gateways of a session's rounds, for the head of its page; null if the site is of one. */
export function shownGateways(
  { gateways: own = [] }: Pick<SessionEntry, 'gateways'>,
  { gateways = [] }: SiteContext,
): { label: string; names: string } | null {
  if (gateways.length < 2 || own.length === 0) return null;
  return { label: own.length === 1 ? 'Gateway' : 'Gateways', names: own.map(nameText).join(', ') };
}
