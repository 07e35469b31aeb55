import { printableMessage } from '../platform/clean-text.ts';
import { ExitCode, isSystemError, MonitorError } from '../platform/errors.ts';
import { systemErrorText } from '../platform/system-errors.ts';
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
    if (error.message !== '') context.warn(`monitor: ${printableMessage(error.message)}\n`);
    return error.exitCode;
  }
  if (isSystemError(error)) {
    context.warn(`monitor: ${printableMessage(systemErrorText(error))}\n`);
    return ExitCode.io;
  }
  context.warn(faultReport(error));
  return ExitCode.fault;
}
