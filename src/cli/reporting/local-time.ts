import { localTimeIn, localTimeOfProcess, type LocalTime } from '../../query/time-zone.ts';
import type { Context } from '../context.ts';

/** A time zone that is looked up when first needed, because that takes time. */
export interface LazyLocalTime extends LocalTime {
  /** Says what the system's zone is called, so that it need not be looked up. */
  recall: (systemZone: string) => void;
}

/** The given time zone, else the system's. */
export function localTimeOf(context: Pick<Context, 'timeZone'>, timeZone: string | undefined): LazyLocalTime {
  let known: LocalTime | undefined;
  const local = (): LocalTime => (known ??= localTimeIn(timeZone ?? context.timeZone));
  return {
    recall(systemZone) {
      if (timeZone === undefined) known ??= localTimeOfProcess(systemZone);
    },
    get timeZone() {
      return local().timeZone;
    },
    dateOf: (bucket) => local().dateOf(bucket),
    isoOf: (ms) => local().isoOf(ms),
    startOf: (date) => local().startOf(date),
    toUtc: (ms) => local().toUtc(ms),
  };
}
