import type { Command } from 'commander';

/**
 * The options of a command line, as arguments for another command that has the same ones. What comes from the environment
 * or is a default is left out: the other command finds it itself.
 */
export function givenOptions(command: Command, names: ReadonlySet<string>): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (!names.has(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const value: unknown = command.getOptionValue(name);
    const flag = option.long ?? '';
    // `--no-content` and its like have the value false.
    if (value === true || value === false) return option.negate === (value === false) ? [flag] : [];
    const values: unknown[] = Array.isArray(value) && option.variadic ? value : [String(value)];
    return values.map((one) => `${flag}=${String(one)}`);
  });
}
