import type { CommandShape, OptionShape, ProgramShape, Values } from './shape.ts';

/** A script for zsh's completion system. */
export function zshScript({ commands }: ProgramShape): string {
  return `#compdef monitor
# zsh completion for monitor. Save it as _monitor in a folder of $fpath,
# or add to ~/.zshrc, after compinit: eval "$(monitor completion zsh)"
_monitor() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`).join('\n')}
  )
  _arguments -C '(- *)'{-h,--help}'[Print help]' '(- *)'{-V,--version}'[Print the version]' \\
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _monitor ]]; then _monitor "$@"; else compdef _monitor monitor; fi
`;
}

function commandCase({ name, options, argument }: CommandShape): string {
  const specs = options.map(optionSpec);
  if (argument) specs.push(quote(`1:${action(argument)}`));
  return `        ${name}) _arguments ${specs.join(' ')} ;;`;
}

function optionSpec({ flags, description, values }: OptionShape): string {
  const text = description.replaceAll(/[[\]]/g, '\\$&');
  // It may be given again: --log-path is a list.
  const specs = flags.map((flag) => quote(`*${flag}[${text}]${values ? `:${action(values)}` : ''}`));
  return specs.join(' ');
}

function action(values: Values): string {
  if (values.kind === 'choices') return `value:(${values.choices.join(' ')})`;
  if (values.kind === 'files') return 'file:_files';
  return values.kind === 'folders' ? 'folder:_files -/' : 'value: ';
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
