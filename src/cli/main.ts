import { CommanderError } from 'commander';
import { ExitCode, isSystemError, MonitorError } from '../platform/errors.ts';
import { ClosedOutput, readContext, type Context } from './context.ts';
import { buildProgram } from './program.ts';

/** Runs the program and returns its exit code. `argv` begins behind the program's name. The one place that catches. */
export async function main(argv: string[], context: Context = readContext()): Promise<number> {
  try {
    return await run(argv, context);
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

async function run(argv: string[], context: Context): Promise<number> {
  let help = '';
  const program = buildProgram(context, (text) => (help += text));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has said what is wrong, or handed over the help that was asked for.
    if (help !== '') await context.write(help);
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
