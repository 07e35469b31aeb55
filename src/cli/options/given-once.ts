import { Option, type Command } from 'commander';
import { cleanLine } from '../../platform/clean-text.ts';

/**
 * An option that can be given several times, with one value each. Commander's own lists take all words that follow, also
 * the name of a file.
 */
export class RepeatableOption<T> extends Option {
  constructor(flags: string, description: string, parse: (text: string) => T) {
    super(flags, description);
    this.argParser<T[] | undefined>((text, before = []) => {
      const given = before === this.defaultValue ? [] : before;
      return [...given, parse(text)];
    });
  }
}

/** An option of which other commands take several values: the error says why this one does not. */
export class SingleOption extends Option {
  readonly why: string;

  constructor(flags: string, description: string, why: string) {
    super(flags, description);
    this.why = why;
  }
}

/**
 * Makes it a usage error to give an option twice: otherwise the last one would win silently. Options that take a list
 * (`--log-path`, `--where`, `--data-dir` of a report) can be repeated. Two names of one option (`--output-dir`, `--data-dir`) count as the same. Call it after
 * all commands are added.
 */
export function refuseRepeats(program: Command): void {
  for (const command of [program, ...program.commands])
    for (const option of command.options)
      if (!option.variadic && !(option instanceof RepeatableOption)) refuseSecond(command, option);
}

/** Commander emits an event for each use of an option, after it has parsed the value. */
function refuseSecond(command: Command, option: Option): void {
  const takesValue = option.required || option.optional;
  const given: string[] = [];
  command.on(`option:${option.name()}`, (value: string | null | undefined) => {
    given.push(typeof value === 'string' ? `'${cleanLine(value)}'` : 'no value');
    if (given.length < 2) return;
    const values = takesValue ? `: ${given.join(', then ')}` : '';
    const why = option instanceof SingleOption ? `. ${option.why}` : '';
    const message = `error: option '${option.flags}' is given twice${values}${why}`;
    command.error(message, { code: 'monitor.givenTwice' });
  });
}
