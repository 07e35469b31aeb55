import { plural } from '../../platform/count-text.ts';
import type { Context } from '../context.ts';

/** Warns about rounds of which it cannot be told whether two stores have them. */
export function warnOfUnsureRounds(context: Pick<Context, 'warn'>, rounds: number): void {
  if (rounds === 0) return;
  context.warn(
    `monitor: ${plural(rounds, 'round')} of sessions that several of these stores have may count twice: they were pruned or imported\n`,
  );
}
