import { hexDigest } from '../platform/digest.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { ModelColours } from './model-colours.ts';

/** A session, and a key of everything that its pages and its rows in lists depend on. */
export interface KeyedSession {
  entry: SessionEntry;
  key: string;
  /** File and key: its part in the key of a list. */
  mark: string;
}

/** The key covers a session's committed rounds, the colours of its models, and the currencies and bounds of its costs. */
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
 * The currencies of a session's costs, and why these may be wrong: both can change with the price book, long after the
 * rounds. Empty if all costs are exact and in USD, as in most stores.
 */
export function moneyMark({ usage }: Pick<SessionEntry, 'usage'>): string {
  let text = '';
  for (const { currency, inexact, converted } of usage) {
    if (currency === 'USD' && inexact === '' && !converted) continue;
    const shown = converted ? `${converted.to} ${converted.currency} ${converted.cost}` : '';
    text += `${currency} ${inexact} ${shown}\n`;
  }
  return text === '' ? '' : `.${hexDigest(text)}`;
}
