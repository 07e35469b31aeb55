import { InvalidArgumentError, Option, type Command } from 'commander';
import type { GivenCondition } from '../../query/store-names.ts';
import { RepeatableOption } from './given-once.ts';

/** The options of a GivenFilter, for a report on rounds. */
export function addFilterOptions(command: Command): Command {
  return addRoundFilterOptions(
    command.option('--model <name>', 'Only rounds of this model (whole name, in any case)'),
  );
}

/** The same without the model. */
export function addRoundFilterOptions(command: Command): Command {
  return addSessionOptions(
    command
      .option('--consumer <name>', 'Only rounds of this consumer (whole name, in any case)')
      .addOption(whereOption('Only rounds')),
  );
}

/** The same, for what shows whole sessions. */
export function addSessionFilterOptions(command: Command): Command {
  return addSessionOptions(
    command
      .option('--model <name>', 'Only sessions that used this model')
      .option('--consumer <name>', 'Only sessions of this consumer')
      .addOption(whereOption('Only sessions with a round')),
  );
}

function addSessionOptions(command: Command): Command {
  return command
    .option('--session <id>', 'Only sessions with this id; * stands for any characters')
    .option('--agent <id>', 'Only sessions of this OpenClaw agent')
    .option('--channel <name>', 'Only sessions of this OpenClaw channel (main, discord, cron, subagent, …)');
}

/** `--where department=search --where 'env!=test*'` */
function whereOption(what: string): Option {
  return new RepeatableOption(
    '--where <name=value>',
    `${what} of this dimension, model, consumer, api or service_tier; also name!=value; * stands for any characters; can be repeated`,
    parseCondition,
  );
}

/** A dimension's name can begin with `=`. */
export function parseCondition(text: string): GivenCondition {
  const [, name = '', not, pattern = ''] = /^(=*[^=]+?)(!?)=([^]*)$/.exec(text) ?? [];
  if (name !== '') return { name, isNot: not === '!', pattern };
  throw new InvalidArgumentError('It must be name=value or name!=value, such as department=search.');
}
