import { repairStore, type RepairResult } from '../../maintenance/repair/repair.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { usdFirst, usdOf } from '../../pricing/money.ts';
import type { Resolution } from '../../pricing/resolve.ts';
import { repairText } from '../../report/repair-text.ts';
import { writeJson, type Context } from '../context.ts';
import { localTimeOf } from '../reporting/local-time.ts';

export interface RepairOptions {
  dataDir: string;
  logPath?: string[];
  stateFile?: string;
  apply?: true;
  json?: true;
}

/** Prints what is damaged in a store, and with --apply repairs it. */
export async function repair(context: Context, options: RepairOptions): Promise<void> {
  const result = await repairStore(nodeFiles, options.dataDir, options.apply === true, {
    logPaths: options.logPath ?? [],
    stateFile: options.stateFile,
    toUtc: localTimeOf(context, undefined).toUtc,
    resolve: todaysPrices(options.dataDir, context.now),
    now: context.now,
  });
  if (options.json) await writeJson(context, repairJson(result));
  else await context.write(repairText(result));
  if (result.problems.length > 0 && !result.isApplied) {
    throw new NoAnswer(`the store needs repair: run monitor repair --apply --data-dir ${options.dataDir}`);
  }
}

/** Loads the prices only if the store's own price book does not know a model. */
function todaysPrices(dataDir: string, now: number): (model: string) => Promise<Resolution | undefined> {
  let resolver: Promise<(model: string) => Promise<Resolution | undefined>> | undefined;
  return async (model) => {
    resolver ??= load(dataDir, now);
    return await (
      await resolver
    )(model);
  };
}

async function load(
  dataDir: string,
  now: number,
): Promise<(model: string) => Promise<Resolution | undefined>> {
  const [{ readPriceBasis }, { makeResolver }] = await Promise.all([
    import('../../ingest/settings/price-basis.ts'),
    import('../../ingest/settings/price-answers.ts'),
  ]);
  const { basis } = await readPriceBasis(nodeFiles, dataDir, { given: undefined, now });
  return await makeResolver(basis);
}

/** Documented in docs/commands.md. */
function repairJson(result: RepairResult): string {
  const document = {
    version: 1,
    sound: result.problems.length === 0,
    applied: result.isApplied,
    sessions: result.sessions,
    rounds: result.rounds,
    recovered_rounds: result.recoveredRounds,
    recovered_otherwise_counted: result.differingRounds,
    recovered_at_todays_prices: result.pricedToday,
    lost_rounds: result.lostRounds,
    unread_logs: result.unseen,
    problems: result.problems.map((problem) => ({
      file: problem.file,
      session_id: problem.session ?? null,
      problem: problem.problem,
      repair: problem.repair,
      recovered_rounds: problem.recoveredRounds ?? 0,
      lost_rounds: problem.lostRounds,
      lost: problem.lost ? lostJson(problem.lost) : null,
    })),
  };
  return `${JSON.stringify(document)}\n`;
}

function lostJson({ from, to, input, output, costs, unpriced, logs }: LostRounds): Record<string, unknown> {
  return {
    from: timeOf(from),
    to: timeOf(to),
    input_tokens: input,
    output_tokens: output,
    cost_usd: usdOf(costs.get('USD') ?? 0n),
    costs: Object.fromEntries(usdFirst(costs).map(([currency, cost]) => [currency, usdOf(cost)])),
    unpriced_rounds: unpriced,
    logs,
  };
}

type LostRounds = NonNullable<RepairResult['problems'][number]['lost']>;

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
