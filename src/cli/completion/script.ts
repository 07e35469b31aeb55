import type { Command } from 'commander';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { shapeOf } from './shape.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

export type Shell = keyof typeof SCRIPTS;

/** A script that teaches a shell the program's commands and options. */
export function completionScript(shell: Shell, program: Command): string {
  return SCRIPTS[shell](shapeOf(program));
}
