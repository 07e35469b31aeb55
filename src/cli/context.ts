import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { readSchedules, type Schedule } from '../platform/schedules.ts';

/** All that a command knows of the process it runs in. */
export interface Context {
  /** Writes to stdout and waits until it is taken. Throws ClosedOutput when nobody reads any more. */
  write: (text: string) => Promise<void>;
  /** Writes to stderr. */
  warn: (text: string) => void;
  env: Readonly<Record<string, string | undefined>>;
  stdoutIsTerminal: boolean;
  stderrIsTerminal: boolean;
  /** Asks whoever sits at the terminal: whether the answer is yes. Undefined where nobody does. */
  confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Columns of the terminal; 80 where stdout is none. */
  columns: number;
  /** Lines of the terminal; 24 where stdout is none. */
  rows: number;
  colourLevel: ColourLevel;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** The system's zone, an IANA name. */
  timeZone: string;
  /** What the system runs by itself: crontabs, and systemd's units. */
  schedules: () => Schedule[];
  /** Node, and the program's file: absolute paths, by which a crontab can start it. */
  program: { node: string; script: string };
}

/** Of chalk: none, 16, 256, all colours. */
export type ColourLevel = 0 | 1 | 2 | 3;

/** stdout's reader went away, as `head` does: no fault, and nothing more to say. */
export class ClosedOutput extends Error {}

/** The one place that reads the process. */
export function readContext(): Context {
  const { env } = process;
  // Whatever takes time to look up is looked up when it is asked for: a run with nothing new asks for none of it.
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        heard(process.stdout).write(text, (error) => {
          if (!error) resolve();
          else reject('code' in error && error.code === 'EPIPE' ? new ClosedOutput() : error);
        });
      }),
    warn: (text) => void heard(process.stderr).write(text),
    env,
    get stdoutIsTerminal() {
      return isatty(1);
    },
    get stderrIsTerminal() {
      return isatty(2);
    },
    get confirm() {
      return isatty(0) && isatty(2) ? askAtTerminal : undefined;
    },
    get columns() {
      return columnsOf(env['COLUMNS'], isatty(1) ? process.stdout.columns : undefined);
    },
    get rows() {
      return (isatty(1) && process.stdout.rows) || 24;
    },
    get colourLevel() {
      return colourLevelOf(env, isatty(1) ? process.stdout.getColorDepth() : 1);
    },
    now: Date.now(),
    get timeZone() {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
      return systemZone(timeZone, new Date().getTimezoneOffset());
    },
    schedules: () => readSchedules(),
    program: { node: process.execPath, script: resolve(process.argv[1] ?? '') },
  };
}

/** Everything but a `y` is a no: Ctrl-C, Ctrl-D, Enter. */
async function askAtTerminal(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
    terminal.question(question, resolve);
  });
  terminal.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

/** A failed write also comes as an event, which would end the process if nobody heard it. */
function heard(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
}

/** The terminal's columns, else COLUMNS, else 80; at least 30, which the longest label needs. */
export function columnsOf(named: string | undefined, terminal: number | undefined): number {
  const columns = terminal || (/^\d{1,5}$/.test(named ?? '') ? Number(named) : 0) || 80;
  return Math.max(30, columns);
}

/** FORCE_COLOR says more than NO_COLOR (as in Node), and both more than the terminal's own depth in bits. */
export function colourLevelOf(env: Context['env'], depth: number): ColourLevel {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 0;
    return forced === '2' ? 2 : forced === '3' ? 3 : 1;
  }
  if ((env['NO_COLOR'] ?? '') !== '' || depth < 4) return 0;
  return depth >= 24 ? 3 : depth >= 8 ? 2 : 1;
}

/**
 * Intl names no zone where TZ is no IANA name (`CST-8` is usual in containers): then the system's present offset,
 * in minutes that UTC is ahead, as a zone of whole hours.
 */
export function systemZone(named: string | undefined, offsetMinutes: number): string {
  if (named !== undefined && named !== 'Etc/Unknown' && isKnownZone(named)) return named;
  const hours = Math.round(offsetMinutes / 60);
  return hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '+' : ''}${hours}`;
}

/** Intl names zones that it refuses: `GMT+08:00` for `TZ=GMT+8`. */
function isKnownZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Pieces gathered into writes of this many characters. */
const CHUNK = 65_536;

/**
 * Writes a text that is made piece by piece, at the speed of its reader. An empty piece says that making the next
 * one takes its time: `pause` is called.
 */
export async function writeAll(
  context: Pick<Context, 'write'>,
  pieces: Iterable<string>,
  pause?: () => Promise<void>,
): Promise<void> {
  let chunk = '';
  for (const piece of pieces) {
    if (piece === '') await pause?.();
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    await context.write(chunk);
    chunk = '';
  }
  if (chunk !== '') await context.write(chunk);
}
