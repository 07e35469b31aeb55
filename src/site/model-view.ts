import { cleanLine } from '../platform/clean-text.ts';
import type { Totals } from '../query/aggregate.ts';
import type { ModelColours } from './model-colours.ts';

/** A model as it is shown: its square and its name. */
export interface ModelView {
  name: string;
  /** Of its colour: the class `m<slot>`. */
  slot: number;
  /** None of its rounds has a price. */
  isHatched: boolean;
}

export function modelView(model: string, isHatched: boolean, colours: ModelColours): ModelView {
  return { name: nameText(model), slot: colours.slotOf(model), isHatched };
}

/** Whether rounds were counted, and none of them has a price. */
export function isUnpriced({ unpricedRounds, settledRounds }: Totals): boolean {
  return unpricedRounds > 0 && settledRounds === 0;
}

/** A name of a log on one line, cut where nobody would read on. */
export function nameText(name: string): string {
  return clipText(cleanLine(name), 80);
}

/** The start of a text; `…` says that something was cut. No character is cut in half. */
export function clipText(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
