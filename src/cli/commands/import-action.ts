import { importSessions, type ImportResult } from '../../maintenance/import/import-sessions.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { importText, isLeftOut } from '../../report/import-text.ts';
import { plural } from '../../platform/count-text.ts';
import { writeJson, type Context } from '../context.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { printNotices } from '../reporting/warnings.ts';

export interface ImportOptions {
  dataDir: string;
  timezone?: string;
  prices?: string;
  force?: true;
  dryRun?: true;
  json?: true;
}

/** Imports the session files of the Python original. Throws NoAnswer after the output if some were skipped. */
export async function importFrom(context: Context, from: string, options: ImportOptions): Promise<void> {
  const result = await importSessions(nodeFiles, {
    from,
    dir: options.dataDir,
    force: options.force === true,
    isDryRun: options.dryRun === true,
    pricesPath: options.prices,
    now: context.now,
    toUtc: localTimeOf(context, options.timezone).toUtc,
  });
  printNotices(context, result.notices);
  if (options.json) await writeJson(context, importJson(result));
  else await context.write(importText(result));
  const leftOut = result.files.filter(isLeftOut).length;
  if (leftOut > 0) throw new NoAnswer(`${plural(leftOut, 'file')} skipped`);
}

/** Documented in docs/commands.md. */
function importJson({ files, isDryRun }: ImportResult): string {
  const imported = files.filter(({ outcome }) => outcome === 'imported');
  const document = {
    version: 1,
    dry_run: isDryRun,
    sessions: new Set(imported.map(({ session }) => session)).size,
    rounds: imported.reduce((sum, { rounds }) => sum + rounds, 0),
    files: files.map((file) => ({
      path: file.path,
      session_id: file.session,
      outcome: file.outcome,
      rounds: file.rounds,
      filtered_rounds: file.filtered,
      estimated_rounds: file.estimates,
      parsed_rounds: file.parsed,
      doubtful_rounds: file.doubtful,
      problem: file.problem,
    })),
  };
  return `${JSON.stringify(document)}\n`;
}
