import { localTimeIn, type LocalTime } from '../query/time-zone.ts';
import type { Context } from './context.ts';

/** The zone that was asked for, else the system's. */
export function localTimeOf(context: Pick<Context, 'timeZone'>, timeZone: string | undefined): LocalTime {
  return localTimeIn(timeZone ?? context.timeZone);
}
