import { Chalk } from 'chalk';
import type { Screen } from '../../report/tables.ts';
import type { Context } from '../context.ts';

/** The screen that tables are drawn for. */
export function screenOf(context: Context): Screen {
  return { width: context.columns, colour: new Chalk({ level: context.colourLevel }) };
}
