import type { SessionEntry } from '../store/types.ts';
import type { ModelColours } from './model-colours.ts';

/** A session, and what its pages and its rows in lists are made from, digested. */
export interface KeyedSession {
  entry: SessionEntry;
  key: string;
  /** Its file and its key: what it adds to the key of a list. */
  mark: string;
}

/** A session's key: its rounds, as far as they are committed, and the colours of its models. */
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
  const key = `${end.toString(36)}.${last.crc.toString(36)}.${slots}`;
  return { entry, key, mark: `${entry.file} ${key}` };
}
