import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { example } from '../command.ts';
import { jsonOption } from '../options/report-options.ts';
import { dataDirOption, pricesOption } from '../options/store-options.ts';

export interface DoctorOptions {
  /** Undefined: those that the store reads. */
  logPath?: string[];
  dataDir: string;
  prices?: string;
  deep?: true;
  json?: true;
}

export function addDoctor(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .description('what is missing between the gateway and a report, and how to fix it; changes nothing')
    .option('--log-path <path|glob...>', 'the access log (default: those that the store reads)')
    .addOption(dataDirOption())
    .addOption(pricesOption())
    .option('--deep', 'read every session file in full, as repair does')
    .addOption(jsonOption())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./doctor-action.ts');
      await doctor(context, options);
    });
  example(command, 'monitor doctor --log-path /var/log/higress/access.log --data-dir /var/lib/sessions');
}
