import type { Command, Option } from 'commander';
import { cleanLine } from '../../platform/clean-text.ts';

/**
 * An option that is given twice is wrong usage, in every command: the last one would win without a word. Those that
 * take a list (`--log-path`) may be repeated; two names of one option (`--output-dir`, `--data-dir`) are the same one.
 * To be called once all commands are there.
 */
export function refuseRepeats(program: Command): void {
  for (const command of [program, ...program.commands])
    for (const option of command.options) if (!option.variadic) refuseSecond(command, option);
}

/** Commander reports each use of an option as an event; its own listener has read the value by then. */
function refuseSecond(command: Command, option: Option): void {
  const takesValue = option.required || option.optional;
  const given: string[] = [];
  command.on(`option:${option.name()}`, (value: string | null | undefined) => {
    given.push(typeof value === 'string' ? `'${cleanLine(value)}'` : 'no value');
    if (given.length < 2) return;
    const values = takesValue ? `: ${given.join(', then ')}` : '';
    command.error(`error: option '${option.flags}' is given twice${values}`, { code: 'monitor.givenTwice' });
  });
}
