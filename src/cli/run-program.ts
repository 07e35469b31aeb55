import { CommanderError, type Command } from 'commander';
import { ExitCode } from '../platform/errors.ts';
import type { Context } from './context.ts';
import { guarded } from './guarded.ts';
import { spoken, type SpokenContext } from './language.ts';

/** Runs a program with these arguments and returns its exit code. `argv` does not include the program's name. */
export function runProgram(
  argv: string[],
  context: Context,
  build: (context: SpokenContext, writeHelp: (text: string) => void) => Command,
): Promise<number> {
  return guarded(context, async () => {
    let help = '';
    const program = build(await spoken(context, argv), (text) => (help += text));
    try {
      await program.parseAsync(argv, { from: 'user' });
      return ExitCode.ok;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      // Commander has printed what is wrong, or has passed on the help that was asked for.
      if (help !== '') await context.write(help);
      return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    }
  });
}
