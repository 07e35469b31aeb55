import { printableMessage } from '../platform/clean-text.ts';
import { ExitCode, isSystemError, MonitorError, NoAnswer } from '../platform/errors.ts';
import { ClosedOutput, type Context } from './context.ts';
import { faultReport } from './fault-report.ts';

/** Runs something, says what went wrong, and returns the exit code. The one place that catches. */
export async function guarded(context: Context, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    return failed(context, error);
  }
}

/** Reports an error on stderr and returns the exit code. */
export function failed(context: Pick<Context, 'warn'>, error: unknown): number {
  if (error instanceof ClosedOutput) return ExitCode.ok;
  if (error instanceof MonitorError) {
    const list = error instanceof NoAnswer ? error.list : [];
    if (error.message !== '') context.warn(errorText(error.message, list));
    return error.exitCode;
  }
  if (isSystemError(error)) {
    context.warn(errorText(error.message));
    return ExitCode.io;
  }
  context.warn(faultReport(error));
  return ExitCode.fault;
}

/** The message on one line, and a list below it, with nothing in them that a terminal would obey. */
function errorText(message: string, list: readonly string[] = []): string {
  return ['monitor: ' + message, ...list].map((line) => `${printableMessage(line)}\n`).join('');
}
