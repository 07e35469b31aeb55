import { printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
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
