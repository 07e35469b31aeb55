import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { Schedule } from '../../platform/schedules.ts';
import type { Finding } from './finding.ts';
import type { Check } from './look.ts';

/** A line of a crontab, or of a unit, that runs `monitor parse`. */
export interface Entry {
  where: string;
  line: string;
  /** The store that it writes to, absolute. */
  dir: string;
}

const RUNS_PARSE = /(?:monitor(?:\.m?js)?|agent-session-monitor)["']?\s+parse\b/;

/** The entries that run `monitor parse`; comments are none. `home` is where cron starts a command. */
export function findEntries(schedules: readonly Schedule[], home = homedir()): Entry[] {
  return schedules.flatMap(({ where, text }) => {
    const lines = text.split('\n').map((line) => line.trim());
    const named = lines.findLast((line) => /^(?:Environment=["']?)?MONITOR_DATA_DIR\s*=/.test(line));
    const fromEnvironment = named?.replace(/^.*MONITOR_DATA_DIR\s*=\s*/, '');
    const folder = lines
      .findLast((line) => line.startsWith('WorkingDirectory='))
      ?.slice('WorkingDirectory='.length);
    return lines
      .filter((line) => !/^[#;]/.test(line) && RUNS_PARSE.test(line))
      .map((line) => ({ where, line, dir: storeOf(line, fromEnvironment, folder ?? home) }));
  });
}

function storeOf(line: string, fromEnvironment: string | undefined, folder: string): string {
  const given = optionOf(line, 'output-dir') ?? optionOf(line, 'data-dir');
  const [, inline] = /\bMONITOR_DATA_DIR=(\S+)/.exec(line) ?? [];
  const [, changed] = /\bcd\s+(\S+)/.exec(line) ?? [];
  const from = resolve(folder, unquote(changed ?? ''));
  return resolve(from, unquote(given ?? inline ?? fromEnvironment ?? './sessions'));
}

function optionOf(line: string, name: string): string | undefined {
  return new RegExp(`--${name}[= ]\\s*("[^"]*"|'[^']*'|\\S+)`).exec(line)?.[1];
}

function unquote(word: string): string {
  return word.replaceAll(/^["']|["']$/g, '').replace(/^~(?=\/|$)/, homedir());
}

export const scheduleCheck: Check = {
  codes: ['no-schedule', 'other-schedule'],
  find: ({ entries, dir, parseCommand }) => judgeSchedule(entries, dir, parseCommand),
};

/** Whether something runs `parse` for this store by itself. */
function judgeSchedule(entries: readonly Entry[], dir: string, parseCommand: string): Finding[] {
  if (entries.some((entry) => entry.dir === resolve(dir))) return [];
  const setting = `* * * * * ${parseCommand} --quiet`;
  const [other] = entries;
  if (!other) {
    const what = 'no crontab and no systemd unit that this user may read runs monitor parse.';
    const fix = 'Run it every minute: by crontab -e, or a systemd timer.';
    return [
      { code: 'no-schedule', area: 'schedule', severity: 'note', what, where: 'crontab -l', fix, setting },
    ];
  }
  const what = `monitor parse is run for another store (${other.dir}), and not for ${resolve(dir)}.`;
  const fix = `Ask the other store, with --data-dir ${other.dir}, or run parse for this one as well.`;
  return [
    { code: 'other-schedule', area: 'schedule', severity: 'warning', what, where: other.where, fix, setting },
  ];
}
