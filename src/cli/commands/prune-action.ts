import { pruneStore, type PruneResult } from '../../maintenance/prune/prune-store.ts';
import { nodeFiles } from '../../platform/files.ts';
import { pruneText } from '../../report/prune-text.ts';
import { writeJson, type Context } from '../context.ts';

export interface PruneOptions {
  dataDir: string;
  /** Milliseconds. */
  olderThan: number;
  content?: true;
  dryRun?: true;
  json?: true;
}

/** Deletes old sessions or their texts, and prints what was deleted. */
export async function prune(context: Context, options: PruneOptions): Promise<void> {
  const before = context.now - options.olderThan;
  const content = options.content === true;
  const result = pruneStore(nodeFiles, {
    dir: options.dataDir,
    before,
    content,
    isDryRun: options.dryRun === true,
    now: context.now,
  });
  if (options.json) await writeJson(context, pruneJson(result, before, content));
  else await context.write(pruneText({ ...result, before, content }));
}

/** Documented in docs/commands.md. */
function pruneJson(result: PruneResult, before: number, content: boolean): string {
  const document = {
    version: 1,
    dry_run: result.isDryRun,
    content,
    before: new Date(before).toISOString(),
    sessions: result.sessions,
    rounds: result.rounds,
    bytes: result.bytes,
    rejected_lines: result.rejectedLines,
  };
  return `${JSON.stringify(document)}\n`;
}
