import { Chalk } from 'chalk';
import type { Screen } from '../../report/tables.ts';
import type { SpokenContext } from '../language.ts';

/** The screen that tables are drawn for. */
export function screenOf(context: SpokenContext): Screen {
  return { width: context.columns, colour: new Chalk({ level: context.colourLevel }), texts: context.texts };
}
