import type { CommandShape, OptionShape, ProgramShape, Values } from './shape.ts';

/** A script for fish 3 and later. */
export function fishScript({ commands }: ProgramShape): string {
  const lines = [
    '# fish completion for monitor: monitor completion fish > ~/.config/fish/completions/monitor.fish',
    'complete -c monitor -f',
    `complete -c monitor -n __fish_use_subcommand -s h -l help -d ${quote('Print help')}`,
    `complete -c monitor -n __fish_use_subcommand -s V -l version -d ${quote('Print the version')}`,
    ...commands.map(
      ({ name, description }) =>
        `complete -c monitor -n __fish_use_subcommand -a ${name} -d ${quote(description)}`,
    ),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines({ name, options, argument }: CommandShape): string[] {
  const start = `complete -c monitor -n '__fish_seen_subcommand_from ${name}'`;
  const lines = options.map((option) => `${start}${flagsOf(option)} -d ${quote(option.description)}`);
  return argument && argument.kind !== 'any' ? [...lines, `${start}${offer(argument)}`] : lines;
}

function flagsOf({ flags, values }: OptionShape): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  return `${names.join('')}${values ? ` ${values.kind === 'files' ? '-r' : '-x'}${offer(values)}` : ''}`;
}

function offer(values: Values): string {
  if (values.kind === 'choices') return ` -a ${quote(values.choices.join(' '))}`;
  if (values.kind === 'files') return ' -F';
  return values.kind === 'folders' ? ` -a '(__fish_complete_directories)'` : '';
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
