import type { Command } from 'commander';
import type { DoctorOptions } from './commands/doctor.ts';
import type { Context } from './context.ts';
import { dataDirOption, example, jsonOption, logPathOption, pricesOption } from './options.ts';

/** The commands for whoever sets it up and keeps it running. */
export function addOperatorCommands(program: Command, context: Context): void {
  addDoctor(program, context);
}

function addDoctor(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .description('what is missing between the gateway and a report, and how to mend it; changes nothing')
    .addOption(logPathOption())
    .addOption(dataDirOption())
    .addOption(pricesOption())
    .addOption(jsonOption())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./commands/doctor.ts');
      await doctor(context, options);
    });
  example(command, 'monitor doctor --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}
