import { resolve } from 'node:path';
import { DEFAULT_STORE } from '../platform/defaults.ts';
import { homeFolder } from '../platform/home.ts';
import type { Schedule } from '../platform/schedules.ts';
import { wordsOf } from './command-line.ts';

/** A line of a crontab, or of a unit, that runs `monitor parse`. */
export interface Entry {
  where: string;
  line: string;
  /** The store that it writes to, absolute. */
  dir: string;
}

const RUNS_PARSE = /(?:monitor(?:\.m?js)?|agent-session-monitor)["']?\s+parse\b/;

/** The lines that run `monitor parse`, without comments. `home`: where cron starts a command. */
export function findEntries(schedules: readonly Schedule[], home = homeFolder()): Entry[] {
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
  return path.replace(/^~(?=\/|$)/, homeFolder());
}
