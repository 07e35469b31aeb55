import { readPatternFile } from '../../redact/pattern-file.ts';
import { readTime } from '../../ai-log/time.ts';
import type { ParseOptions as IngestOptions } from '../../ingest/options.ts';
import { NO_CURRENCY } from '../../store/pricing-settings.ts';
import { checkDimensions, type KeptSettings } from '../../ingest/settings/kept-settings.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { UsageError } from '../../platform/errors.ts';
import type { StoreOptions } from '../options/store-options.ts';

/** The options as a run takes them. Throws UsageError if --since is not a time, or for a bad pattern file. */
export async function parseRequest(options: StoreOptions & { jobs?: number }): Promise<IngestOptions> {
  return {
    dir: options.dataDir,
    logPaths: options.logPath,
    stateFile: options.stateFile,
    pricesPath: options.prices,
    priceList: options.priceList,
    currency: options.currency === NO_CURRENCY ? null : options.currency,
    kept: keptSettings(options),
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
    threads: { jobs: options.jobs },
  };
}

function keptSettings({ keep, drop, dimension, gateway }: StoreOptions): KeptSettings | undefined {
  if (!keep && !drop && !dimension && gateway === undefined) return undefined;
  checkDimensions(dimension);
  return { keep: namesOf(keep), drop: namesOf(drop), dimensions: dimension, gateway };
}

/** Names in one order; `none` alone is no name. */
function namesOf(names: readonly string[] | undefined): string[] | undefined {
  if (names?.length === 1 && names[0] === 'none') return [];
  return names && [...new Set(names)].toSorted();
}

function isoTime(since: string): string {
  const time = readTime(/^\d{4}-\d\d-\d\d$/.test(since) ? `${since}T00:00:00Z` : since);
  if (time !== null) return new Date(time).toISOString();
  throw new UsageError(
    `--since '${cleanLine(since)}' is not a time. Use a date (2026-02-01) or an ISO 8601 time (2026-02-01T08:00:00+08:00)`,
  );
}
