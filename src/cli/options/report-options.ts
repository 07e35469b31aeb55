import { InvalidArgumentError, Option, type Command } from 'commander';
import { GROUP_KEYS } from '../../query/group-keys.ts';
import { currencyOption } from './store-options.ts';
import type { StoresOptions } from './stores-options.ts';
import { MOST_DAYS, timeZoneParser, wholeNumber } from './values.ts';

/** What reports have in common. */
export interface ReportOptions extends StoresOptions {
  json?: true;
  timezone?: string;
  /** Exit with code 1 if the total includes unpriced rounds. */
  strict?: true;
  /** `none`: each cost in its own currency; undefined: the store's setting. */
  currency?: string;
}

export interface PeriodOptions {
  days?: number;
  since?: string;
  until?: string;
}

function sinceOption(): Option {
  return new Option('--since <time>', 'Start of the period: a date or an ISO 8601 time');
}

function untilOption(): Option {
  return new Option('--until <time>', 'End of the period; a date includes that day');
}

export function timeZoneOption(): Option {
  return new Option('--timezone <zone>', "Time zone for dates and times (default: the system's)").argParser(
    timeZoneParser,
  );
}

export function reportCurrencyOption(): Option {
  return currencyOption(
    "Convert costs to this currency, or 'none' to convert nothing (default: the store's)",
  );
}

export function strictOption(): Option {
  return new Option('--strict', 'Exit with code 1 if the total includes unpriced rounds');
}

export function jsonOption(): Option {
  return new Option('--json', 'Print one JSON document; times are in UTC');
}

/** The options of PeriodOptions, and the time zone of their dates. */
export function addPeriodOptions(command: Command): Command {
  return command
    .addOption(daysOption())
    .addOption(sinceOption())
    .addOption(untilOption())
    .addOption(timeZoneOption());
}

function daysOption(): Option {
  return new Option('--days <n>', 'The last n days, including today')
    .argParser(wholeNumber(1, MOST_DAYS))
    .conflicts(['since', 'until']);
}

const KEYS = `${GROUP_KEYS.join(', ')}, service_tier, or a dimension of the store`;

/** `--group-by model,date` */
export function groupByOption(what: string): Option {
  return new Option('--group-by <keys>', `${what}: ${KEYS}`).argParser(groupNames);
}

/** The same instead of the command's own key. */
export function groupByInsteadOption(): Option {
  return new Option('--group-by <keys>', `Keys, separated by commas (default: model): ${KEYS}`).argParser(
    groupNames,
  );
}

/** `--group-by` of an export: keys, or just `round`. */
export function groupByOrRoundOption(): Option {
  return new Option(
    '--group-by <keys>',
    `One row for each combination of keys: ${KEYS}; or round, for each round`,
  ).argParser((text) => {
    const names = groupNames(text);
    if (!names.some((name) => name.trim().toLowerCase() === 'round')) return names;
    if (names.length === 1) return 'round';
    throw new InvalidArgumentError('It cannot be both keys and round.');
  });
}

/** Names of keys. Only the store knows whether they exist. */
function groupNames(text: string): string[] {
  const names = text.split(',');
  if (names.every((name) => name.trim() !== '')) return names;
  throw new InvalidArgumentError(`It must be a comma-separated list of keys: ${KEYS}.`);
}
