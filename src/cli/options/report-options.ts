import { InvalidArgumentError, Option } from 'commander';
import { GROUP_KEYS, type GroupKey } from '../../query/group-keys.ts';
import { currencyOption } from './store-options.ts';
import { MOST_DAYS, timeZoneParser, wholeNumber } from './values.ts';

/** What reports have in common. */
export interface ReportOptions {
  dataDir: string;
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

export function sinceOption(): Option {
  return new Option('--since <time>', 'Start of the period: a date or an ISO 8601 time');
}

export function untilOption(): Option {
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

export function daysOption(): Option {
  return new Option('--days <n>', 'The last n days, including today')
    .argParser(wholeNumber(1, MOST_DAYS))
    .conflicts(['since', 'until']);
}

export function modelOption(): Option {
  return new Option('--model <name>', 'Only rounds of this model (whole name, in any case)');
}

export function consumerOption(): Option {
  return new Option('--consumer <name>', 'Only rounds of this consumer (whole name, in any case)');
}

/** `--group-by model,date` */
export function groupByOption(what: string): Option {
  return new Option('--group-by <keys>', `${what}: ${GROUP_KEYS.join(', ')}`).argParser((text) =>
    groupKeys(text),
  );
}

/** `--group-by` of an export: keys, or just `round`. */
export function groupByOrRoundOption(): Option {
  return new Option(
    '--group-by <keys>',
    `One row for each combination of ${GROUP_KEYS.join(', ')}; or for each round`,
  ).argParser((text) => (text.trim().toLowerCase() === 'round' ? 'round' : groupKeys(text, '; or round')));
}

function groupKeys(text: string, or = ''): GroupKey[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const keys = GROUP_KEYS.filter((key) => names.includes(key));
  if (names.every((name) => keys.some((key) => key === name)) && new Set(names).size === names.length)
    return keys.toSorted((a, b) => names.indexOf(a) - names.indexOf(b));
  throw new InvalidArgumentError(`It must be one or more of ${GROUP_KEYS.join(',')}, each once${or}.`);
}
