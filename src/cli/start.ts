import { keepCompiledCode } from './compile-cache.ts';
import { readContext } from './context.ts';
import { guarded } from './guarded.ts';
import { reportUncaught, startMain } from './start-main.ts';
import { nodeFiles } from '../platform/files.ts';
import { zoneKey } from '../platform/zone-key.ts';
import { findNothingNew } from '../site/nothing-new.ts';
import { sayRendered } from './commands/render-output.ts';
import { plainStoreDirs } from './reporting/store-dirs.ts';
import { sayPushed } from './commands/push-output.ts';
import { findNothingToPush, usualPush } from './crontab/usual-push.ts';
import { usualRender } from './crontab/usual-render.ts';

/** The start of every command but `parse`: the usual lines of a crontab need less than the others. */
export async function start(argv: string[]): Promise<number> {
  reportUncaught();
  const asked = usualRender(argv, process.env);
  const stores = asked && plainStoreDirs(asked.dataDir);
  if (asked && stores) {
    const render = { ...asked, dataDir: stores };
    const context = readContext();
    const zone = zoneKey(nodeFiles, process.env['TZ']);
    const nothing =
      render.full || render.replace
        ? undefined
        : findNothingNew(nodeFiles, { ...render, dataDirs: stores, now: context.now, zone });
    if (nothing) {
      return await guarded(context, async () => {
        await sayRendered(context, render, nothing);
        return 0;
      });
    }
    await keepCompiledCode();
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
  return await startMain(argv);
}
