import { threadName } from '../../../src/query/conversation/threads.ts';
import { Conversation } from '../../../src/site/session/conversation.ts';
import type {
  Block,
  Content,
  Item,
  ResultView,
  RoundView,
  SessionPart,
  SessionSum,
} from '../../../src/site/session/view.ts';
import { roundsOf, type Said } from './make.ts';

/** All parts of a session, and their sums. */
export function tell(said: readonly Said[], isLoose = false): { parts: SessionPart[]; sum: SessionSum } {
  const conversation = new Conversation({
    isLoose,
    moneyOf: ({ stored }) => ({ price: stored.price, cost: 0n, saved: 0n, currency: 'USD', inexact: [] }),
  });
  const parts = roundsOf(said).flatMap((round) => conversation.add(round) ?? []);
  const { part, sum } = conversation.end();
  return { parts: [...parts, part], sum };
}

/** Calls and failures of each round, as the pages count them. */
export function counts(said: readonly Said[]): [calls: number, failed: number][] {
  return tell(said).sum.columns.map(({ calls, failedTools }) => [calls, failedTools]);
}

/** The pages of a session in short: a line for each round, and its items in order. */
export function outline(said: readonly Said[], isLoose = false): string[] {
  return tell(said, isLoose).parts.flatMap(({ blocks }, i) => [
    ...(i > 0 ? ['----'] : []),
    ...blocks.flatMap((block) => blockLines(block)),
  ]);
}

function blockLines(block: Block): string[] {
  if (block.kind === 'idle') return [`idle ${block.ms / 60_000} min`];
  if (block.kind === 'round') return [roundLine(block.round)];
  const { thread } = block;
  const task = thread.task === '' ? '' : ` (${thread.task})`;
  return [
    `${threadName(thread)}${thread.isContinued ? ' goes on' : ''}${task}`,
    ...thread.blocks.flatMap((inner) => blockLines(inner).map((line) => `  ${line}`)),
  ];
}

function roundLine({ number, history, items }: RoundView): string {
  const said = history
    ? ` [${history.kind} of #${history.of}: ${history.repeated} repeated, -${history.removed} +${history.added}${history.atCalls > 0 ? `, ${history.atCalls} at calls` : ''}]`
    : '';
  return `#${number}${said} ${items.map((item) => itemText(item)).join(' | ')}`.trimEnd();
}

function itemText(item: Item): string {
  switch (item.kind) {
    case 'system':
      return item.sameAs === null
        ? `system: ${item.clips.map(({ text }) => text).join(' + ')}`
        : `system as in #${item.sameAs}`;
    case 'system-change':
      return `system: -${item.removed.text} +${item.added.text}, ${item.sameLines} as before`;
    case 'message': {
      const note = item.note ? ` (${item.note.kind}, #${item.note.of})` : '';
      return `${item.role}${note}: ${contentText(item.content)}`;
    }
    case 'seen':
      return `${item.role} as in #${item.round}`;
    case 'reasoning':
      return `thought: ${item.clip.text}`;
    case 'answer':
      return `${item.isRefusal ? 'refusal' : 'answer'}: ${item.clip.text}${item.clip.isCut ? ' (cut)' : ''}`;
    case 'no-answer':
      return 'no answer';
    case 'call': {
      const { name, excerpt, result } = item.call;
      const given = result ? ` = ${resultText(result)} from #${result.round}` : '';
      return `${name}(${excerpt})${given}`;
    }
    case 'result':
      return `result of ${item.name} in #${item.callRound}: ${resultText(item.result)}`;
    case 'cut':
      return `cut ${item.what}: ${item.clip.text}`;
    default:
      return `${item.count} more ${item.what}s`;
  }
}

/** What a tool returned, and why it failed if it did. */
function resultText({ content, failure }: ResultView): string {
  return contentText(content) + (failure === null ? '' : ` (${failure})`);
}

function contentText(content: readonly Content[]): string {
  return content
    .map((part) =>
      part.kind === 'media'
        ? part.words
        : part.kind === 'more'
          ? `${part.parts} more parts`
          : part.kind === 'text'
            ? part.clip.text
            : `${part.kind} ${part.clip.text}`,
    )
    .join(' + ');
}
