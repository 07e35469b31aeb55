import { hexDigest } from '../platform/digest.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { ModelColours } from './model-colours.ts';

/** A session, and what its pages and its rows in lists are made from, digested. */
export interface KeyedSession {
  entry: SessionEntry;
  key: string;
  /** Its file and its key: what it adds to the key of a list. */
  mark: string;
}

/** A session's key: its rounds, as far as they are committed, the colours of its models, and what its costs are in. */
export function keyedSession(entry: SessionEntry, colours: ModelColours): KeyedSession {
  const { end, last, usage } = entry;
  let slots = '';
  let model: string | undefined;
  for (const cell of usage) {
    if (cell.model === model) continue;
    model = cell.model;
    const slot = String(colours.slotOf(model));
    if (!slots.includes(slot)) slots += slot;
  }
  const key = `${end.toString(36)}.${last.crc.toString(36)}.${slots}${moneyMark(entry)}`;
  return { entry, key, mark: `${entry.file} ${key}` };
}

/**
 * What a session's costs are in, and why they may be wrong: prices of today say that of rounds of long ago. Empty where
 * all of it is exact and in USD, as it is in most stores.
 */
export function moneyMark({ usage }: Pick<SessionEntry, 'usage'>): string {
  let said = '';
  for (const { currency, inexact, converted } of usage) {
    if (currency === 'USD' && inexact === '' && !converted) continue;
    const told = converted ? `${converted.to} ${converted.currency} ${converted.cost}` : '';
    said += `${currency} ${inexact} ${told}\n`;
  }
  return said === '' ? '' : `.${hexDigest(said)}`;
}
