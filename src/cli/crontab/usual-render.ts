import { DEFAULT_SITE, DEFAULT_STORE, REFRESH_SECONDS } from '../../platform/defaults.ts';
import type { RenderOptions } from '../commands/render-output.ts';

const FOLDERS: ReadonlyMap<string, 'dataDir' | 'siteDir'> = new Map([
  ['--data-dir', 'dataDir'],
  ['--output-dir', 'dataDir'],
  ['--site-dir', 'siteDir'],
]);
const FLAGS: ReadonlyMap<string, 'quiet' | 'json' | 'full' | 'replace' | 'allowOtherOwner'> = new Map([
  ['--quiet', 'quiet'],
  ['--json', 'json'],
  ['--full', 'full'],
  ['--replace', 'replace'],
  ['--allow-other-owner', 'allowOtherOwner'],
]);

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
    dataDir: env['MONITOR_DATA_DIR'] ?? DEFAULT_STORE,
    siteDir: DEFAULT_SITE,
    refresh: REFRESH_SECONDS,
  };
  const given = new Set<string>();
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    const name = FLAGS.get(word) ?? FOLDERS.get(word) ?? (word === '--days' ? 'days' : undefined);
    if (name === undefined || given.has(name)) return undefined;
    given.add(name);
    const flag = FLAGS.get(word);
    if (flag) {
      options[flag] = true;
      continue;
    }
    const folder = FOLDERS.get(word);
    const value = rest[i + 1];
    if (word === '--days' && isDays(value)) {
      options.days = Number(value);
      i++;
      continue;
    }
    if (!folder || value === undefined || value === '' || value.startsWith('-')) return undefined;
    options[folder] = value;
    i++;
  }
  // Commander reports the error.
  return options.dataDir === '' ? undefined : options;
}

/** Commander reports any other. */
function isDays(value: string | undefined): boolean {
  return value !== undefined && /^[1-9]\d{0,3}$/.test(value);
}
