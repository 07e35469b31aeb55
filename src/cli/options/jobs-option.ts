import { Option } from 'commander';
import { MOST_JOBS } from '../../platform/defaults.ts';
import { wholeNumber } from './values.ts';

/** For commands that read logs. */
export function jobsOption(): Option {
  return new Option(
    '--jobs <n>',
    'Threads that share a large backlog; 1: none (default: the cores that it may use, up to 8)',
  ).argParser(wholeNumber(1, MOST_JOBS));
}
