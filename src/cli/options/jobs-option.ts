import { Option } from 'commander';
import { MOST_JOBS } from '../../platform/defaults.ts';
import { wholeNumber } from './values.ts';

/** For commands that read logs. */
export function jobsOption(): Option {
  return new Option(
    '--jobs <n>',
    'Threads that share a large backlog by session (default: 1, which is none)',
  ).argParser(wholeNumber(1, MOST_JOBS));
}
