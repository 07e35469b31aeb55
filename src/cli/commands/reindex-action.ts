import { checkDimensions } from '../../ingest/settings/kept-settings.ts';
import { reindexStore, type ReindexResult } from '../../maintenance/reindex/reindex.ts';
import { nodeFiles } from '../../platform/files.ts';
import { plural } from '../../platform/count-text.ts';
import type { Context } from '../context.ts';

export interface ReindexOptions {
  dataDir: string;
  dimension?: string[];
  without?: string[];
  json?: true;
}

/** Counts all stored rounds again. */
export async function reindex(context: Context, options: ReindexOptions): Promise<void> {
  checkDimensions(options.dimension);
  const { dimension: dimensions, without } = options;
  const result = reindexStore(nodeFiles, options.dataDir, { dimensions, without });
  await context.write(options.json ? reindexJson(result) : reindexText(result));
}

/** Documented in docs/commands.md. */
function reindexJson({ sessions, rounds, unkeptRounds, prunedRounds, dimensions }: ReindexResult): string {
  const counts = { sessions, rounds, rounds_without_attributes: unkeptRounds, pruned_rounds: prunedRounds };
  return `${JSON.stringify({ version: 1, ...counts, dimensions })}\n`;
}

function reindexText({ sessions, rounds, unkeptRounds, prunedRounds, dimensions }: ReindexResult): string {
  const names = dimensions.length === 0 ? 'No dimensions.' : `Dimensions: ${dimensions.join(', ')}.`;
  const lines = [`Counted ${plural(rounds, 'round')} of ${plural(sessions, 'session')} again. ${names}`];
  if (unkeptRounds > 0)
    lines.push(`Without attributes, because an older version stored them: ${plural(unkeptRounds, 'round')}.`);
  if (prunedRounds > 0) lines.push(`Pruned, and counted as before: ${plural(prunedRounds, 'round')}.`);
  return `${lines.join('\n')}\n`;
}
