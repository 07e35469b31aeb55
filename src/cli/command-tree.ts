import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { printableMessage } from '../platform/clean-text.ts';
import { example, type AddCommand } from './command.ts';
import { languageOption, type SpokenContext } from './language.ts';
import { refuseRepeats } from './options/given-once.ts';

/** A program that has these commands. Help that was asked for goes to `writeHelp`; errors go to stderr. */
export function commandTree(
  commands: readonly AddCommand[],
  context: SpokenContext,
  writeHelp: (text: string) => void,
): Command {
  const program = new Command('monitor')
    .description("Sessions, tokens and cost from an AI gateway's access log")
    .version(manifest.version, '-V, --version', 'Print the version')
    .addOption(languageOption())
    .helpOption('-h, --help', 'Print help')
    .helpCommand('help [command]', 'Print help for a command')
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureOutput({
      writeOut: writeHelp,
      writeErr: context.warn,
      outputError: (text, write) => write(usageErrorText(text)),
      getOutHelpWidth: () => context.columns,
      getErrHelpWidth: () => context.columns,
    });
  for (const add of commands) add(program, context);
  refuseRepeats(program);
  return example(program, 'monitor list --limit 5');
}

/** Commander quotes arguments as they are. Only its own suggestion, at the end, may be on a line of its own. */
function usageErrorText(text: string): string {
  const [, message = '', suggestion = ''] =
    /^(?:error: )?(.*?)(\n\(Did you mean [\w ,-]*\?\))?\n?$/s.exec(text) ?? [];
  return `monitor: ${printableMessage(message)}${suggestion}\n`;
}
