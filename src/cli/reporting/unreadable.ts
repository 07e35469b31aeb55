import { printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { InputOutputError } from '../../platform/errors.ts';
import type { UnreadableSession } from '../../store/read.ts';
import type { Context } from '../context.ts';

/** How many sessions are named: a store can have lost thousands of files. */
const NAMED = 5;

/** Says why a report that does not need every session went on without some. */
export function warnOfUnreadable(
  context: Pick<Context, 'warn'>,
  parts: readonly { unreadable: ReadonlyMap<string, UnreadableSession> }[],
): void {
  const errors = [...new Map(parts.flatMap(({ unreadable }) => [...unreadable])).values()];
  for (const { message } of errors.slice(0, NAMED)) context.warn(`monitor: ${printableMessage(message)}\n`);
  const more = errors.length - NAMED;
  if (more > 0)
    context.warn(`monitor: ${plural(more, 'more session')} cannot be read: monitor repair lists them\n`);
}

/** For a report that would need them: it is printed, and then this throws InputOutputError if anything is missing. */
export function complainOfUnreadable(
  context: Pick<Context, 'warn'>,
  unreadable: ReadonlyMap<string, UnreadableSession>,
): void {
  if (unreadable.size === 0) return;
  warnOfUnreadable(context, [{ unreadable }]);
  throw new InputOutputError(
    `${plural(unreadable.size, 'session')} could not be read and left out: see above`,
  );
}
