export { servePages } from '../site/page-worker.ts';
import { ExitCode } from '../platform/errors.ts';
import { render } from './commands/render-action.ts';
import type { RenderOptions } from './commands/render-output.ts';
import { readContext, type Context } from './context.ts';
import { guarded } from './guarded.ts';

// `main` has no pages of its own: an export of one loads this bundle too.
export { conversationHtml } from '../site/session/one-file.ts';

/** A whole run of `monitor render`; returns its exit code. It has its own bundle. */
export function runRender(options: RenderOptions, context: Context = readContext()): Promise<number> {
  return guarded(context, async () => {
    await render(context, options);
    return ExitCode.ok;
  });
}
