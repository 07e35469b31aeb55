import nodeModule from 'node:module';
import { readContext } from './context.ts';
import { failed, guarded } from './guarded.ts';
import { parsePlainly } from './parse-plainly.ts';
import { quietWhenBusy } from './quiet-when-busy.ts';
import { usualParse } from './usual-parse.ts';
import { usualRender } from './usual-render.ts';

/** Where the program begins. The usual lines of a crontab are run here; for everything else the rest of it is loaded. */
export async function start(argv: string[]): Promise<number> {
  // What no `guarded` sees: errors in callbacks.
  process.on('uncaughtException', (error) => process.exit(failed(readContext(), error)));
  const usual = usualParse(argv, process.env);
  if (usual) {
    const context = readContext();
    // A person at a terminal is shown more.
    const isWatched = usual.output !== 'none' && (context.stdoutIsTerminal || context.stderrIsTerminal);
    if (!isWatched) {
      return await guarded(context, async () => {
        await quietWhenBusy(usual.isQuiet, () => parsePlainly(context, usual.request, usual.output));
        return 0;
      });
    }
  }
  const render = usualRender(argv, process.env);
  if (render) {
    const { runRender } = await import('./run-render.ts');
    return await runRender(render);
  }
  // From Node 22 on, compiled code is kept for the next start.
  (nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
  const { main } = await import('./main.ts');
  return await main(argv);
}
