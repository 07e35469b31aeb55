import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_SITE, DEFAULT_STORE } from '../../platform/defaults.ts';
import { DEFAULT_LOG } from '../../platform/log-places.ts';
import { SingleOption } from './given-once.ts';
import { REDACT_KINDS, type RedactKind } from '../../redact/pattern.ts';
import { isCurrency, NO_CURRENCY, PRICE_LISTS, type PriceList } from '../../store/pricing-settings.ts';
import { isGatewayName } from '../../store/store.ts';

/** The options of `addStoreOptions`. */
export interface StoreOptions {
  logPath: string[];
  dataDir: string;
  stateFile?: string;
  sessionKey?: string;
  since?: string;
  prices?: string;
  priceList?: PriceList;
  /** `none`: each cost in its own currency. */
  currency?: string;
  /** false: --no-content */
  content: boolean;
  /** True: given without a list of kinds. */
  redact?: RedactKind[] | true;
  redactPatterns?: string;
  /** `none`: no names. */
  keep?: string[];
  drop?: string[];
  dimension?: string[];
  gateway?: string;
}

/** One option with two names. Reports have one for several stores: see addStoresOptions. */
export function dataDirOption(): Option {
  return new SingleOption('--output-dir, --data-dir <dir>', 'Store directory', ONE_STORE)
    .env('MONITOR_DATA_DIR')
    .default(DEFAULT_STORE)
    .argParser(parseDir);
}

const ONE_STORE = 'This command takes one store; only reports take several';

function logPathOption(): Option {
  return new Option(
    '--log-path <path|glob...>',
    'Access log to read; rotated logs are found automatically',
  ).default([DEFAULT_LOG], DEFAULT_LOG);
}

/** For commands that store rounds. */
export function storePricesOption(): Option {
  return pricesOption("Your price file, which overrides the built-in prices, or 'none'; kept by the store");
}

export function pricesOption(what: string): Option {
  return new Option('--prices <file>', what).env('MONITOR_PRICES');
}

/** `kept`: when the store keeps the setting. */
export function priceListOption(kept = 'kept by the store'): Option {
  return new Option(
    '--price-list <list>',
    `Built-in prices that come first: intl (USD) or cn (mainland China, CNY); ${kept}`,
  ).choices(PRICE_LISTS);
}

/** `--currency CNY`, or `none`. */
export function currencyOption(what: string): Option {
  return new Option('--currency <code>', what).argParser(parseCurrency);
}

/** The options of commands that store rounds: where the logs and the store are, and the store's settings. */
export function addStoreOptions(command: Command): Command {
  return command
    .addOption(logPathOption())
    .addOption(dataDirOption())
    .option(
      '--state-file <path>',
      'Where to keep the read offsets (fixed) (default: .state.json in the store)',
    )
    .option('--session-key <id>', 'Store only this session (fixed)')
    .option('--since <time>', 'Store only rounds at or after this date or ISO 8601 time (fixed)')
    .addOption(storePricesOption())
    .addOption(priceListOption())
    .addOption(currencyOption("Default currency of reports, or 'none' to convert nothing; kept by the store"))
    .option(
      '--dimension <name...>',
      'Also count usage by this attribute of ai_log or access-log field; kept by the store',
    )
    .option(
      '--keep <name...>',
      "Keep this attribute or access-log field in full; 'none' clears the list; kept by the store",
    )
    .option(
      '--drop <name...>',
      "Do not keep this attribute or access-log field (* matches any text); 'none' clears the list; kept by the store",
    )
    .addOption(
      new Option(
        '--gateway <name>',
        "Name of the gateway in reports (default: the folder's name); kept by the store",
      ).argParser(gatewayName),
    )
    .option('--no-content', 'Store numbers only, no text (fixed)')
    .option(
      '--redact [kinds]',
      'Replace secrets, or a list of secrets,email,phone,card,cn-id, with [redacted:<kind>] (fixed)',
      redactKinds,
    )
    .option('--redact-patterns <file>', 'Replace matches of your own patterns with [redacted:<name>] (fixed)')
    .addHelpText(
      'after',
      '\nOptions marked (fixed) are set when the store is created. Later runs can leave\nthem out but not change them.',
    );
}

export function siteDirOption(): Option {
  return new Option('--site-dir <dir>', 'Site directory').default(DEFAULT_SITE);
}

export function parseDir(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must be the path of a directory.');
  return text;
}

export function gatewayName(text: string): string {
  if (isGatewayName(text)) return text;
  throw new InvalidArgumentError('It must be a name on one line, of at most 128 characters.');
}

function parseCurrency(text: string): string {
  const code = text.toUpperCase();
  if (code === 'NONE') return NO_CURRENCY;
  if (isCurrency(code)) return code;
  throw new InvalidArgumentError("It must be a currency code, such as CNY or USD, or 'none'.");
}

/** Kinds of secrets, separated by commas; sorted, so that their order does not matter. */
export function redactKinds(text: string): RedactKind[] {
  const given = new Set<string>(text.split(',').map((kind) => kind.trim()));
  const known = REDACT_KINDS.filter((kind) => given.delete(kind));
  if (given.size > 0 || known.length === 0)
    throw new InvalidArgumentError(`It must be a comma-separated list of ${REDACT_KINDS.join(', ')}.`);
  return known;
}
