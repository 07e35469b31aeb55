import type { CommandShape, ProgramShape, Values } from './shape.ts';

/** A script for bash 4 and later; it needs nothing else. */
export function bashScript({ commands }: ProgramShape): string {
  return `# bash completion for monitor. Save it as ~/.local/share/bash-completion/completions/monitor,
# or add to ~/.bashrc: eval "$(monitor completion bash)"
_monitor() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  COMPREPLY=()
  # bash splits --option=value into three words.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ $word != -* ]]; then command=$word; break; fi
  done
  case $command:$prev in
${commands.flatMap(valueCases).join('\n')}
  esac
  case $command in
    '') _monitor_words "${commands.map(({ name }) => name).join(' ')} -h --help -V --version" ;;
${commands.map(commandCase).join('\n')}
  esac
}
_monitor_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}
_monitor_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}
complete -F _monitor monitor
`;
}

/** What follows an option that takes a value. */
function valueCases({ name, options }: CommandShape): string[] {
  return options.flatMap(({ flags, values }) =>
    values === undefined
      ? []
      : [`    ${flags.map((flag) => `${name}:${flag}`).join('|')}) ${offer(values)}; return ;;`],
  );
}

function commandCase({ name, options, argument }: CommandShape): string {
  const flags = options.flatMap((option) => option.flags).join(' ');
  const words = `_monitor_words "${flags}"`;
  if (argument === undefined || argument.kind === 'any') return `    ${name}) ${words} ;;`;
  return `    ${name}) if [[ $cur == -* ]]; then ${words}; else ${offer(argument)}; fi ;;`;
}

function offer(values: Values): string {
  if (values.kind === 'choices') return `_monitor_words "${values.choices.join(' ')}"`;
  if (values.kind === 'files') return '_monitor_files -f';
  return values.kind === 'folders' ? '_monitor_files -d' : ':';
}
