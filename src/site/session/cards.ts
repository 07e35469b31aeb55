import { usageOf } from '../../session-format/stored-usage.ts';
import { sumOfCells, tokensOf, type Row as UsageRow } from '../../query/aggregate.ts';
import { exact, plural } from '../../platform/count-text.ts';
import { exactTime } from '../clock.ts';
import { cellOfRound } from '../../query/round-money.ts';
import { isUnanswered } from '../../query/round-model.ts';
import { costView } from '../cost-view.ts';
import { dateText, duration, shortCount } from '../format.ts';
import { rounded } from '../rounded.ts';
import { nameText } from '../model-view.ts';
import type { SiteContext } from '../site-context.ts';
import { threadName } from '../../query/conversation/threads.ts';
import { shownGateway } from '../gateways.ts';
import type { RowContext } from './markup.ts';
import type { Row, Tag } from './row.ts';
import { rowsOf } from './rows.ts';
import type { Block, ThreadView, RoundView } from './view.ts';

/** What a page shows from top to bottom. `kind` names the template. */
export type Card =
  | { kind: 'session-idle'; text: string; href: string }
  | ({ kind: 'session-thread' } & ThreadCard)
  | ({ kind: 'session-round' } & RoundCard);

interface ThreadCard {
  name: string;
  facts: string;
  model: ModelMark;
  moreModels: string;
  tokens: string;
  cost: string;
  costExact: string;
  tags: Tag[];
  task: string;
  isOpen: boolean;
  cards: Card[];
}

interface RoundCard {
  number: number;
  numberText: string;
  time: { text: string; exact: string; iso: string };
  model: ModelMark;
  /** Empty if `costTag` takes its place. */
  cost: string;
  /** Tooltip: how the cost may be wrong, and why; empty if it is exact. */
  costExact: string;
  costTag: Tag | null;
  meter: { cached: string; fresh: string; freshX: string; gap: boolean };
  input: string;
  cached: string;
  fresh: string;
  written: string;
  output: string;
  reasoning: string;
  /** Empty if it need not be said. */
  gateway: string;
  latency: string;
  /** Whether the round has a part in the conversation: a prompt or an answer. */
  isTalk: boolean;
  rows: Row[];
}

export interface ModelMark {
  name: string;
  slot: number;
  /** Its price is unknown. */
  isHatched: boolean;
}

export interface CardContext extends RowContext {
  site: SiteContext;
  /** The largest input of a round on the page, which fills the whole meter. */
  largestInput: number;
}

/** `day`: the date of the round before these, which need not be said again. */
export function cardsOf(blocks: readonly Block[], context: CardContext, day = ''): Card[] {
  return blocks.map((block) => {
    if (block.kind === 'idle') return { kind: 'session-idle', text: `${duration(block.ms)} idle`, href: '' };
    if (block.kind === 'thread') return { kind: 'session-thread', ...threadCard(block.thread, context) };
    const card = roundCard(block.round, day, context);
    day = card.time.iso.slice(0, 10);
    return { kind: 'session-round', ...card };
  });
}

/** Whether the main thread has a prompt or an answer. */
export function hasTalk(cards: readonly Card[]): boolean {
  return cards.some((card) => card.kind === 'session-round' && card.isTalk);
}

/** Whether anything is folded. */
export function hasClosed(cards: readonly Card[]): boolean {
  return cards.some(
    (card) =>
      card.kind === 'session-thread' ||
      (card.kind === 'session-round' &&
        card.rows.some(
          (row) =>
            row.kind === 'session-fold' ||
            row.kind === 'session-call' ||
            (row.kind === 'session-say' && row.long !== null),
        )),
  );
}

function roundCard(round: RoundView, day: string, context: CardContext): RoundCard {
  const { stored } = round;
  const { site, largestInput } = context;
  const iso = site.local.isoOf(round.time);
  const clock = iso.slice(11, 19);
  const isNewDay = day !== '' && day !== iso.slice(0, 10);
  const usage = usageOf(stored);
  const cached = Math.min(usage.cached, usage.input);
  const fresh = usage.input - cached;
  const share = (tokens: number): string => percentOf(tokens, largestInput);
  const rows = rowsOf(round, context);
  return {
    number: stored.round,
    numberText: exact(stored.round),
    time: {
      text: isNewDay ? `${dateText(iso.slice(0, 10), false)}, ${clock}` : clock,
      exact: exactTime(iso),
      iso,
    },
    model: roundMark(round, site),
    ...roundCost(round),
    costTag: round.money.price === 'unpriced' ? { text: 'unpriced', isFailed: false } : null,
    meter: {
      cached: share(cached),
      fresh: share(fresh),
      freshX: share(cached),
      gap: cached > 0 && fresh > 0,
    },
    input: exact(usage.input),
    cached: cached > 0 ? exact(cached) : '',
    fresh: fresh > 0 ? exact(fresh) : '',
    written: usage.cacheWrite > 0 ? exact(usage.cacheWrite) : '',
    output: exact(usage.output),
    reasoning: usage.reasoning > 0 ? exact(usage.reasoning) : '',
    gateway: round.gateway === undefined ? '' : shownGateway(round.gateway, site),
    latency: latencyText(round),
    isTalk: rows.some((row) => row.kind === 'session-say' && row.speaker !== 'other'),
    rows,
  };
}

