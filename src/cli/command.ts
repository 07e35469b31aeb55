import type { Command } from 'commander';
import type { SpokenContext } from './language.ts';

/** Adds a command to the program. Its action loads what it needs when it runs, so that it costs the others nothing. */
export type AddCommand = (program: Command, context: SpokenContext) => void;

/** Ends the help with an example. */
export function example(command: Command, line: string): Command {
  return command.addHelpText('after', `\nExample:\n  ${line}`);
}
