import { diagnose } from '../../doctor/diagnose.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { doctorJson } from '../../report/doctor/json.ts';
import { doctorText } from '../../report/doctor/text.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import { screenOf } from '../reporting/screen.ts';

export interface DoctorOptions {
  /** Undefined: those that the store reads. */
  logPath?: string[];
  dataDir: string;
  prices?: string;
  deep?: true;
  json?: true;
}

/** Prints problems between the gateway and a report, and how to fix them. Throws NoAnswer if there are any. */
export async function doctor(context: SpokenContext, options: DoctorOptions): Promise<void> {
  const diagnosis = await diagnose(nodeFiles, {
    dir: options.dataDir,
    logPaths: options.logPath,
    pricesPath: options.prices,
    schedules: context.schedules(),
    program: context.program,
    deep: options.deep === true,
    now: context.now,
  });
  if (options.json) await writeJson(context, doctorJson(diagnosis));
  else await context.write(doctorText(diagnosis, context.now, screenOf(context)));
  const codes = diagnosis.findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code);
  if (codes.length > 0) throw new NoAnswer(`to fix: ${[...new Set(codes)].join(', ')}`);
}
