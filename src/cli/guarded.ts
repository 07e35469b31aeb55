import { ExitCode, isSystemError, MonitorError } from '../platform/errors.ts';
import { ClosedOutput, type Context } from './context.ts';

/** Runs something, says what went wrong, and returns the exit code. The one place that catches. */
export async function guarded(context: Context, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ClosedOutput) return ExitCode.ok;
    if (error instanceof MonitorError) {
      if (error.message !== '') context.warn(`monitor: ${error.message}\n`);
      return error.exitCode;
    }
    if (isSystemError(error)) {
      context.warn(`monitor: ${error.message}\n`);
      return ExitCode.io;
    }
    context.warn(`monitor: a fault of the program, please report it:\n${stackOf(error)}\n`);
    return ExitCode.fault;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
