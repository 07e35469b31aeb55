export { servePages } from '../site/page-worker.ts';
import { ExitCode } from '../platform/errors.ts';
import { render, type RenderOptions } from './commands/render.ts';
import { readContext, type Context } from './context.ts';
import { guarded } from './guarded.ts';

/** A whole run of `monitor render`; returns its exit code. A bundle of its own, with all that a render needs. */
export function runRender(options: RenderOptions, context: Context = readContext()): Promise<number> {
  return guarded(context, async () => {
    await render(context, options);
    return ExitCode.ok;
  });
}
