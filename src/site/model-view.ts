import { cleanLine } from '../platform/clean-text.ts';
import type { Totals } from '../query/aggregate.ts';
import type { ModelColours } from './model-colours.ts';

/** A model as it is shown: a coloured square and its name. */
export interface ModelView {
  name: string;
  /** Its colour: the class `m<slot>`. */
  slot: number;
  /** None of its rounds has a price. */
  isHatched: boolean;
}

export function modelView(model: string, isHatched: boolean, colours: ModelColours): ModelView {
  return { name: nameText(model), slot: colours.slotOf(model), isHatched };
}

/** Whether none of the rounds has a price, except those without usage. */
export function isUnpriced({ unpricedRounds, settledRounds }: Totals): boolean {
  return unpricedRounds > 0 && settledRounds === 0;
}

/** A name from the log on one line, shortened if it is very long. */
export function nameText(name: string): string {
  return clipText(cleanLine(name), 80);
}

/** The start of a text, with `…` if it was shortened. Surrogate pairs are not split. */
export function clipText(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
