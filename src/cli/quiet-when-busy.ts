import { BusyError } from '../platform/errors.ts';

/**
 * Cron mails any output, and another run at work is not worth a mail: with `--quiet`, only the exit code (75) reports it.
 */
export async function quietWhenBusy<T>(isUpToDate: boolean, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isUpToDate && error instanceof BusyError ? new BusyError('') : error;
  }
}
