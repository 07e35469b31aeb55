import { cleanLine, printableId } from '../platform/clean-text.ts';
import { namesByUse, sessionTotals, tokensOf, type Row } from '../query/aggregate.ts';
import { plural } from '../query/count-text.ts';
import type { SessionEntry, UsageCell } from '../store/types.ts';
import { shownTime, type ShownTime } from './clock.ts';
import { costView, type CostView } from './cost-view.ts';
import { percent, shownCount, type Shown } from './format.ts';
import { clipText, modelView, nameText, type ModelView } from './model-view.ts';
import { hrefTo, sessionName, sessionPath } from './names.ts';
import type { SiteContext } from './site-context.ts';

/** A session as lists show it. */
export interface SessionRow {
  href: string;
  /** Start of the first question; empty where there is none, or the store keeps no text. */
  title: string;
  id: string;
  consumer: string;
  /** The one that used most tokens. */
  model: ModelView;
  /** All its models, as logged. */
  models: string[];
  /** `+ gpt-5, qwen-max`: the others; empty where there are none. */
  others: string;
  /** `+ 2` */
  othersShort: string;
  rounds: Shown;
  roundsText: string;
  input: Shown;
  cached: string;
  output: Shown;
  tokens: Shown;
  cost: CostView;
  updated: ShownTime;
}

const LONGEST_ID = 200;
const LONGEST_TITLE = 160;

/** `from` is the page that shows it. */
export function sessionRow(session: SessionEntry, from: string, site: SiteContext): SessionRow {
  const sum = sessionTotals(session);
  const [first = session.model, ...others] = namesByUse(sum.models);
  const year = site.local.isoOf(site.now).slice(0, 4);
  return {
    href: hrefTo(from, sessionPath(sessionName(session))),
    title: clipText(cleanLine(session.title ?? ''), LONGEST_TITLE),
    id: clipText(printableId(session.id), LONGEST_ID),
    consumer: consumerOf(session.usage),
    model: modelView(first, isUnpricedIn(first, session, sum), site.colours),
    models: [first, ...others],
    others: others.length === 0 ? '' : `+ ${clipText(others.map(nameText).join(', '), 120)}`,
    othersShort: others.length === 0 ? '' : `+ ${others.length}`,
    rounds: shownCount(session.rounds),
    roundsText: plural(session.rounds, 'round'),
    input: shownCount(sum.input),
    cached: percent(sum.cached, sum.input),
    output: shownCount(sum.output),
    tokens: shownCount(tokensOf(sum)),
    cost: costView(sum),
    updated: shownTime(session.updated, site.local, year),
  };
}

/** The consumer of most rounds, and how many others. */
function consumerOf(usage: readonly UsageCell[]): string {
  const uses = new Map<string, number>();
  for (const { consumer, rounds } of usage) {
    if (consumer !== '') uses.set(consumer, (uses.get(consumer) ?? 0) + rounds);
  }
  const [first = '', ...others] = namesByUse(uses);
  return nameText(first) + (others.length === 0 ? '' : ` + ${others.length}`);
}

/** Whether every counted round of a model in this session lacks a price. */
function isUnpricedIn(model: string, { usage }: SessionEntry, { unpricedModels }: Row): boolean {
  if (!unpricedModels.has(model)) return false;
  return usage.every(
    (cell) => cell.model !== model || cell.price === 'unpriced' || cell.price === 'no-usage',
  );
}
