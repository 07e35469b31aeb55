import type { Diagnosis } from '../../doctor/diagnose.ts';
import { wordFindings } from './word-findings.ts';

/** `doctor --json`; docs/commands.md describes it. */
export function doctorJson({ findings, logs, store, entries }: Diagnosis): string {
  const document = {
    version: 1,
    ok: findings.every(({ severity }) => severity === 'note'),
    findings: wordFindings(findings).map(({ code, severity, area, what, where, fix, setting }) => ({
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
      last_written_at: isoOf(logs.lastWritten),
    },
    store: store
      ? {
          sessions: store.sessions,
          rounds: store.rounds,
          unpriced_rounds: [...store.unpriced.values()].reduce((sum, count) => sum + count, 0),
          rejected_lines: store.rejectedLines,
          known_rounds: store.knownRounds,
          held: store.held,
          lost_bytes: store.gaps.reduce((sum, { bytes }) => sum + bytes, 0),
          last_stored_at: isoOf(store.lastCommit),
          targets: store.copies.targets.map(({ target, rounds, unread, copiedAt }) => ({
            target,
            behind_rounds: rounds,
            unread_sessions: unread,
            complete_at: isoOf(copiedAt),
          })),
        }
      : null,
    schedule: entries.map(({ where, line }) => ({ where, line })),
  };
  return `${JSON.stringify(document)}\n`;
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
