import { readContext, type Context } from './context.ts';
import { buildProgram } from './program.ts';
import { runProgram } from './run-program.ts';

/** Runs the program and returns its exit code. `argv` does not include the program's name. */
export function main(argv: string[], context: Context = readContext()): Promise<number> {
  return runProgram(argv, context, buildProgram);
}
