import nodeModule from 'node:module';
import { isatty } from 'node:tty';
import { readContext } from './context.ts';
import { guarded } from './guarded.ts';
import { quickParse } from './quick-parse.ts';

/** Where the program begins. A run with nothing new ends here; for everything else the rest of it is loaded. */
export async function start(argv: string[]): Promise<number> {
  const answer = await quickParse(argv, process.env, () => isatty(1));
  if (answer === '') return 0;
  if (answer === undefined) {
    // From Node 22 on, compiled code is kept for the next start.
    (nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
    const { main } = await import('./main.ts');
    return await main(argv);
  }
  const context = readContext();
  return await guarded(context, async () => {
    await context.write(answer);
    return 0;
  });
}
