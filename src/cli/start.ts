import { keepCompiledCode } from './compile-cache.ts';
import { readContext } from './context.ts';
import { parseOnce } from './commands/parse-once.ts';
import { failed, guarded } from './guarded.ts';
import { quietWhenBusy } from './quiet-when-busy.ts';
import { usualParse } from './crontab/usual-parse.ts';
import { nodeFiles } from '../platform/files.ts';
import { zoneKey } from '../platform/zone-key.ts';
import { findNothingNew } from '../site/nothing-new.ts';
import { sayRendered } from './commands/render-output.ts';
import { sayPushed } from './commands/push-output.ts';
import { findNothingToPush, usualPush } from './crontab/usual-push.ts';
import { usualRender } from './crontab/usual-render.ts';

/** The start of the program. It runs the usual lines of a crontab itself, and loads the rest for everything else. */
export async function start(argv: string[]): Promise<number> {
  // What no `guarded` sees: errors in callbacks.
  process.on('uncaughtException', (error) => process.exit(failed(readContext(), error)));
  const usual = usualParse(argv, process.env);
  if (usual) {
    const context = readContext();
    // A terminal gets more output.
    const isWatched = usual.output !== 'none' && (context.stdoutIsTerminal || context.stderrIsTerminal);
    if (!isWatched) {
      return await guarded(context, async () => {
        await quietWhenBusy(usual.isUpToDate, () => parseOnce(context, usual.request, usual.output));
        return 0;
      });
    }
  }
  const render = usualRender(argv, process.env);
  if (render) {
    const context = readContext();
    const zone = zoneKey(nodeFiles, process.env['TZ']);
    const asked = { ...render, now: context.now, zone };
    const nothing = render.full || render.replace ? undefined : findNothingNew(nodeFiles, asked);
    if (nothing) {
      return await guarded(context, async () => {
        await sayRendered(context, render, nothing);
        return 0;
      });
    }
    const { runRender } = await import('./run-render.ts');
    return await runRender(render, context);
  }
  const push = usualPush(argv, process.env);
  const nothing = push && findNothingToPush(nodeFiles, push);
  if (nothing) {
    const context = readContext();
    return await guarded(context, async () => {
      await sayPushed(context, push, nothing);
      return 0;
    });
  }
  await keepCompiledCode();
  const { main } = await import('./main.ts');
  return await main(argv);
}
