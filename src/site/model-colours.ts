import { isNoModel } from '../pricing/no-model.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { compareText } from '../query/aggregate.ts';

/** So many models have a colour of their own; the others, and what is no model, share a grey. */
const SLOTS = 6;

/** A model keeps the colour of its first appearance. */
export interface ModelColours {
  /** From 1; 0 for the grey. The class of the colour is `m<slot>`. */
  slotOf(model: string): number;
}

export function modelColours(slots: ReadonlyMap<string, number>): ModelColours {
  return { slotOf: (model) => slots.get(model) ?? 0 };
}

/** The models that have a colour: by the quarter of an hour in which a model was first used, then by name. */
export function modelSlots(sessions: Iterable<SessionEntry>): Map<string, number> {
  const first = new Map<string, number>();
  for (const { usage } of sessions) {
    for (const { model, bucket } of usage) {
      if (isNoModel(model)) continue;
      const known = first.get(model);
      if (known === undefined || bucket < known) first.set(model, bucket);
    }
  }
  const inOrder = [...first].toSorted(([a, at], [b, other]) => at - other || compareText(a, b));
  return new Map(inOrder.slice(0, SLOTS).map(([model], i) => [model, i + 1]));
}
