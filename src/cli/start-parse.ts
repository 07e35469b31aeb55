import { ExitCode } from '../platform/errors.ts';
import { parseOnce } from './commands/parse-once.ts';
import { readContext } from './context.ts';
import { usualParse } from './crontab/usual-parse.ts';
import { guarded } from './guarded.ts';
import { quietWhenBusy } from './quiet-when-busy.ts';
import { reportUncaught, startMain } from './start-main.ts';

/** The start of `monitor parse`. It runs the usual lines of a crontab itself, and loads the rest for everything else. */
export async function start(argv: string[]): Promise<number> {
  reportUncaught();
  const usual = usualParse(argv, process.env);
  if (!usual) return await startMain(argv);
  const { request, output, isUpToDate } = usual;
  const context = readContext();
  // A terminal gets more output.
  if (output !== 'none' && (context.stdoutIsTerminal || context.stderrIsTerminal))
    return await startMain(argv);
  return await guarded(context, async () => {
    await quietWhenBusy(isUpToDate, () => parseOnce(context, request, output));
    return ExitCode.ok;
  });
}
