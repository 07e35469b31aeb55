import { isAnswerRole } from '../../ai-log/message.ts';
import { FLAG_WORDS } from '../../session-format/flags.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { boundOf, isReason, type Bound, type BoundReason } from '../../pricing/bounds.ts';
import { boundWords } from '../../query/bound-words.ts';
import { exact, plural } from '../../platform/count-text.ts';
import { gistOf, wholeCharacters } from '../../query/conversation/excerpt.ts';
import {
  argumentsHtml,
  contentHtml,
  moreHtml,
  plain,
  pre,
  resultHtml,
  rich,
  type RowContext,
} from './markup.ts';
import { longText } from './long-text.ts';
import { CUT, CUT_WORDS, fold, line, speech, taggedSpeech, type Row, type Tag } from './row.ts';
import { escapeAttribute } from './text.ts';
import type { CallView, Clip, History, Item, RoundView } from './view.ts';

export function rowsOf(round: RoundView, context: RowContext): Row[] {
  const rows: Row[] = [];
  if (round.history) rows.push(historyRow(round.history, round.number, context));
  let isFirstCall = true;
  for (const item of round.items) {
    rows.push(rowOf(item, isFirstCall, context));
    if (item.kind === 'call') isFirstCall = false;
  }
  const failure = failureRow(round);
  if (failure) rows.push(failure);
  return [...rows, ...noteRows(round)];
}

function rowOf(item: Item, isFirstCall: boolean, context: RowContext): Row {
  switch (item.kind) {
    case 'system':
      return systemRow(item, context);
    case 'system-change':
      return changeRow(item, context);
    case 'message':
      return messageRow(item, context);
    case 'seen':
      return line(
        roleWord(item.role),
        null,
        item.excerpt,
        context.hrefOf(item.round),
        `shown in #${item.round}`,
      );
    case 'reasoning': {
      const sum = item.tokens > 0 ? plural(item.tokens, 'token') : charactersText(item.clip);
      return fold('Reasoning', sum, firstLine(item.clip.text), rich(item.clip, context), tagsOf([item.clip]));
    }
    case 'answer':
      return answerRow(item, context);
    case 'no-answer':
      return line('Answer', null, noAnswerText(item.tokens), '', '');
    case 'call':
      return callRow(item.call, isFirstCall, context);
    case 'result':
      return resultRow(item, context);
    case 'cut':
      return fold(
        item.what === 'request' ? 'Request' : item.what === 'system' ? 'System' : 'Tools',
        CUT_WORDS,
        '',
        pre(item.clip, context),
        [CUT],
      );
    default:
      return line(
        '',
        null,
        plural(item.count, `more ${item.what}`) + (item.what === 'call' ? '' : ' of this request'),
        context.rawHref,
        'raw JSON',
      );
  }
}

function answerRow({ clip, isRefusal }: Extract<Item, { kind: 'answer' }>, context: RowContext): Row {
  const html = rich(clip, context);
  if (!isRefusal) return taggedSpeech('Answer', 'answer', html, clip.isCut === true);
  return speech('Answer', 'answer', html, { text: 'refusal', isFailed: false }, 'The model declined.');
}

function noAnswerText(tokens: number): string {
  const counted = tokens > 0 ? `, though ${plural(tokens, 'token')} of output were counted` : '';
  return `The log has no answer and no call of this round${counted}.`;
}

function tagsOf(clips: readonly Clip[]): Tag[] {
  return clips.some(({ isCut }) => isCut) ? [CUT] : [];
}

/** `42 repeated, 3 new`, `Rewritten: −30 +1, 2 repeated` */
function historyRow(history: History, round: number, context: RowContext): Row {
  const { kind, repeated, removed, added, atCalls, of } = history;
  const from = context.isLoose && of !== round - 1 ? ` from #${of}` : '';
  const where =
    atCalls === 0 ? '' : atCalls === 1 && added === 1 ? ', shown with its call' : ', shown with their calls';
  const sums = {
    continued: `${exact(repeated)} repeated${from}, ${exact(added)} new${atCalls === added ? where : ''}`,
    rewritten: `Rewritten: −${exact(removed)} +${exact(added)}, ${exact(repeated)} repeated${from}`,
    retried: `Sent again: the same ${plural(repeated, 'message')} as #${of}`,
  };
  const link = `<a href="${escapeAttribute(context.hrefOf(of))}">#${of}</a>`;
  const explanations = {
    continued: `This request continues ${link}. What it repeats is shown there and in earlier rounds.`,
    rewritten:
      `This request continues ${link}, but ${plural(removed, 'message')} of that request ${removed === 1 ? 'is' : 'are'} missing: ` +
      'the conversation was compacted, edited, or restarted.',
    retried: `Nothing in this request is new: ${link} got no answer.`,
  };
  const raw = `The whole request is in the <a href="${escapeAttribute(context.rawHref)}">raw JSON</a>.`;
  return fold('History', sums[kind], '', `<p class="aside">${explanations[kind]} ${raw}</p>`, []);
}

function systemRow(item: Extract<Item, { kind: 'system' }>, context: RowContext): Row {
  const { clips, characters, known, sameAs } = item;
  const sum = plural(characters, 'character');
  if (sameAs !== null) return line('System', null, sum, context.hrefOf(sameAs), `as in #${sameAs}`);
  const parts = known > 0 ? `, ${plural(known, 'part')} shown before` : '';
  const html = clips.map((clip) => plain(clip, context)).join('\n') + moreHtml(item.more, context);
  return fold('System', sum + parts, firstLine(clips.at(-1)?.text ?? ''), html, tagsOf(clips));
}

