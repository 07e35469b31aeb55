import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printableMessage } from '../../platform/clean-text.ts';
import { nodeFiles } from '../../platform/files.ts';
import { mayHaveThreads } from '../../platform/worker-pool.ts';
import { exact, plural } from '../../platform/count-text.ts';
import { barLine } from '../../report/parse-line.ts';
import { renderSite, type Progress } from '../../site/render.ts';
import type { Written } from '../../site/site-folder.ts';
import { writeJson, type Context } from '../context.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { quietWhenBusy } from '../quiet-when-busy.ts';
import { askedCurrency } from '../reporting/report-currency.ts';
import { showProgress } from '../terminal/show-progress.ts';

export interface RenderOptions {
  dataDir: string;
  siteDir: string;
  timezone?: string;
  refresh: number;
  full?: true;
  replace?: true;
  allowOtherOwner?: true;
  quiet?: true;
  json?: true;
  /** `none`: each cost in its own currency; undefined: the store's setting. */
  currency?: string;
}

/** Next to the bundle that this is in. In a test there is none, and a render uses no threads. */
const PAGE_WORKER = fileURLToPath(new URL('./page-worker.cjs', import.meta.url));
/** Each takes about 60 MB. */
const MOST_THREADS = 4;

/** Brings the site up to date with the store. */
export async function render(context: Context, options: RenderOptions): Promise<void> {
  const { dataDir, siteDir, refresh } = options;
  const progress =
    context.stderrIsTerminal && !options.quiet ? showProgress(context, progressText) : undefined;
  const written = await quietWhenBusy(options.quiet === true, () =>
    renderSite(nodeFiles, {
      dataDir,
      siteDir,
      local: localTimeOf(context, options.timezone),
      now: context.now,
      refresh,
      full: options.full === true,
      replace: options.replace === true,
      allowOtherOwner: options.allowOtherOwner === true,
      currency: askedCurrency(context, dataDir, options.currency),
      workers: {
        file: PAGE_WORKER,
        count: mayHaveThreads(nodeFiles) ? Math.min(MOST_THREADS, availableParallelism()) : 0,
      },
      onProgress: progress?.update,
    }),
  );
  progress?.clear();
  if (options.json)
    await writeJson(context, `${JSON.stringify({ version: 1, ...written, site: siteDir })}\n`);
  else if (!options.quiet) await context.write(writtenText(written, siteDir));
}

function progressText({ done, all }: Progress, elapsedMs: number, width: number): string {
  return barLine(done / all, `${exact(done)} of ${plural(all, 'session')}`, elapsedMs, width);
}

function writtenText({ rendered, kept, removed }: Written, siteDir: string): string {
  return `${plural(rendered, 'file')} written, ${exact(kept)} kept, ${exact(removed)} removed: ${printableMessage(join(siteDir, 'index.html'))}\n`;
}
