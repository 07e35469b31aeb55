import type { Command } from 'commander';
import type { SpokenContext } from '../language.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption, pricesOption } from '../options/store-options.ts';
import type { DoctorOptions } from './doctor-action.ts';

export function addDoctor(program: Command, context: SpokenContext): void {
  const command = program
    .command('doctor')
    .description('Find problems between the gateway and a report; changes nothing')
    .option('--log-path <path|glob...>', "Access log (default: the store's own logs)")
    .addOption(dataDirOption())
    .addOption(pricesOption("The price file that parse is given, or 'none'"))
    .option('--deep', 'Read every session file completely, as repair does')
    .addOption(jsonOption())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./doctor-action.ts');
      await doctor(context, options);
    });
  example(command, 'monitor doctor --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}