function changeRow(item: Extract<Item, { kind: 'system-change' }>, context: RowContext): Row {
  const { removed, added, sameLines } = item;
  const side = (name: string, clip: Clip): string =>
    clip.text === '' ? '' : `<div class="part"><span class="label">${name}</span>${pre(clip, context)}</div>`;
  const html = side('Before', removed) + side('Now', added);
  return fold('System', `changed, ${plural(sameLines, 'line')} unchanged`, firstLine(added.text), html, []);
}

const NOTES = {
  differs: (round: number) => ({
    tag: { text: 'differs', isFailed: false },
    note: `from the answer logged in #${round}`,
  }),
  late: (round: number) => ({ tag: null, note: `the rest of the answer to #${round}` }),
};

function messageRow(item: Extract<Item, { kind: 'message' }>, context: RowContext): Row {
  const role = roleWord(item.role);
  const html = contentHtml(item.content, role === 'Assistant', context);
  const speaker = role === 'User' ? 'user' : role === 'Assistant' ? 'answer' : 'other';
  if (item.note) {
    const { tag, note } = NOTES[item.note.kind](item.note.of);
    return { ...speech(role, speaker, html, tag, note), noteHref: context.hrefOf(item.note.of) } as Row;
  }
  const isCut = item.content.some((part) => 'clip' in part && part.clip.isCut);
  const row = taggedSpeech(role, speaker, html, isCut);
  // Answers are what people came to read.
  return speaker === 'answer' ? row : ({ ...row, long: longText(item.content) } as Row);
}

/** What a role is called on the page. */
function roleWord(role: string): string {
  if (role === 'user') return 'User';
  if (isAnswerRole(role)) return 'Assistant';
  if (role === 'tool' || role === 'function' || role.endsWith('_output')) return 'Tool';
  return cleanLine(role).slice(0, 24) || '?';
}

function callRow(call: CallView, isFirst: boolean, context: RowContext): Row {
  const { result } = call;
  const failure = result?.failure ?? null;
  return {
    kind: 'session-call',
    role: isFirst ? 'Tools' : '',
    name: cleanLine(call.name) || '?',
    excerpt: call.excerpt,
    summary: failure === null ? (result?.summary ?? '') : '',
    failure: failure === null ? null : { text: 'error', isFailed: true },
    failureText: failure === 'error' ? '' : (failure ?? ''),
    callHtml: call.arguments.text === '' ? '' : argumentsHtml(call.arguments, context),
    resultHtml: result ? resultHtml(result, context) : '',
    note: '',
    isOpen: failure !== null,
  };
}

function resultRow(item: Extract<Item, { kind: 'result' }>, context: RowContext): Row {
  const { result, callRound, name } = item;
  const { failure } = result;
  const link =
    callRound === null
      ? ''
      : ` <a href="${escapeAttribute(context.hrefOf(callRound))}">Its call is in #${callRound}.</a>`;
  return {
    kind: 'session-call',
    role: 'Result',
    name: cleanLine(name) || 'tool',
    excerpt: callRound === null ? '' : `called in #${callRound}`,
    summary: failure === null ? result.summary : '',
    failure: failure === null ? null : { text: 'error', isFailed: true },
    failureText: failure === 'error' ? '' : (failure ?? ''),
    callHtml: '',
    resultHtml: resultHtml(result, context),
    note: link,
    isOpen: failure !== null,
  };
}

/** A failed request takes the row of its answer. */
function failureRow({ stored, items }: RoundView): Row | null {
  const { response_code: code } = stored;
  if (code === 0 && !items.some(({ kind }) => kind === 'answer')) {
    return line(
      'Answer',
      { text: 'aborted', isFailed: true },
      'The connection closed before an answer was logged.',
      '',
      '',
    );
  }
  if (code === undefined || code < 400) return null;
  return line('Answer', { text: String(code), isFailed: true }, `The request failed: HTTP ${code}.`, '', '');
}

/** The round's flags, and the reasons why its cost may be wrong. A flag that is such a reason is shown once. */
function noteRows({ stored, money }: RoundView): Row[] {
  const flags = (stored.flags ?? []).filter((flag) => !money.inexact.some((reason) => reason === flag));
  return [...flags.map((flag) => noteRow(flag, flagWords(flag))), ...money.inexact.map(reasonRow)];

  function reasonRow(reason: BoundReason): Row {
    const bound = boundOf([reason]);
    // Without a cost, nothing is bounded.
    const so = bound === null || money.cost === null ? '' : `: the cost ${BOUND_WORDS[bound]}`;
    return noteRow(reason, sentence(boundWords(reason)) + so);
  }
}

const BOUND_WORDS: Readonly<Record<Bound, string>> = {
  lower: 'is a lower bound',
  upper: 'is an upper bound',
  either: 'may be more or less',
};

function flagWords(flag: string): string {
  // Here it is not a reason: the round is free, for example, or a cache would make no difference.
  const words = FLAG_WORDS.get(flag)?.replace(/: the cost is an? (?:lower|upper) bound$/, '');
  return words ?? (isReason(flag) ? sentence(boundWords(flag)) : '');
}

function noteRow(name: string, words: string): Row {
  const tag = { text: cleanLine(name).replaceAll('-', ' ').slice(0, 40), isFailed: false };
  return line('Note', tag, words === '' ? '' : `${words}.`, '', '');
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function firstLine(text: string): string {
  const line = gistOf(text.slice(0, 4000));
  return line.length > 120 ? `${wholeCharacters(line, 120)}…` : line;
}

function charactersText({ text, left }: Clip): string {
  return plural(text.length + left, 'character');
}
