import type { SpokenContext } from '../../src/cli/language.ts';
import { buildProgram } from '../../src/cli/program.ts';
import * as en from '../../src/texts/en.ts';

const SILENT: SpokenContext = {
  write: () => Promise.resolve(),
  warn: () => {},
  env: {},
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
  columns: 80,
  rows: 24,
  schedules: () => [],
  program: { node: '/usr/bin/node', script: '/usr/local/bin/monitor' },
  colourLevel: 0,
  now: 0,
  timeZone: 'UTC',
  texts: en,
};

/** How Commander parses a command's arguments; undefined if it rejects them. */
export function longWay<T extends object>(argv: readonly string[]): T | undefined {
  const program = buildProgram(SILENT, () => {});
  const command = program.commands.find((known) => known.name() === argv[0]);
  try {
    command?.action(() => {});
    program.parse(argv, { from: 'user' });
    return command?.opts<T>();
  } catch {
    return undefined;
  }
}
