import { DEFAULT_SITE, DEFAULT_STORE, REFRESH_SECONDS } from '../../platform/defaults.ts';
import type { RenderOptions } from '../commands/render-output.ts';

const VALUES: ReadonlyMap<string, 'dataDir' | 'siteDir' | 'days'> = new Map([
  ['--data-dir', 'dataDir'],
  ['--output-dir', 'dataDir'],
  ['--site-dir', 'siteDir'],
  ['--days', 'days'],
]);
const FLAGS: ReadonlyMap<string, 'quiet' | 'json' | 'full' | 'replace' | 'allowOtherOwner'> = new Map([
  ['--quiet', 'quiet'],
  ['--json', 'json'],
  ['--full', 'full'],
  ['--replace', 'replace'],
  ['--allow-other-owner', 'allowOtherOwner'],
]);

/** Commander reports any other. */
const DAYS = /^[1-9]\d{0,3}$/;

/**
 * The usual arguments of `monitor render`, read as Commander reads them; undefined for any others, and for a repeated
 * option, so that Commander reports it. Cron starts most renders, and most write few pages: loading Commander would take
 * a good part of the time.
 */
export function usualRender(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): RenderOptions | undefined {
  const [command, ...rest] = argv;
  if (command !== 'render') return undefined;
  const options: RenderOptions = {
    dataDir: [],
    siteDir: DEFAULT_SITE,
    refresh: REFRESH_SECONDS,
  };
  const given = new Set<string>();
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    const flag = FLAGS.get(word);
    const name = flag ?? VALUES.get(word);
    // Of several stores, each is named.
    if (name === undefined || (given.has(name) && name !== 'dataDir')) return undefined;
    given.add(name);
    if (flag) {
      options[flag] = true;
      continue;
    }
    const value = rest[++i];
    if (value === undefined || value === '' || value.startsWith('-')) return undefined;
    if (name === 'dataDir') options.dataDir.push(value);
    else if (name === 'siteDir') options.siteDir = value;
    else if (DAYS.test(value)) options.days = Number(value);
    else return undefined;
  }
  if (options.dataDir.length === 0) options.dataDir = [env['MONITOR_DATA_DIR'] ?? DEFAULT_STORE];
  // Commander reports the error.
  return options.dataDir.includes('') ? undefined : options;
}
