import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { printableJson } from '../platform/clean-text.ts';
import { errorCode } from '../platform/errors.ts';
import { readSchedules, type Schedule } from '../platform/schedules.ts';

/** Everything that a command knows about its process. */
export interface Context {
  /** Writes to stdout and waits until the text is taken. Throws ClosedOutput if the reader went away. */
  write: (text: string) => Promise<void>;
  /** Writes to stderr. */
  warn: (text: string) => void;
  env: Readonly<Record<string, string | undefined>>;
  stdoutIsTerminal: boolean;
  stderrIsTerminal: boolean;
  /** Asks a yes-or-no question at the terminal. Undefined if there is no terminal. */
  confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Columns of the terminal; 80 if stdout is not one. */
  columns: number;
  /** Lines of the terminal; 24 if stdout is not one. */
  rows: number;
  colourLevel: ColourLevel;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** The system's zone, an IANA name. */
  timeZone: string;
  /** Crontabs and systemd units. */
  schedules: () => Schedule[];
  /** Absolute paths of Node and of the program's file, for a crontab. */
  program: { node: string; script: string };
}

/** A level of chalk: no colors, 16, 256, all. */
export type ColourLevel = 0 | 1 | 2 | 3;

/** The reader of stdout went away, as `head` does. This is not an error. */
export class ClosedOutput extends Error {}

/** The one place that reads the process. */
export function readContext(): Context {
  const { env } = process;
  // What takes time to look up is looked up when needed: a run with nothing new needs none of it.
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        heard(process.stdout).write(text, (error) => {
          if (!error) resolve();
          else if (errorCode(error) === 'EPIPE') reject(new ClosedOutput());
          else reject(Object.assign(error, { path: 'the output' }));
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

/** Anything but `y` or `yes` is a no, also Ctrl-C, Ctrl-D and Enter. */
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

/** A failed write also emits an error event, which would end the process without a listener. */
function heard(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
}

/** The terminal's columns, else COLUMNS, else 80; at least 30, for the longest label. */
export function columnsOf(named: string | undefined, terminal: number | undefined): number {
  const columns = terminal || (/^\d{1,5}$/.test(named ?? '') ? Number(named) : 0) || 80;
  return Math.max(30, columns);
}

/** FORCE_COLOR overrides NO_COLOR, as in Node; both override the terminal's depth in bits. */
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
 * If TZ is not an IANA name (`CST-8` is common in containers), Intl knows no zone. Then a zone of whole hours is made of
 * the system's current offset: minutes that UTC is ahead.
 */
export function systemZone(named: string | undefined, offsetMinutes: number): string {
  if (named !== undefined && named !== 'Etc/Unknown' && isKnownZone(named)) return named;
  const hours = Math.round(offsetMinutes / 60);
  return hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '+' : ''}${hours}`;
}

/** Intl reports zones that it does not accept: `GMT+08:00` for `TZ=GMT+8`. */
function isKnownZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Pieces are joined into writes of this many characters. */
const CHUNK = 65_536;

/**
 * Writes a text that is generated piece by piece, at the speed of its reader. An empty piece means that the next one will
 * take long to generate: `pause` is called.
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

/** Writes JSON, whole or piece by piece. A terminal may show it, so it has no hostile characters. */
export async function writeJson(
  context: Pick<Context, 'write'>,
  json: string | Iterable<string>,
): Promise<void> {
  await writeAll(context, printablePieces(typeof json === 'string' ? [json] : json));
}

/** Pieces of JSON, without hostile characters. A piece never ends inside a character. */
export function* printablePieces(pieces: Iterable<string>): Generator<string> {
  for (const piece of pieces) yield printableJson(piece);
}
