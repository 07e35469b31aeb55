import type { Progress } from '../../ingest/options.ts';
import { parseLogs } from '../../ingest/parse-logs.ts';
import type { ParseResult } from '../../ingest/tally.ts';
import { readPatternFile } from '../../ai-log/pattern-file.ts';
import type { RedactKind } from '../../ai-log/pattern.ts';
import { readTime } from '../../ai-log/time.ts';
import { InputOutputError, UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { parseLine, progressLine } from '../../report/parse-line.ts';
import type { Context } from '../context.ts';

export interface ParseOptions {
  logPath: string[];
  dataDir: string;
  stateFile?: string;
  sessionKey?: string;
  since?: string;
  prices?: string;
  /** false: --no-content */
  content: boolean;
  /** true: without a list of kinds. */
  redact?: RedactKind[] | true;
  redactPatterns?: string;
  quiet?: true;
  json?: true;
}

/** Stores what is new in the logs, once, and says what it did. */
export async function parse(context: Context, options: ParseOptions): Promise<void> {
  const progress = context.stderrIsTerminal && !options.quiet ? showProgress(context) : undefined;
  const result = await parseLogs(nodeFiles, {
    dir: options.dataDir,
    logPaths: options.logPath,
    stateFile: options.stateFile,
    pricesPath: options.prices,
    filters: {
      ...(options.sessionKey !== undefined && { session_key: options.sessionKey }),
      ...(options.since !== undefined && { since: isoTime(options.since) }),
      ...(!options.content && { no_content: true }),
      ...(options.redact !== undefined && { redact: options.redact === true ? ['secrets'] : options.redact }),
      ...(options.redactPatterns !== undefined && {
        redact_patterns: await readPatternFile(options.redactPatterns),
      }),
    },
    now: Date.now,
    onProgress: progress?.update,
  }).finally(() => progress?.clear());
  for (const { path, bytes } of result.gaps) {
    context.warn(`monitor: ${path} vanished with ${bytes} bytes unread: the rounds in them are lost\n`);
  }
  for (const { path, message } of result.warnings) context.warn(`monitor: ${path}: ${message}\n`);
  if (options.json) await context.write(parseJson(result));
  else if (!options.quiet) await context.write(await parseText(context, options.dataDir, result));
  if (result.missing.length > 0) {
    throw new InputOutputError(`no log at ${result.missing.join(', ')}; the other logs were read`);
  }
}

function isoTime(since: string): string {
  const time = readTime(/^\d{4}-\d\d-\d\d$/.test(since) ? `${since}T00:00:00Z` : since);
  if (time !== null) return new Date(time).toISOString();
  throw new UsageError(`--since ${since} is no time: write 2026-02-01 or 2026-02-01T08:00:00+08:00`);
}

/** The shape stands in docs/commands.md. */
function parseJson(result: ParseResult): string {
  const { rounds, sessions, otherLines, rejectedLines, filteredRounds, bytes, logs, gaps, warnings } = result;
  const document = {
    version: 1,
    rounds,
    sessions,
    other_lines: otherLines,
    rejected_lines: rejectedLines,
    filtered_rounds: filteredRounds,
    bytes,
    logs,
    gaps,
    warnings,
  };
  return `${JSON.stringify(document)}\n`;
}

async function parseText(context: Context, dir: string, result: ParseResult): Promise<string> {
  if (!context.stdoutIsTerminal) return parseLine(result);
  const { parseSummary } = await import('../../report/parse-text.ts');
  const { readSnapshot } = await import('../../store/read.ts');
  const { screenOf } = await import('../report-context.ts');
  return parseSummary(result, [...readSnapshot(dir).sessions.values()], screenOf(context));
}

/** A short run shows nothing: a bar that flickers tells nobody anything. */
const SILENT_MS = 500;
const REDRAW_MS = 100;

function showProgress(context: Context): { update: (progress: Progress) => void; clear: () => void } {
  const began = Date.now();
  let drawnAt = 0;
  return {
    update(progress) {
      const now = Date.now();
      if (now - began < SILENT_MS || now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      context.warn(`\r\u001b[K${progressLine(progress, now - began, context.columns)}`);
    },
    clear() {
      if (drawnAt > 0) context.warn('\r\u001b[K');
    },
  };
}
