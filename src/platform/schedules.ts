import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text that says what the system runs by itself, and when: a crontab, or a systemd unit. */
export interface Schedule {
  where: string;
  text: string;
}

/** More is no crontab. */
const LONGEST = 1 << 20;

/** This user's crontab, the system's, and the units of systemd, as far as they can be read. Changes nothing. */
export function readSchedules(etc = '/etc'): Schedule[] {
  const { status, stdout } = spawnSync('crontab', ['-l'], { encoding: 'utf8', maxBuffer: LONGEST });
  const own = status === 0 ? [{ where: 'crontab -l', text: stdout }] : [];
  const paths = [
    join(etc, 'crontab'),
    ...filesIn(join(etc, 'cron.d'), /^[A-Za-z0-9_-]+$/),
    ...filesIn(join(etc, 'systemd/system'), /\.service$/),
  ];
  return [...own, ...paths.flatMap(readText)];
}

/** cron reads only files of such names: no backups, no packages' leftovers. */
function filesIn(folder: string, name: RegExp): string[] {
  try {
    const names = readdirSync(folder).filter((found) => name.test(found));
    return names.toSorted().map((found) => join(folder, found));
  } catch {
    return [];
  }
}

function readText(path: string): Schedule[] {
  try {
    return [{ where: path, text: readFileSync(path, 'utf8').slice(0, LONGEST) }];
  } catch {
    return [];
  }
}
