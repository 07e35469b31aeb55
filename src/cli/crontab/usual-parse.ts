import { isGlob } from '../../logs/discover.ts';
import { DEFAULT_STORE, MOST_JOBS } from '../../platform/defaults.ts';
import { DEFAULT_LOG } from '../../platform/log-places.ts';
import type { ParseOptions as Request } from '../../ingest/options.ts';
import type { ParseOutput } from '../commands/parse-once.ts';

/** A run as crontabs start it. */
export interface UsualParse {
  request: Request;
  output: ParseOutput;
  /** `--quiet` was given, alone or with `--json`. */
  isUpToDate: boolean;
}

const VALUES = new Set(['--log-path', '--data-dir', '--prices', '--jobs']);

/**
 * The usual arguments of `monitor parse`, read as Commander reads them; undefined for any others, and for a repeated
 * option, so that Commander reports it. Cron starts most runs, and most find nothing new: loading Commander would take
 * longer than the run.
 */
export function usualParse(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): UsualParse | undefined {
  const [command, ...rest] = argv;
  if (command !== 'parse') return undefined;
  let dir = env['MONITOR_DATA_DIR'] ?? DEFAULT_STORE;
  let pricesPath = env['MONITOR_PRICES'];
  let jobs: string | undefined;
  const logPaths: string[] = [];
  const given = new Set<string>();
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    const flag = word === '--output-dir' ? '--data-dir' : word;
    if (given.has(flag) && flag !== '--log-path') return undefined;
    given.add(flag);
    if (flag === '--quiet' || flag === '--json') continue;
    const value = rest[i + 1];
    if (!VALUES.has(flag) || value === undefined || value === '' || value.startsWith('-')) return undefined;
    i++;
    if (flag === '--data-dir') dir = value;
    if (flag === '--prices') pricesPath = value;
    if (flag === '--jobs') jobs = value;
    if (flag !== '--log-path') continue;
    logPaths.push(value);
    for (; rest[i + 1] !== undefined && !rest[i + 1]?.startsWith('-'); i++) logPaths.push(rest[i + 1] ?? '');
  }
  if (jobs !== undefined && !(/^\d{1,3}$/.test(jobs) && Number(jobs) >= 1 && Number(jobs) <= MOST_JOBS))
    return undefined;
  // Commander reports the errors; a glob needs a library that is not loaded here.
  if (dir === '' || pricesPath === '' || logPaths.some((path) => path === '' || isGlob(path)))
    return undefined;
  return {
    request: {
      dir,
      logPaths: logPaths.length > 0 ? logPaths : [DEFAULT_LOG],
      pricesPath,
      filters: {},
      now: Date.now,
      threads: { jobs: jobs === undefined ? undefined : Number(jobs) },
    },
    output: given.has('--json') ? 'json' : given.has('--quiet') ? 'none' : 'line',
    isUpToDate: given.has('--quiet'),
  };
}
