import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_SITE, DEFAULT_STORE } from '../../platform/defaults.ts';
import { DEFAULT_LOG } from '../../platform/log-places.ts';
import { REDACT_KINDS, type RedactKind } from '../../redact/pattern.ts';
import { isCurrency, NO_CURRENCY, PRICE_LISTS, type PriceList } from '../../store/pricing-settings.ts';

/** What `parse` and `watch` are told of logs and store. */
export interface StoreOptions {
  logPath: string[];
  dataDir: string;
  stateFile?: string;
  sessionKey?: string;
  since?: string;
  prices?: string;
  priceList?: PriceList;
  /** `none`: each cost in its own. */
  currency?: string;
  /** false: --no-content */
  content: boolean;
  /** true: without a list of kinds. */
  redact?: RedactKind[] | true;
  redactPatterns?: string;
}

/** The store's directory: two names for one option. */
export function dataDirOption(): Option {
  return new Option('--output-dir, --data-dir <dir>', 'the store')
    .env('MONITOR_DATA_DIR')
    .default(DEFAULT_STORE)
    .argParser(parseDir);
}

/** The logs of `parse`, and of what looks at them. */
function logPathOption(): Option {
  return new Option(
    '--log-path <path|glob...>',
    'the access log; its rotated siblings are found by themselves',
  ).default([DEFAULT_LOG]);
}

export function pricesOption(): Option {
  return new Option(
    '--prices <file>',
    "your prices, which override the built-in ones; kept by the store until another file or 'none' is given",
  ).env('MONITOR_PRICES');
}

export function priceListOption(): Option {
  return new Option(
    '--price-list <list>',
    'which built-in prices come first: intl (USD), or cn, for mainland China in CNY; kept by the store until changed',
  ).choices(PRICE_LISTS);
}

/** `--currency CNY`, or `none`. */
export function currencyOption(what: string): Option {
  return new Option('--currency <code>', what).argParser(parseCurrency);
}

/** What fills a store: the logs, and what is part of the store. */
export function withStore(command: Command): Command {
  return command
    .addOption(logPathOption())
    .addOption(dataDirOption())
    .option('--state-file <path>', 'where the read offsets are kept (default: .state.json in the store)')
    .option('--session-key <id>', 'store only this session (part of the store, for good)')
    .option('--since <time>', 'store only rounds from this time on (part of the store, for good)')
    .addOption(pricesOption())
    .addOption(priceListOption())
    .addOption(currencyOption('the default currency of reports; kept by the store until changed'))
    .option('--no-content', 'store numbers only, no text (part of the store, for good)')
    .option(
      '--redact [kinds]',
      'store [redacted:<kind>] in place of secrets; or of a list of secrets,email,phone,card (part of the store, for good)',
      redactKinds,
    )
    .option(
      '--redact-patterns <file>',
      'store [redacted:<name>] in place of what your own patterns match (part of the store, for good)',
    );
}

/** Where the site is. */
export function siteDirOption(): Option {
  return new Option('--site-dir <dir>', 'the site').default(DEFAULT_SITE);
}

function parseDir(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must be the path of a directory.');
  return text;
}

function parseCurrency(text: string): string {
  const code = text.toUpperCase();
  if (code === 'NONE') return NO_CURRENCY;
  if (isCurrency(code)) return code;
  throw new InvalidArgumentError("It must be the code of a currency, such as CNY or USD, or 'none'.");
}

/** Kinds of what is to be redacted, separated by commas; in the same order however they were given. */
function redactKinds(text: string): RedactKind[] {
  const given = new Set<string>(text.split(',').map((kind) => kind.trim()));
  const known = REDACT_KINDS.filter((kind) => given.delete(kind));
  if (given.size > 0 || known.length === 0)
    throw new InvalidArgumentError(
      `It must be a list of ${REDACT_KINDS.join(', ')}, with commas between them.`,
    );
  return known;
}
