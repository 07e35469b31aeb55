import { isNoModel } from '../pricing/no-model.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { compareText } from '../query/aggregate.ts';

/** This many models have a colour of their own. Others, and placeholders for an unknown model, are grey. */
const SLOTS = 6;

/** Colours are given by first use, so that a model keeps its colour. */
export interface ModelColours {
  /** From 1; 0 is grey. The CSS class is `m<slot>`. */
  slotOf(model: string): number;
}

export function modelColours(slots: ReadonlyMap<string, number>): ModelColours {
  return { slotOf: (model) => slots.get(model) ?? 0 };
}

/** The models with a colour: by the bucket in which they were first used, then by name. */
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
