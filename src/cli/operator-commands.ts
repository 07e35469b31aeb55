import { Argument, type Command } from 'commander';
import type { Shell } from './commands/completion.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { WatchOptions } from './commands/watch.ts';
import type { Context } from './context.ts';
import { dataDirOption, example, jsonOption, pricesOption, wholeNumber, withStore } from './options.ts';

/** The commands for whoever sets it up and keeps it running. */
export function addOperatorCommands(program: Command, context: Context): void {
  addWatch(program, context);
  addDoctor(program, context);
  addCompletion(program, context);
}

function addWatch(program: Command, context: Context): void {
  const command = withStore(
    program
      .command('watch')
      .description('parse again and again, and show the store as it is; Ctrl-C ends it'),
  )
    .option('--refresh-interval <seconds>', 'between two looks at the logs', wholeNumber(1, 86_400), 1)
    .action(async (options: WatchOptions) => {
      const { watch } = await import('./commands/watch.ts');
      await watch(context, options);
    });
  example(command, 'monitor watch --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}

function addDoctor(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .description('what is missing between the gateway and a report, and how to fix it; changes nothing')
    .option('--log-path <path|glob...>', 'the access log (default: those that the store reads)')
    .addOption(dataDirOption())
    .addOption(pricesOption())
    .option('--deep', 'read every session file in full, as repair does')
    .addOption(jsonOption())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./commands/doctor.ts');
      await doctor(context, options);
    });
  example(command, 'monitor doctor --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}

function addCompletion(program: Command, context: Context): void {
  const command = program
    .command('completion')
    .description('a script that teaches a shell the commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      const { completion } = await import('./commands/completion.ts');
      await completion(context, shell, program);
    });
  example(command, 'monitor completion bash > ~/.local/share/bash-completion/completions/monitor');
}
