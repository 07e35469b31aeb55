import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_STORE } from '../../platform/defaults.ts';
import { RepeatableOption } from './given-once.ts';
import { gatewayName, parseDir } from './store-options.ts';

/** The stores that a question is asked of. */
export interface StoresOptions {
  /** Folders, or globs of folders. */
  dataDir: string[];
  /** Only the stores of these gateways. */
  gateway?: string[];
  /** The address of a table that stores were pushed to, instead of the stores. */
  source?: string;
}

/** The options of StoresOptions, for a report on rounds as they were stored: `--source` is an error that says so. */
export function addStoresOptions(command: Command): Command {
  return addOptions(command, sourceOption().hideHelp());
}

/** The same for a report that an engine has the sums for. */
export function addSourceOptions(command: Command): Command {
  return addOptions(command, sourceOption());
}

function addOptions(command: Command, source: Option): Command {
  return command
    .addOption(dataDirsOption())
    .addOption(gatewaysOption())
    .addOption(source)
    .hook('preAction', refuseBoth);
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

function sourceOption(): Option {
  return new Option(
    '--source <address>',
    "Instead of stores, the table that 'monitor push' fills: clickhouse://host:8123/database/table (clickhouses:// for TLS)",
  ).argParser((text) => {
    if (/^clickhouses?:/i.test(text)) return text;
    throw new InvalidArgumentError(
      'It must be an address such as clickhouse://host:8123/database/table. Stores are named with --data-dir.',
    );
  });
}

/** MONITOR_DATA_DIR, which may be set for all commands, does not count. */
function refuseBoth(_command: Command, action: Command): void {
  if (action.getOptionValue('source') === undefined || action.getOptionValueSource('dataDir') !== 'cli')
    return;
  action.error("error: option '--source' cannot be used with '--data-dir': name the stores or the table", {
    code: 'monitor.twoSources',
  });
}
