import { cleanLine, printableId, printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { InputOutputError } from '../../platform/errors.ts';
import type { PushReport } from '../../report/push-text.ts';
import type { Context } from '../context.ts';

/** How many sessions are named: a store can have lost thousands of files. */
const NAMED = 5;

/** Warns of rounds that were pruned, and so have no spans. */
export function warnOfPruned(
  context: Pick<Context, 'warn'>,
  { prunedRounds, lacksPruned = false }: PushReport,
): void {
  if (prunedRounds > 0)
    context.warn(
      `monitor: ${plural(prunedRounds, 'round')} ${prunedRounds === 1 ? 'was' : 'were'} pruned and cannot be sent\n`,
    );
  if (lacksPruned)
    context.warn('monitor: rounds that were pruned since the last push may not have been sent\n');
}

/** Throws InputOutputError, after the answer, if some sessions could not be sent, or spans were not taken. */
export function requireAll(context: Pick<Context, 'warn'>, report: PushReport): void {
  const { target, unread, rejected = [] } = report;
  for (const { session, problem } of unread.slice(0, NAMED))
    context.warn(`monitor: the file of session ${printableId(session)} ${printableMessage(problem)}\n`);
  const spans = rejected.reduce((sum, one) => sum + one.spans, 0);
  for (const message of new Set(rejected.filter((one) => one.spans === 0).map((one) => one.message)))
    context.warn(`monitor: ${target} says: ${cleanLine(message)}\n`);
  if (spans > 0) {
    const why = rejected.find((one) => one.spans > 0)?.message ?? '';
    context.warn(
      `monitor: ${target} did not take ${plural(spans, 'span')}${why === '' ? '' : `: ${cleanLine(why)}`}. ` +
        'They are not sent again, unless all are: --again\n',
    );
  }
  if (unread.length > 0)
    throw new InputOutputError(
      `${plural(unread.length, 'session')} could not be read and ${unread.length === 1 ? 'is' : 'are'} missing in ${target}; the others were sent. ` +
        'Run monitor repair, then push again',
    );
  if (spans > 0)
    throw new InputOutputError(`${plural(spans, 'span')} ${spans === 1 ? 'is' : 'are'} missing in ${target}`);
}
