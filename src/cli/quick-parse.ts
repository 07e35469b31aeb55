import { hasNothingNew } from '../ingest/quiet.ts';
import { Tally } from '../ingest/tally.ts';
import { DEFAULT_LOG, discoverLogs, isGlob } from '../logs/discover.ts';
import { nodeFiles } from '../platform/files.ts';
import { parseLine } from '../report/parse-line.ts';
import { parseJson } from './parse-json.ts';
import { findStore } from '../store/store.ts';

/** What of `parse`'s options a run with nothing new needs. */
export interface QuickArguments {
  dir: string;
  logPaths: string[];
  output: 'line' | 'json' | 'none';
}

/**
 * Most runs that cron starts find nothing new. They are answered here, before the rest of the program is even loaded:
 * that takes longer than they do. Returns what to print; undefined where the long way must be gone, which it must
 * wherever there is something to do, to refuse, or to complain about.
 */
export async function quickParse(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: () => boolean,
): Promise<string | undefined> {
  const quick = quickArguments(argv, env);
  // A person at a terminal is shown the whole store.
  if (!quick || (quick.output === 'line' && isTerminal())) return undefined;
  try {
    const { logs, missing } = await discoverLogs(nodeFiles, quick.logPaths);
    const store = findStore(nodeFiles, quick.dir);
    if (!store || logs.length === 0 || missing.length > 0) return undefined;
    if (!(await hasNothingNew(nodeFiles, store, logs))) return undefined;
  } catch {
    // The long way meets the same error, and says it.
    return undefined;
  }
  if (quick.output === 'none') return '';
  const nothing = new Tally([]).result();
  return quick.output === 'json' ? parseJson(nothing) : parseLine(nothing);
}

/** Flags that name what the store was made with are checked against it on the long way. */
const VALUES = new Set(['--log-path', '--output-dir', '--data-dir', '--prices']);

/** The usual arguments of `monitor parse`, read as Commander reads them; undefined for any others. */
export function quickArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): QuickArguments | undefined {
  const [command, ...rest] = argv;
  if (command !== 'parse') return undefined;
  let dir = env['MONITOR_DATA_DIR'] ?? './sessions';
  const logPaths: string[] = [];
  const flags = new Set<string>();
  for (let i = 0; i < rest.length; i++) {
    const flag = rest[i] ?? '';
    if (flag === '--quiet' || flag === '--json') {
      flags.add(flag);
      continue;
    }
    const value = rest[i + 1];
    if (!VALUES.has(flag) || value === undefined || value === '' || value.startsWith('-')) return undefined;
    i++;
    if (flag === '--output-dir' || flag === '--data-dir') dir = value;
    if (flag !== '--log-path') continue;
    logPaths.push(value);
    for (; rest[i + 1] !== undefined && !rest[i + 1]?.startsWith('-'); i++) logPaths.push(rest[i + 1] ?? '');
  }
  // A glob's library is not loaded here.
  if (dir === '' || logPaths.some((path) => path === '' || isGlob(path))) return undefined;
  return {
    dir,
    logPaths: logPaths.length > 0 ? logPaths : [DEFAULT_LOG],
    output: flags.has('--json') ? 'json' : flags.has('--quiet') ? 'none' : 'line',
  };
}
