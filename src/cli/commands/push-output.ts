import { pushJson, pushLine, type PushReport } from '../../report/push-text.ts';
import { writeJson, type Context } from '../context.ts';

export interface PushOutput {
  quiet?: true;
  json?: true;
}

/** Prints what a push did. */
export async function sayPushed(
  context: Pick<Context, 'write'>,
  { quiet, json }: PushOutput,
  report: PushReport,
): Promise<void> {
  if (json) await writeJson(context, pushJson(report));
  else if (!quiet) await context.write(pushLine(report));
}
