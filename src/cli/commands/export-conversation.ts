import { nodeFiles } from '../../platform/files.ts';
import { plural } from '../../platform/count-text.ts';
import { NoAnswer, UsageError } from '../../platform/errors.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { sessionTotals, type Row } from '../../query/aggregate.ts';
import { inCurrency } from '../../query/currency.ts';
import { prunedTexts } from '../../query/pruned-text.ts';
import { RoundPrices } from '../../query/why/round-prices.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { chatLines } from '../../report/export/conversation/chat.ts';
import { headLines } from '../../report/export/conversation/head.ts';
import { conversationMarkdown } from '../../report/export/conversation/markdown.ts';
import { showJson } from '../../report/show-json.ts';
import type { ShownSession } from '../../report/show.ts';
import { expandRounds } from '../../session-format/expand-rounds.ts';
import { readRound } from '../../session-format/read-round.ts';
import { titleOf } from '../../session-format/title.ts';
import { openStore, type Store } from '../../store/store.ts';
import { printablePieces, writeAll, type Context } from '../context.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import {
  redacted,
  redactionOf,
  type OutgoingRedaction,
  type RedactionOptions,
} from '../reporting/redaction.ts';
import { currencyOf, warnOfUnconverted } from '../reporting/report-currency.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import { refusePruned, sessionOf } from '../reporting/session-argument.ts';
import { readStores } from '../reporting/read-stores.ts';
import type { ReportOptions } from '../options/report-options.ts';
import { doneLine, formatOf, type FormatOptions } from './export-format.ts';
import { findTarget, writeFile } from './export-file.ts';

export interface ConversationOptions extends ReportOptions, FormatOptions, RedactionOptions {
  quiet?: true;
}

/**
 * Writes one conversation to a file, or to stdout if its name is `-`. Throws NoAnswer if there is no such session, or the
 * store has none of its texts.
 */
export async function exportConversation(
  context: Context,
  file: string,
  id: string,
  options: ConversationOptions,
): Promise<void> {
  const format = formatOf(file, options);
  if (format === 'csv' || format === 'focus')
    throw new UsageError(`a conversation cannot be ${format}: use md, html, json or jsonl`);
  const snapshot = await readStores(context, options);
  const stores = snapshot.dirs.map((dir) => openStore(nodeFiles, dir));
  const target = file === '-' ? undefined : await findTarget(file, stores);
  const redaction = await redactionOf(options, redactionsOf(stores));
  const view = currencyOf(context, snapshot.dirs, options.currency);
  const session = sessionOf(inCurrency(snapshot.sessions, view), id, snapshot.dir);
  refusePruned(session, undefined);
  const local = localTimeOf(context, options.timezone);
  const gone = prunedTexts(session, local);
  if (snapshot.noContent)
    throw new NoAnswer('the store keeps no texts (--no-content), so there is no conversation to write');
  if (session.pruned_content?.rounds === session.rounds)
    throw new NoAnswer(`there is no conversation to write: pruned ${gone.join(' and ')}`);
  if (gone.length > 0) context.warn(`monitor: not in this file, because pruned: ${gone.join(' and ')}\n`);
  const lines = snapshot.rounds(session);
  const read = expandRounds(lines);
  const prices = new RoundPrices(snapshot.priceLines, snapshot.dir, view);
  const { moneyOf } = prices;
  const shown: ShownSession = {
    session,
    rounds: redaction ? redacted(read, redaction.redactor) : read,
    choice: null,
    moneyOf,
  };
  const sum = sessionTotals(session);
  const notes = { cut: 0 };
  const pieces =
    format === 'json'
      ? printablePieces(showJson(shown, true))
      : format === 'ndjson'
        ? printablePieces(chatLines(session.id, shown.rounds, notes))
        : format === 'html'
          ? await htmlOf(session, lines, redaction, { now: context.now, local, prices, moneyOf })
          : markdownOf(shown, sum, { title: titleIn(session, lines, redaction), redaction, local });
  await (target === undefined ? writeAll(context, pieces) : writeFile(target, pieces));
  if (target !== undefined && !options.quiet) await context.write(doneLine(file, target, sum));
  if (notes.cut > 0)
    context.warn(
      `monitor: the log has no list of messages for ${plural(notes.cut, 'round')}: of these, the file has only questions and answers\n`,
    );
  warnOfUnconverted(context, sum);
  requirePrices(sum, options.strict);
}

/** What any of the stores redacts. */
function redactionsOf(stores: readonly Store[]): Pick<Store['filters'], 'redact' | 'redact_patterns'> {
  return {
    redact: stores.flatMap(({ filters }) => filters.redact ?? []),
    redact_patterns: stores.flatMap(({ filters }) => filters.redact_patterns ?? []),
  };
}

function markdownOf(
  { session, rounds, moneyOf }: ShownSession,
  sum: Row,
  {
    title,
    redaction,
    local,
  }: {
    title: string | null;
    redaction: OutgoingRedaction | undefined;
    local: LocalTime;
  },
): Iterable<string> {
  const head = headLines(session, sum, { title, redacted: redaction?.names ?? [], local });
  return conversationMarkdown({
    head,
    id: session.id,
    rounds,
    moneyOf,
    withModel: sum.models.size > 1,
    local,
  });
}

/** The page of a site, made by the bundle that has pages. */
async function htmlOf(
  session: SessionEntry,
  lines: Iterable<string>,
  redaction: OutgoingRedaction | undefined,
  facts: { now: number; local: LocalTime; prices: RoundPrices; moneyOf: RoundPrices['moneyOf'] },
): Promise<Iterable<string>> {
  const { conversationHtml } = await import('../run-render.ts');
  const entry = { ...session, title: titleIn(session, lines, redaction) };
  const expanded = {
    [Symbol.iterator]: () =>
      redaction ? redacted(expandRounds(lines), redaction.redactor) : expandRounds(lines),
  };
  return conversationHtml({ entry, expanded, redacted: redaction?.names ?? [] }, facts);
}

/** The stored title may end in the middle of a secret, so it is made anew from the redacted question. */
function titleIn(
  { title }: SessionEntry,
  lines: Iterable<string>,
  redaction: OutgoingRedaction | undefined,
): string | null {
  if (!redaction) return title;
  for (const line of lines) {
    const question = readRound(line).texts.get('question');
    return question === undefined ? null : titleOf(redaction.redactor.json(question));
  }
  return null;
}
