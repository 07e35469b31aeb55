import { Argument, type Command } from 'commander';
import type { Shell } from '../completion/script.ts';
import type { Context } from '../context.ts';
import { example } from '../command.ts';

export function addCompletion(program: Command, context: Context): void {
  const command = program
    .command('completion')
    .description('Print a shell completion script')
    .addArgument(new Argument('<shell>', 'Shell to complete in').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion/script.ts');
      await context.write(completionScript(shell, program));
    });
  example(command, 'monitor completion bash > ~/.local/share/bash-completion/completions/monitor');
}
