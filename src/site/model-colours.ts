import { isNoModel } from '../pricing/no-model.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { NO_ANSWER } from '../query/session-models.ts';
import { compareText } from '../query/aggregate.ts';

/** This many models have a colour of their own. All others are striped grey. */
export const SLOTS = 6;
/** An outline, without a colour: the log names no model. */
export const NO_MODEL_SLOT = 7;
/** Of input that caches held, and of new input. */
export const CACHED_SLOT = 8;
export const NEW_INPUT_SLOT = 9;

/** Colours are given by first use, so that a model keeps its colour. */
export interface ModelColours {
  /** From 1; 0: another model; `NO_MODEL_SLOT`: none. The CSS class is `m<slot>`. */
  slotOf(model: string): number;
}

export function modelColours(slots: ReadonlyMap<string, number>): ModelColours {
  return {
    slotOf: (model) =>
      slots.get(model) ?? (isNoModel(model) || model.startsWith(NO_ANSWER) ? NO_MODEL_SLOT : 0),
  };
}

/** The models with a colour, in the order of their slots, and the bucket of their first use. */
export type FirstUses = readonly (readonly [model: string, bucket: number])[];

/**
 * Adds cells to the first uses of others. The models with a colour are those that were used first; of those used first in
 * the same bucket, the first by name. So the others need not be remembered.
 */
export function withFirstUses(
  known: FirstUses,
  cells: Iterable<Pick<UsageCell, 'model' | 'bucket'>>,
): FirstUses {
  const first = new Map(known);
  for (const { model, bucket } of cells) {
    if (isNoModel(model)) continue;
    const before = first.get(model);
    if (before === undefined || bucket < before) first.set(model, bucket);
  }
  const inOrder = [...first].toSorted(([a, at], [b, other]) => at - other || compareText(a, b));
  return inOrder.slice(0, SLOTS);
}

export function slotsOf(uses: FirstUses): Map<string, number> {
  return new Map(uses.map(([model], i) => [model, i + 1]));
}

/** Whether all models keep the colour that they had. */
export function keepsColours(before: FirstUses, after: FirstUses): boolean {
  return before.every(([model], i) => after[i]?.[0] === model);
}
