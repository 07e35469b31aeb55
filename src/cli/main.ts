import { CommanderError, type Command } from 'commander';
import { ExitCode } from '../platform/errors.ts';
import { readContext, type Context } from './context.ts';
import { guarded } from './guarded.ts';
import { buildProgram } from './program.ts';

/**
 * Runs the program and returns its exit code. `argv` begins behind the program's name. `only`: the commands that there
 * are; all where it is left out.
 */
export function main(
  argv: string[],
  context: Context = readContext(),
  only?: ReadonlySet<string>,
): Promise<number> {
  return guarded(context, () => run(argv, context, only));
}

async function run(argv: string[], context: Context, only?: ReadonlySet<string>): Promise<number> {
  let help = '';
  const program = buildProgram(context, (text) => (help += text));
  if (only) keepCommands(program.commands as Command[], only);
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

function keepCommands(commands: Command[], only: ReadonlySet<string>): void {
  commands.splice(0, commands.length, ...commands.filter((command) => only.has(command.name())));
}
