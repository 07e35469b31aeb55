import type { Command } from 'commander';
import type { AddCommand } from './command.ts';
import { commandTree } from './command-tree.ts';
import { addCheck } from './commands/check.ts';
import { addCompare } from './commands/compare.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addList } from './commands/list.ts';
import { addParse } from './commands/parse.ts';
import { addPrices } from './commands/prices.ts';
import { addPrune } from './commands/prune.ts';
import { addPush } from './commands/push.ts';
import { addReindex } from './commands/reindex.ts';
import { addRender } from './commands/render.ts';
import { addRepair } from './commands/repair.ts';
import { addSearch } from './commands/search.ts';
import { addServe } from './commands/serve.ts';
import { addShow } from './commands/show.ts';
import { addSkill } from './commands/skill.ts';
import { addStatsConsumer } from './commands/stats-consumer.ts';
import { addStatsDate } from './commands/stats-date.ts';
import { addStatsGateway } from './commands/stats-gateway.ts';
import { addStatsHealth } from './commands/stats-health.ts';
import { addStatsModel } from './commands/stats-model.ts';
import { addStatsTool } from './commands/stats-tool.ts';
import { addUrl } from './commands/url.ts';
import { addWatch } from './commands/watch.ts';
import { addWhy } from './commands/why.ts';
import type { SpokenContext } from './language.ts';

/** Every command, in the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  addParse,
  addShow,
  addList,
  addSearch,
  addStatsModel,
  addStatsDate,
  addStatsConsumer,
  addStatsGateway,
  addStatsHealth,
  addStatsTool,
  addWhy,
  addCompare,
  addPrices,
  addCheck,
  addExport,
  addPush,
  addRender,
  addUrl,
  addServe,
  addRepair,
  addReindex,
  addImport,
  addPrune,
  addWatch,
  addDoctor,
  addSkill,
  addCompletion,
];

/** The program as a tree of Commander's. Help that was asked for goes to `writeHelp`. */
export function buildProgram(context: SpokenContext, writeHelp: (text: string) => void): Command {
  return commandTree(COMMANDS, context, writeHelp);
}
