import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, isAbsent } from './files.ts';
import { troubleText } from './system-errors.ts';

/** A file that says what the system runs, and when: a crontab, or a systemd unit. */
export interface Schedule {
  where: string;
  text: string;
  /** Why it could not be read; then the text is empty. */
  problem?: string;
}

/** In bytes. No real crontab is longer. */
const LONGEST = 1 << 20;

/** This user's crontab, the system's crontabs, and the systemd units, as far as they can be read. Changes nothing. */
export function readSchedules(etc = '/etc'): Schedule[] {
  const own = readOwn();
  return [
    ...own,
    ...readText(join(etc, 'crontab')),
    ...filesIn(join(etc, 'cron.d'), /^[A-Za-z0-9_-]+$/),
    ...filesIn(join(etc, 'systemd/system'), /\.service$/),
  ];
}

/** It is not a problem if the user has no crontab or the system has no cron. */
function readOwn(): Schedule[] {
  const where = 'crontab -l';
  const options = { encoding: 'utf8', maxBuffer: LONGEST, env: { ...process.env, LC_ALL: 'C' } } as const;
  const { status, stdout, stderr, error } = spawnSync('crontab', ['-l'], options);
  if (status === 0) return [{ where, text: stdout }];
  if (error) return isAbsent(error) ? [] : [{ where, text: '', problem: troubleText(error) }];
  const [said = ''] = stderr.split('\n');
  return /\bno crontab\b|No such file/.test(said)
    ? []
    : [{ where, text: '', problem: said || `exit code ${status}` }];
}

/** cron itself ignores other names, such as backups and what package managers leave. */
function filesIn(folder: string, name: RegExp): Schedule[] {
  try {
    const names = readdirSync(folder).filter((found) => name.test(found));
    return names.toSorted().flatMap((found) => readText(join(folder, found)));
  } catch (error) {
    return unread(folder, error);
  }
}

function readText(path: string): Schedule[] {
  try {
    return [{ where: path, text: readFileSync(path, 'utf8').slice(0, LONGEST) }];
  } catch (error) {
    return unread(path, error);
  }
}

/** Nothing if there is no file, or it is a folder; otherwise a schedule that could not be read. */
function unread(where: string, error: unknown): Schedule[] {
  if (isAbsent(error) || errorCode(error) === 'EISDIR') return [];
  return [{ where, text: '', problem: error instanceof Error ? troubleText(error) : String(error) }];
}
