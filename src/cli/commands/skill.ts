import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';

export function addSkill(program: Command, context: Context): void {
  const command = program
    .command('skill')
    .description('Install the skill with which agents answer questions about cost')
    .addArgument(new Argument('<action>', 'What to do').choices(['install']))
    .argument('<dir>', 'Folder where the agent looks for skills')
    .option('--force', 'Replace what is there, also if it was changed or is not from here')
    .action(async (_action: string, dir: string, options: { force?: true }) => {
      const { installSkill } = await import('./skill-action.ts');
      await installSkill(context, dir, options.force === true);
    });
  example(command, 'monitor skill install ~/.claude/skills');
}
