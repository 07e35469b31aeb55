import { cleanLine, printableId } from '../../platform/clean-text.ts';
import { namesByUse, tokensOf, type Row } from '../../query/aggregate.ts';
import { NO_ANSWER, noAnswerOf, shownModels } from '../../query/session-models.ts';
import { plural } from '../../platform/count-text.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import { shownTime, type ShownTime } from '../clock.ts';
import { costView, type CostView } from '../cost-view.ts';
import { percent, shownCount, type Shown } from '../format.ts';
import { clipText, modelView, nameText, type ModelView } from '../model-view.ts';
import { hrefTo, sessionName, sessionPath } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import { shownGateway } from '../gateways.ts';
import type { SiteSession } from '../shown-session.ts';

/** What lists show of a session as text. */
export interface SessionWords {
  /** Empty if the session has no page. */
  href: string;
  /** Start of the first question; empty if there is none or the store keeps no text. */
  title: string;
  consumer: string;
  /** All its models, as logged: that of its last answer first, then those with the most tokens. */
  models: [first: string, ...others: string[]];
  /** No round of the first has a price. */
  isHatched: boolean;
  cost: CostView;
}

/** A session as a row of a list. */
export interface SessionRow extends Omit<SessionWords, 'isHatched'> {
  id: string;
  /** The model of its last answer. */
  model: ModelView;
  /** `+ gpt-5, qwen-max`: the others; can be empty. */
  others: string;
  /** `+ 2` */
  othersShort: string;
  rounds: Shown;
  roundsText: string;
  input: Shown;
  cached: string;
  output: Shown;
  tokens: Shown;
  updated: ShownTime;
}

const LONGEST_ID = 200;
const LONGEST_TITLE = 160;

/** `from` is the page that shows the session, `sum` is what the session used. */
export function sessionWords(
  { entry: session, hasPages, sentTo }: Pick<SiteSession, 'entry' | 'hasPages' | 'sentTo'>,
  sum: Row,
  from: string,
  site: SiteContext,
): SessionWords {
  const models = shownModels(session, sum);
  const isHatched = isUnpricedIn(models[0], session, sum);
  if (models[0] === NO_ANSWER && sentTo) models[0] = noAnswerOf(nameText(sentTo()));
  return {
    href: hasPages ? hrefTo(from, sessionPath(sessionName(session))) : '',
    title: clipText(cleanLine(session.title ?? ''), LONGEST_TITLE),
    consumer: [consumerOf(session.usage), viaText(session, site)].filter((text) => text !== '').join(' '),
    models,
    isHatched,
    cost: costView(sum),
  };
}

/** `sum` is what the session used, `page` the page that shows it. Times of `year` are shown without it. */
export function sessionRow(
  shown: SiteSession,
  sum: Row,
  { page: from, year }: { page: string; year: string },
  site: SiteContext,
): SessionRow {
  const { entry: session } = shown;
  const { isHatched, ...words } = sessionWords(shown, sum, from, site);
  const [first, ...others] = words.models;
  return {
    ...words,
    id: clipText(printableId(session.id), LONGEST_ID),
    model: modelView(first, isHatched, site.colours),
    others: others.length === 0 ? '' : `+ ${clipText(others.map(nameText).join(', '), 120)}`,
    othersShort: others.length === 0 ? '' : `+ ${others.length}`,
    rounds: shownCount(session.rounds),
    roundsText: plural(session.rounds, 'round'),
    input: shownCount(sum.input),
    cached: percent(sum.cached, sum.input),
    output: shownCount(sum.output),
    tokens: shownCount(tokensOf(sum)),
    updated: shownTime(session.updated, site.local, year),
  };
}

/** `bot + 2`: the consumer with the most rounds, and the number of others. */
function consumerOf(usage: readonly UsageCell[]): string {
  const [{ consumer: only } = { consumer: '' }] = usage;
  if (usage.every(({ consumer }) => consumer === only)) return nameText(only);
  const uses = new Map<string, number>();
  for (const { consumer, rounds } of usage) {
    if (consumer !== '') uses.set(consumer, (uses.get(consumer) ?? 0) + rounds);
  }
  const [first = '', ...others] = namesByUse(uses);
  return nameText(first) + (others.length === 0 ? '' : ` + ${others.length}`);
}

/** `via eu-1 + 1`, if the site has several gateways: the first of its stores, and the number of others. */
function viaText(session: SessionEntry, site: SiteContext): string {
  const [first, ...others] = session.gateways ?? [];
  const name = shownGateway(first, site);
  return name === '' ? '' : `via ${name}${others.length === 0 ? '' : ` + ${others.length}`}`;
}

/** Whether no round of a model in this session has a price, except those without usage. */
function isUnpricedIn(model: string, { usage }: SessionEntry, { unpricedModels }: Row): boolean {
  if (!unpricedModels.has(model)) return false;
  return usage.every(
    (cell) => cell.model !== model || cell.price === 'unpriced' || cell.price === 'no-usage',
  );
}
