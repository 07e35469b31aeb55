import type { AddCommand } from './command.ts';
import { commandTree } from './command-tree.ts';
import { addCheck } from './commands/check.ts';
import { addCompare } from './commands/compare.ts';
import { addList } from './commands/list.ts';
import { addSearch } from './commands/search.ts';
import { addShow } from './commands/show.ts';
import { addStatsConsumer } from './commands/stats-consumer.ts';
import { addStatsDate } from './commands/stats-date.ts';
import { addStatsGateway } from './commands/stats-gateway.ts';
import { addStatsHealth } from './commands/stats-health.ts';
import { addStatsModel } from './commands/stats-model.ts';
import { addStatsTool } from './commands/stats-tool.ts';
import { addUrl } from './commands/url.ts';
import { addWhy } from './commands/why.ts';
import { readContext } from './context.ts';
import { runProgram } from './run-program.ts';

/** What an agent may ask: the commands that read a store and write nothing. scripts/build-skill.mjs bundles only them. */
const QUESTIONS: readonly AddCommand[] = [
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
  addCheck,
  addUrl,
];

process.exitCode = await runProgram(process.argv.slice(2), readContext(), (context, writeHelp) =>
  commandTree(QUESTIONS, context, writeHelp),
);
