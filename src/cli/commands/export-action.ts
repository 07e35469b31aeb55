import { UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { plural } from '../../platform/count-text.ts';
import { sessionsFor } from '../../query/fetched.ts';
import { inCurrency } from '../../query/currency.ts';
import { localTimeIn } from '../../query/time-zone.ts';
import { finopsJson } from '../../report/export/finops-json.ts';
import { focusCsv, type FocusVersion } from '../../report/export/focus.ts';
import type { ExportFormat } from '../../report/export/formats.ts';
import { groupsCsv, groupsNdjson } from '../../report/export/group-rows.ts';
import { markdownTable } from '../../report/export/markdown.ts';
import { prometheusText } from '../../report/export/prometheus/prometheus.ts';
import { roundsCsv, roundsNdjson, roundsNdjsonWithTexts } from '../../report/export/round-rows.ts';
import { prunedRounds, RoundTally } from '../../report/export/rounds.ts';
import type { GroupKey } from '../../query/group-keys.ts';
import { groupBy, type Stats, type UsageQuery } from '../../query/grouping.ts';
import { hasTags, type UsageFilter } from '../../query/usage-filter.ts';
import { lostText } from '../../report/numbers.ts';
import { periodOf, bucketsOf } from '../../report/period.ts';
import type { Snapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { openStore } from '../../store/store.ts';
import { BUCKET_MS } from '../../model/usage-cell.ts';
import { printablePieces, writeAll, type Context } from '../context.ts';
import { filterOf, keysOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import { findTarget, writeFile } from './export-file.ts';
import { doneLine, formatOf, type FormatOptions } from './export-format.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import type { RedactionOptions } from '../reporting/redaction.ts';
import { withSessions } from '../reporting/with-sessions.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import { readSource } from '../reporting/read-stores.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { PeriodOptions, ReportOptions } from '../options/report-options.ts';

export interface ExportOptions
  extends ReportOptions, PeriodOptions, GivenFilter, FormatOptions, RedactionOptions {
  conversation?: string;
  groupBy?: string[] | 'round';
  withMessages?: true;
  withContent?: true;
  focusVersion: FocusVersion;
  billingAccountId?: string;
  billingAccountName?: string;
  billingAccountType?: string;
  quiet?: true;
}

/** Writes an export to a file, or to stdout if its name is `-`. */
export async function exportFile(context: Context, file: string, options: ExportOptions): Promise<void> {
  const format = formatOf(file, options);
  checkOptions(format, options);
  if (options.source !== undefined && isOfRounds(format, options))
    throw new UsageError(
      '--source: the table has sums, not rounds as they were stored. Add --group-by, or name the stores with --data-dir',
    );
  const isStdout = file === '-';
  const read = await readSource(context, options);
  const stores = read.dirs.map((dir) => openStore(nodeFiles, dir));
  const target = isStdout ? undefined : await findTarget(file, stores);
  const tally = isOfRounds(format, options) ? new RoundTally() : undefined;
  const view = currencyOf(context, read.dirs, options.currency);
  const snapshot = withSessions(read, (sessions) => inCurrency(sessions, view));
  const filter = filterOf(context, options, snapshot.state);
  const keys = Array.isArray(options.groupBy) ? keysOf(options.groupBy, snapshot.state) : undefined;
  const query = {
    ...queryOf(context, format, options, filter),
    gateway: read.gateways[0],
    onRound: tally?.add.bind(tally),
    view,
  };
  if (format === 'focus' && options.billingAccountId === undefined)
    context.warn("monitor: BillingAccountId is 'unknown': set it with --billing-account-id\n");
  const pruned = tally ? prunedRounds(snapshot, query) : 0;
  if (pruned > 0) context.warn(prunedLine(pruned));
  const lostRounds = lostRoundsOf(snapshot.state);
  if (lostRounds > 0) context.warn(`monitor: ${lostText(lostRounds)}: see monitor doctor\n`);
  const statsBy = async (by: readonly GroupKey[]): Promise<Stats> => {
    const sessions = await sessionsFor(read, { of: 'groups', keys: by, query });
    return groupBy(inCurrency(sessions, view), by, query);
  };
  const pieces = await contentOf(context, format, snapshot, { query, keys, statsBy }, options);
  await (target === undefined
    ? writeAll(context, pieces)
    : writeFile(target, pieces, { mode: format === 'prometheus' ? READABLE : undefined }));
  // The total of what was written: pruned rounds are only in sums.
  const total = tally?.total ?? (await statsBy(['model'])).total;
  if (target !== undefined && !options.quiet) await context.write(doneLine(file, target, total));
  if (!options.quiet) hintOfConversation(context, format, options);
  if (total.rounds === 0 && pruned === 0) {
    const { local, from, to } = query;
    const period = options.quiet ? undefined : { from, to };
    const sessions = await sessionsFor(read, { of: 'names', filter });
    warnOfUnknownNames(context, sessions, filter, local, period);
  }
  if (hasTags(filter)) warnOfUndecided(context, (await statsBy(['model'])).undecided);
  warnOfUnconverted(context, total, snapshot);
  requirePrices(total, options.strict);
}

/** The textfile collector runs as a user of its own. */
const READABLE = 0o644;

/** Throws UsageError for options that do not work together: a wrong file would be noticed too late. */
function checkOptions(format: ExportFormat, options: ExportOptions): void {
  const { groupBy, withMessages, timezone, since, until } = options;
  if (options.withContent) throw new UsageError('--with-content works only with --format parquet and otlp');
  if (format === 'html')
    throw new UsageError(
      'only one conversation can be html: add --conversation <id>, and no filter, period or group',
    );
  if (options.redact !== undefined || options.redactPatterns !== undefined)
    throw new UsageError('--redact and --redact-patterns work only with --conversation');
  const isRounds = groupBy === undefined || groupBy === 'round';
  if (withMessages && !(format === 'ndjson' && isRounds))
    throw new UsageError(
      '--with-messages works only with ndjson of rounds: use --format ndjson without --group-by',
    );
  if (groupBy === 'round' && format !== 'csv' && format !== 'ndjson')
    throw new UsageError(`--group-by round works only with csv and ndjson, not with ${format}`);
  if (format === 'prometheus') checkMetrics(options);
  if (format === 'focus') {
    if (groupBy !== undefined)
      throw new UsageError('--group-by does not work with focus, whose rows are fixed');
    if (timezone !== undefined && timezone !== 'UTC')
      throw new UsageError('focus uses UTC days: leave out --timezone');
    for (const [flag, time] of [
      ['--since', since],
      ['--until', until],
    ] as const) {
      if (time !== undefined && !/^\d{4}-\d\d-\d\d$/.test(time))
        throw new UsageError(`focus covers whole days: ${flag} must be a date, such as 2026-02-01`);
    }
    return;
  }
  const focus = ['billingAccountId', 'billingAccountName', 'billingAccountType'] as const;
  if (focus.some((key) => options[key] !== undefined))
    throw new UsageError('--billing-account-… options work only with --format focus');
}

/** A counter is of all time and in the currency that was charged: with a period or a rate, it could fall. */
function checkMetrics({ groupBy, days, since, until, currency, source }: ExportOptions): void {
  if (source !== undefined)
    throw new UsageError('prometheus also tells how the stores are: name them with --data-dir, not --source');
  if (groupBy !== undefined)
    throw new UsageError(
      '--group-by does not work with prometheus, whose series are by gateway, model and consumer',
    );
  if (days !== undefined || since !== undefined || until !== undefined)
    throw new UsageError('prometheus counts from the first round on: leave out --days, --since and --until');
  if (currency !== undefined)
    throw new UsageError('prometheus has each cost in the currency that was charged: leave out --currency');
}

/** Who names one session may want what was said, not what it used. */
function hintOfConversation(context: Context, format: ExportFormat, options: ExportOptions): void {
  const { session, groupBy, withMessages } = options;
  const isOne = session !== undefined && !session.includes('*') && groupBy === undefined && !withMessages;
  if (!isOne || (format !== 'md' && format !== 'json' && format !== 'ndjson')) return;
  context.warn(
    'monitor: these are the numbers of the session; for what was said, use --conversation in place of --session\n',
  );
}

interface ExportQuery extends UsageQuery {
  /** Milliseconds since 1970 UTC, whole quarters of an hour; infinite: no limit. */
  from: number;
  to: number;
}

function queryOf(
  context: Context,
  format: ExportFormat,
  options: ExportOptions,
  filter: UsageFilter,
): ExportQuery {
  const { timezone } = options;
  const local = localTimeIn(format === 'focus' ? 'UTC' : (timezone ?? context.timeZone));
  const buckets = bucketsOf(periodOf(options, local, context.now));
  return {
    buckets,
    local,
    from: buckets.from * BUCKET_MS,
    to: buckets.to * BUCKET_MS,
    ...filter,
  };
}

async function contentOf(
  { now }: Context,
  format: ExportFormat,
  snapshot: Snapshot,
  {
    query,
    keys,
    statsBy,
  }: {
    query: ExportQuery;
    keys: GroupKey[] | undefined;
    statsBy: (by: readonly GroupKey[]) => Promise<Stats>;
  },
  options: ExportOptions,
): Promise<Iterable<string>> {
  if (format === 'focus') {
    const { billingAccountId: id, billingAccountName: name, billingAccountType: type } = options;
    const account = { id: id ?? 'unknown', name: name ?? null, type: type ?? 'Billing Account' };
    const withGateway = isGatewayNamed(snapshot, options);
    return focusCsv(snapshot, query, { version: options.focusVersion, account, withGateway });
  }
  if (format === 'prometheus') return prometheusText(nodeFiles, snapshot, query);
  if (format === 'md') return markdownTable(await statsBy(keys ?? ['model']));
  if (format === 'csv') return keys ? groupsCsv(await statsBy(keys)) : roundsCsv(snapshot, query);
  if (format === 'ndjson') {
    if (keys) return printablePieces(groupsNdjson(await statsBy(keys)));
    const ndjson = options.withMessages ? roundsNdjsonWithTexts : roundsNdjson;
    return printablePieces(ndjson(snapshot, query));
  }
  const report = finopsJson({
    generatedAt: now,
    from: query.from,
    to: query.to,
    timeZone: query.local.timeZone,
    byModel: await statsBy(['model']),
    byDate: await statsBy(['date']),
    groups: keys && (await statsBy(keys)),
  });
  return printablePieces(report);
}

/** Whether it is made from single rounds, not from the sums in the index. */
function isOfRounds(format: ExportFormat, { groupBy }: ExportOptions): boolean {
  return format === 'focus' || ((format === 'csv' || format === 'ndjson') && !Array.isArray(groupBy));
}

function prunedLine(rounds: number): string {
  const were = rounds === 1 ? 'was' : 'were';
  return `monitor: ${plural(rounds, 'round')} ${were} pruned and cannot be in this export; json, md and --group-by still count them\n`;
}

/** The name of one store's folder says nothing that a bill would need. */
function isGatewayNamed({ stores }: Snapshot, { gateway }: ExportOptions): boolean {
  return gateway !== undefined || stores.length > 1 || stores.some(({ store }) => store.gateway !== null);
}
