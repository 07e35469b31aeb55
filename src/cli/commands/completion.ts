import type { Command } from 'commander';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { shapeOf } from '../completion/shape.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Context } from '../context.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };
export type Shell = keyof typeof SCRIPTS;

/** Prints a script that teaches a shell the program's commands and options. */
export async function completion(context: Context, shell: Shell, program: Command): Promise<void> {
  await context.write(SCRIPTS[shell](shapeOf(program)));
}
