import { resolve } from 'node:path';
import { shellWord } from '../platform/system-errors.ts';

/** The arguments of a parse. */
export interface ParseCall {
  dir: string;
  logPaths: readonly string[];
  pricesPath: string | undefined;
}

/** The absolute paths of the running program. */
export interface Program {
  node: string;
  script: string;
}

/** The command that stores what is new, for a shell. */
export function parseCommandOf(call: ParseCall): string {
  const words = ['monitor', ...parseWords(call)];
  return words.map(shellWord).join(' ');
}

/**
 * The same as a line of a crontab, which works from any folder and with cron's short PATH. Undefined where a path has
 * a line break, which a crontab cannot hold.
 */
export function crontabLineOf(call: ParseCall, { node, script }: Program): string | undefined {
  const words = [node, script, ...parseWords(call), '--quiet'];
  if (words.some((word) => /[\n\r]/.test(word))) return undefined;
  // Character by character: cron turns % into a line break, even in quotes, unless it is \%.
  const quoted = words.map((word) => word.replaceAll(/[^\w@+=:,./\u0080-\uffff-]/g, String.raw`\$&`));
  return `* * * * * ${quoted.join(' ')}`;
}

function parseWords({ dir, logPaths, pricesPath }: ParseCall): string[] {
  const logs = logPaths.map((path) => resolve(path));
  const prices = pricesPath === undefined ? [] : ['--prices', resolve(pricesPath)];
  return ['parse', '--log-path', ...logs, '--output-dir', resolve(dir), ...prices];
}

/** The words of a command, split as a shell does, with quotes and backslashes removed and nothing expanded. */
export function wordsOf(command: string): string[] {
  const words: string[] = [];
  for (const [word] of command.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+/gs)) {
    words.push(
      word.replaceAll(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs, (_, escaped, double, single) =>
        String(escaped ?? single ?? String(double).replaceAll(/\\(["\\$`])/g, '$1')),
      ),
    );
  }
  return words;
}
