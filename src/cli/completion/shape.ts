import type { Argument, Command, Option } from 'commander';

/** What a shell needs to know of the program, read from the tree of commands. */
export interface ProgramShape {
  commands: CommandShape[];
}

export interface CommandShape {
  name: string;
  description: string;
  options: OptionShape[];
  /** What its first argument may be; undefined if it takes none. */
  argument: Values | undefined;
}

export interface OptionShape {
  /** Every way to write it: `-h`, `--help`. */
  flags: string[];
  description: string;
  /** Undefined: it needs no value. */
  values: Values | undefined;
}

/** What a shell can offer for a value. */
export type Values =
  | { kind: 'choices'; choices: readonly string[] }
  | { kind: 'files' }
  | { kind: 'folders' }
  /** Something only the user knows. */
  | { kind: 'any' };

export function shapeOf(program: Command): ProgramShape {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionShape), HELP],
    argument: argumentValues(command.registeredArguments[0]),
  }));
  const choices = commands.map(({ name }) => name);
  const help: CommandShape = {
    name: 'help',
    description: 'Print help for a command',
    options: [],
    argument: { kind: 'choices', choices },
  };
  return { commands: [...commands, help] };
}

const HELP: OptionShape = { flags: ['-h', '--help'], description: 'Print help', values: undefined };

function optionShape(option: Option): OptionShape {
  const flags = option.flags.match(/(?:^|(?<=[ ,]))--?[A-Za-z][\w-]*/g) ?? [];
  return {
    flags,
    description: option.description,
    values: option.required
      ? valuesOf(option.argChoices, /[<[]([^>\]]*)/.exec(option.flags)?.[1] ?? '')
      : undefined,
  };
}

function argumentValues(argument: Argument | undefined): Values | undefined {
  return argument && valuesOf(argument.argChoices, argument.name());
}

function valuesOf(choices: readonly string[] | undefined, name: string): Values {
  if (choices) return { kind: 'choices', choices };
  if (/\bdir\b/.test(name)) return { kind: 'folders' };
  return /\b(?:path|file)\b/.test(name) ? { kind: 'files' } : { kind: 'any' };
}
