import { localTimeIn, type LocalTime } from '../../query/time-zone.ts';
import type { Context } from '../context.ts';

/** The given time zone, else the system's. It is looked up when first needed, because that takes time. */
export function localTimeOf(context: Pick<Context, 'timeZone'>, timeZone: string | undefined): LocalTime {
  let known: LocalTime | undefined;
  const local = (): LocalTime => (known ??= localTimeIn(timeZone ?? context.timeZone));
  return {
    get timeZone() {
      return local().timeZone;
    },
    dateOf: (bucket) => local().dateOf(bucket),
    isoOf: (ms) => local().isoOf(ms),
    startOf: (date) => local().startOf(date),
    toUtc: (ms) => local().toUtc(ms),
  };
}
