import type { Files } from './files.ts';

const SYSTEM_ZONE = '/etc/localtime';

/**
 * Says where the system's time zone comes from. As long as this stays the same, so does the zone. To ask Intl for its name
 * takes 17 ms, a quarter of starting Node.
 */
export function zoneKey(files: Pick<Files, 'real' | 'stat'>, tz: string | undefined): string {
  if (tz !== undefined) return `TZ=${tz}`;
  const facts = files.stat(SYSTEM_ZONE);
  return `${files.real(SYSTEM_ZONE)} ${facts?.size} ${facts?.mtime}`;
}
