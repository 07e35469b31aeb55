import { exact, plural } from '../../src/platform/count-text.ts';
import { currencyOrder } from '../../src/query/currency-order.ts';
import { shortCount } from '../../src/site/format.ts';
import { costText } from './cost-text.ts';
import { meaning } from './list-fields.ts';
import { isAsked, isNarrow, type Asked, type Found } from './list-filter.ts';

/** Says what the figures of the rows are about, what they are together, and what is not known. */
export function drawMeaning(line: HTMLElement, asked: Asked, found: Found): void {
  line.hidden = !isAsked(asked);
  if (line.hidden) return;
  const { sessions, used, unknown } = found;
  const about = meaning(asked);
  const costs = used.costs && [...used.costs].toSorted(([a], [b]) => currencyOrder(a, b));
  const cost = costText({ costs, flags: used.flags, unpriced: used.unpriced });
  const together = [
    plural(used.rounds, 'round'),
    `${shortCount(used.input + used.output)} tokens`,
    `${cost.text}${cost.missing === '' ? '' : ` ${cost.missing}`}`,
  ].join(', ');
  const sentences = [
    ...(about === '' ? [] : [`Rounds, tokens and cost are those ${about} only.`]),
    ...(sessions.length === 0 ? [] : [`Together: ${together}.`]),
    ...(asked.status === 'failed-tool' && isNarrow(asked)
      ? ['When a tool failed is not known: it counts for the whole session.']
      : []),
    ...(unknown === 0 ? [] : [`Of ${exact(unknown)} more, the store does not know ${unknownText(asked)}.`]),
  ];
  line.textContent = sentences.join(' ');
}

/** What is not known of sessions that the list leaves out. */
function unknownText({ status, where }: Asked): string {
  const known = UNKNOWN[status];
  return where.length === 0
    ? (known ?? 'this')
    : known === undefined
      ? 'these values'
      : `these values, or ${known}`;
}

const UNKNOWN: Readonly<Record<string, string>> = {
  failed: 'whether a request failed',
  slow: 'how long requests took',
  'failed-tool': 'whether a tool failed',
};
