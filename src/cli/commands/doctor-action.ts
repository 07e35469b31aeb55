import { duration } from '../../model/finding.ts';
import { examine, type Examination } from '../../doctor/examine.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { doctorText } from '../../report/doctor-text.ts';
import type { Context } from '../context.ts';
import type { DoctorOptions } from './doctor.ts';
import { screenOf } from '../reporting/screen.ts';

/** Prints problems between the gateway and a report, and how to fix them. Throws NoAnswer if there are any. */
export async function doctor(context: Context, options: DoctorOptions): Promise<void> {
  const examination = await examine(nodeFiles, {
    dir: options.dataDir,
    logPaths: options.logPath,
    pricesPath: options.prices,
    schedules: context.schedules(),
    program: context.program,
    deep: options.deep === true,
    now: context.now,
  });
  const lastCommit = examination.store?.lastCommit ?? null;
  const ago = lastCommit === null ? null : agoText(context.now - lastCommit);
  await context.write(
    options.json ? doctorJson(examination) : doctorText(examination, ago, screenOf(context)),
  );
  const codes = examination.findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code);
  if (codes.length > 0) throw new NoAnswer(`to fix: ${[...new Set(codes)].join(', ')}`);
}

function agoText(ms: number): string {
  return ms < 10_000 ? 'just now' : `${duration(ms)} ago`;
}

/** Documented in docs/commands.md. */
function doctorJson({ findings, logs, store, entries }: Examination): string {
  const document = {
    version: 1,
    ok: findings.every(({ severity }) => severity === 'note'),
    findings: findings.map(({ code, severity, area, what, where, fix, setting }) => ({
      code,
      severity,
      area,
      what,
      where,
      fix,
      setting: setting ?? null,
    })),
    log: {
      files: logs.files,
      bytes: logs.bytes,
      sampled_lines: logs.lines,
      sampled_rounds: logs.rounds,
      unread_bytes: logs.unreadBytes,
      paths: logs.paths,
      last_written_at: logs.lastWritten === null ? null : new Date(logs.lastWritten).toISOString(),
    },
    store: store
      ? {
          sessions: store.sessions,
          rounds: store.rounds,
          unpriced_rounds: [...store.unpriced.values()].reduce((sum, count) => sum + count, 0),
          rejected_lines: store.rejectedLines,
          held: store.held,
          lost_bytes: store.gaps.reduce((sum, { bytes }) => sum + bytes, 0),
          last_stored_at: store.lastCommit === null ? null : new Date(store.lastCommit).toISOString(),
        }
      : null,
    schedule: entries.map(({ where, line }) => ({ where, line })),
  };
  return `${JSON.stringify(document)}\n`;
}