function percentOf(part: number, whole: number): string {
  return `${whole > 0 ? rounded((100 * part) / whole, 2) : 0}%`;
}

/** A request that failed often names no model, as on other pages. */
function roundMark({ stored, model, money }: RoundView, site: SiteContext): ModelMark {
  return isUnanswered(stored)
    ? { name: nameText(model), slot: 0, isHatched: false }
    : markOf(model, money.price === 'unpriced', site);
}

export function markOf(model: string, isUnpriced: boolean, { colours }: SiteContext): ModelMark {
  return { name: nameText(model) || '?', slot: colours.slotOf(model), isHatched: isUnpriced };
}

function roundCost(round: RoundView): Pick<RoundCard, 'cost' | 'costExact'> {
  const { price, cost: amount } = round.money;
  if (price === 'unpriced') return { cost: '', costExact: '' };
  if (price === 'gateway-cache') return { cost: '$0, from the gateway’s cache', costExact: '' };
  if (price === 'free') return { cost: 'free', costExact: '' };
  const { text, exact: whole, bounds } = costView(sumOfViews([round]), 4);
  return {
    cost: price === 'no-usage' || amount !== null ? text : 'unpriced',
    costExact: bounds ? whole : '',
  };
}

function sumOfViews(rounds: readonly RoundView[]): UsageRow {
  return sumOfCells(rounds.map(({ stored, money }) => cellOfRound(stored, money)));
}

function latencyText({ stored }: RoundView): string {
  const whole = stored.duration_ms === undefined ? [] : [duration(stored.duration_ms)];
  const first = stored.first_token_ms ? [`first token ${duration(stored.first_token_ms)}`] : [];
  return [...whole, ...first].join(', ');
}

function threadCard(thread: ThreadView, context: CardContext): ThreadCard {
  const rounds = thread.blocks.flatMap((block) => (block.kind === 'round' ? [block.round] : []));
  const [first] = rounds;
  const last = rounds.at(-1) ?? first;
  // As in the legend, a failed request without a model is not one more model.
  const answered = rounds.filter(({ stored }) => !isUnanswered(stored));
  const models = [...new Set((answered.length > 0 ? answered : rounds).map(({ model }) => model))];
  const sum = sumOfViews(rounds);
  const cost = costView(sum, 4);
  const unpriced = sum.unpricedRounds;
  const failures = rounds.reduce((count, round) => count + failuresOf(round), 0);
  const span = first === last ? `#${first?.number ?? 0}` : `#${first?.number ?? 0} to #${last?.number ?? 0}`;
  return {
    name: threadName(thread),
    facts: `${thread.isContinued ? 'continued, ' : ''}${plural(rounds.length, 'round')}, ${span}`,
    model:
      answered.length === 0 && first
        ? roundMark(first, context.site)
        : markOf(models[0] ?? '', unpriced === rounds.length, context.site),
    moreModels: models.length > 1 ? `+ ${models.length - 1} more` : '',
    tokens: `${shortCount(tokensOf(sum))} tokens`,
    cost: cost.isKnown ? cost.text : '',
    costExact: cost.isKnown && cost.bounds ? cost.exact : '',
    tags: [
      ...(unpriced > 0 ? [{ text: `${exact(unpriced)} unpriced`, isFailed: false }] : []),
      ...(failures > 0 ? [{ text: `${exact(failures)} failed`, isFailed: true }] : []),
    ],
    task: thread.task,
    // A parallel thread is read like the main one, and failures must not be hidden.
    isOpen: thread.kind === 'thread' || failures > 0,
    cards: cardsOf(thread.blocks, context),
  };
}

/** Failed tools and a failed request of one round. */
function failuresOf({ stored, items }: RoundView): number {
  const tools = items.filter(
    (item) =>
      (item.kind === 'call' && item.call.result?.failure) || (item.kind === 'result' && item.result.failure),
  );
  return tools.length + ((stored.response_code ?? 0) >= 400 ? 1 : 0);
}
