import { repairStore, type RepairResult } from '../../ingest/repair.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { repairText } from '../../report/repair-text.ts';
import type { Context } from '../context.ts';

export interface RepairOptions {
  dataDir: string;
  apply?: true;
  json?: true;
}

/** Says what is damaged in a store, and with --apply makes it anew. */
export async function repair(context: Context, options: RepairOptions): Promise<void> {
  const result = repairStore(nodeFiles, options.dataDir, options.apply === true);
  await context.write(options.json ? repairJson(result) : repairText(result));
  if (result.problems.length > 0 && !result.isApplied) {
    throw new NoAnswer(`the store needs repair: monitor repair --apply --data-dir ${options.dataDir}`);
  }
}

/** The shape stands in docs/commands.md. */
function repairJson({ problems, sessions, rounds, lostRounds, isApplied }: RepairResult): string {
  const document = {
    version: 1,
    sound: problems.length === 0,
    applied: isApplied,
    sessions,
    rounds,
    lost_rounds: lostRounds,
    problems: problems.map(({ file, session, problem, repair, lostRounds }) => ({
      file,
      session_id: session ?? null,
      problem,
      repair,
      lost_rounds: lostRounds,
    })),
  };
  return `${JSON.stringify(document)}\n`;
}
