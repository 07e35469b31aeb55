import { Option, type Command } from 'commander';
import { DEFAULT_STORE } from '../../platform/defaults.ts';
import { RepeatableOption } from './given-once.ts';
import { gatewayName, parseDir } from './store-options.ts';

/** The stores that a question is asked of. */
export interface StoresOptions {
  /** Folders, or globs of folders. */
  dataDir: string[];
  /** Only the stores of these gateways. */
  gateway?: string[];
}

/** The options of StoresOptions. */
export function addStoresOptions(command: Command): Command {
  return command.addOption(dataDirsOption()).addOption(gatewaysOption());
}

/** One option with two names. */
function dataDirsOption(): Option {
  return new RepeatableOption(
    '--output-dir, --data-dir <dir|glob>',
    'Store directory; several stores are read as one; can be repeated',
    parseDir,
  )
    .env('MONITOR_DATA_DIR')
    .default([DEFAULT_STORE], JSON.stringify(DEFAULT_STORE));
}

function gatewaysOption(): Option {
  return new RepeatableOption(
    '--gateway <name>',
    'Only the store of this gateway (whole name, in any case); can be repeated',
    gatewayName,
  );
}
