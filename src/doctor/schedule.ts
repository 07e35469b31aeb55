import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { DEFAULT_STORE } from '../platform/defaults.ts';
import type { Schedule } from '../platform/schedules.ts';
import { wordsOf } from './command-line.ts';
import type { Check, Entry } from './look.ts';

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
  const named = given === undefined ? unquote(inline ?? fromEnvironment ?? DEFAULT_STORE) : atHome(given);
  return resolve(from, named);
}

function optionOf(line: string, name: string): string | undefined {
  const words = wordsOf(line);
  const at = words.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  return words[at]?.includes('=') ? words[at].slice(name.length + 3) : words[at + 1 || Infinity];
}

function unquote(word: string): string {
  return atHome(word.replaceAll(/^["']|["']$/g, ''));
}

function atHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, homedir());
}

export const scheduleCheck: Check = {
  codes: ['no-schedule', 'other-schedule'],
  find({ entries, dir, crontabLine, unseenSchedules }) {
    if (entries.some((entry) => entry.dir === resolve(dir))) return [];
    const unseen = unseenSchedules.length > 0 ? ` Not looked at: ${unseenSchedules.join(', ')}.` : '';
    const setting = crontabLine === undefined ? {} : { setting: crontabLine };
    const broken =
      crontabLine === undefined ? ' A path contains a line break, which a crontab cannot hold.' : '';
    const [other] = entries;
    if (!other) {
      return [
        {
          code: 'no-schedule',
          area: 'schedule',
          severity: 'note',
          what: `no crontab and no systemd unit that this user can read runs monitor parse.${unseen}`,
          where: 'crontab -l',
          fix: `Run it every minute: by crontab -e, or a systemd timer.${broken}`,
          ...setting,
        },
      ];
    }
    return [
      {
        code: 'other-schedule',
        area: 'schedule',
        severity: 'warning',
        what: `monitor parse runs for another store (${other.dir}), and not for ${resolve(dir)}.${unseen}`,
        where: other.where,
        fix: `Use the other store, with --data-dir ${other.dir}, or run parse for this one as well.${broken}`,
        ...setting,
      },
    ];
  },
};
