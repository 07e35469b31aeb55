import { BusyError } from '../platform/errors.ts';

/**
 * Cron mails whatever is printed, and that another run is at work is no news: under `--quiet` the exit code (75) says it
 * alone.
 */
export async function quietWhenBusy<T>(isUpToDate: boolean, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isUpToDate && error instanceof BusyError ? new BusyError('') : error;
  }
}
