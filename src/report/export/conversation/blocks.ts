import { mediaText, withoutFiles } from '../../../ai-log/media-text.ts';
import type { Part, ToolCall, ToolResult } from '../../../ai-log/message.ts';
import { failureOf } from '../../../ai-log/tool-outcome.ts';
import { cleanLine, cleanText } from '../../../platform/clean-text.ts';
import { lacksAnswer, type Said } from '../../../query/conversation/answer.ts';
import { excerptOfCall, type MadeCall } from '../../../query/conversation/calls.ts';
import { argumentsExcerpt } from '../../../query/conversation/excerpt.ts';
import { layOutJson } from '../../../query/conversation/json-layout.ts';
import type { ToldRound } from '../../../query/conversation/look-ahead.ts';
import { resultBody, textOfJson } from '../../content-text.ts';
import { clip } from '../../terminal.ts';
import { codeSpan, fenced, folded, htmlLine, modelText } from '../markdown-text.ts';

/** Columns. */
const LONGEST_EXCERPT = 80;

/** The answer of a round, with what only the next request tells. */
export function answerBlocks({ reading, added }: Pick<ToldRound, 'reading' | 'added'>): string[] {
  const { round, answer } = reading;
  const said = added?.said;
  const blocks = [
    ...saidBlocks({
      text: said?.text || answer.text,
      refusal: said?.refusal || answer.refusal,
      thinking: [answer.thinking, said?.thinking ?? ''].filter((text) => text !== '').join('\n'),
      rest: [...answer.rest, ...(said?.rest ?? [])],
    }),
    ...[...(answer.calls ?? []), ...(said?.calls ?? [])].map(callBlock),
  ];
  if (answer.calls === null)
    blocks.push(folded('Tool calls, cut by the gateway', code(textOfJson(round.toolCalls ?? ''))));
  if (blocks.length > 0) return blocks;
  if (lacksAnswer(answer, round)) return ['_None in the log, and no call._'];
  const isClosed = answer.isMissing && round.stored.response_code === 0;
  return isClosed ? ['_None: the connection closed before one was logged._'] : [];
}

/** What a model said, without its calls: reasoning first. */
export function saidBlocks({
  text,
  refusal,
  thinking,
  rest,
}: Pick<Said, 'text' | 'refusal' | 'thinking' | 'rest'>): string[] {
  return partBlocks([
    { kind: 'thinking', text: thinking },
    { kind: 'text', text },
    { kind: 'refusal', text: refusal },
    ...rest,
  ]);
}

/** The parts of a message, except results. `textBlock`: how its words are written. */
export function partBlocks(parts: readonly Part[], textBlock = modelText): string[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case 'media':
        return [`Attached: ${codeSpan(mediaText(part.media), 400)}`];
      case 'result':
        return [];
      case 'call':
        return [];
      case 'other':
        return [folded('Something else', code(part.json, 'json'))];
      default:
        return part.text.trim() === '' ? [] : [wordsBlock(part.kind, part.text, textBlock)];
    }
  });
}

function wordsBlock(
  kind: 'text' | 'thinking' | 'refusal' | 'sources',
  text: string,
  textBlock: (text: string) => string,
): string {
  const words = withoutFiles(text);
  if (kind === 'thinking') return folded('Reasoning', modelText(words));
  if (kind === 'refusal') return `**Refused:**\n\n${modelText(words)}`;
  if (kind === 'sources') return folded('Sources', code(words));
  return textBlock(words);
}

/** A tool call, folded: its name and main argument, and all arguments laid out. */
export function callBlock({ name, arguments: given }: ToolCall): string {
  const layout = layOutJson(given);
  const body =
    layout.kind === 'fields'
      ? layout.fields
          .map(({ path, text }) => `Argument ${codeSpan(cleanLine(path))}:\n\n${code(text)}`)
          .join('\n\n')
      : code(layout.text, layout.kind === 'json' ? 'json' : '');
  return folded(`Call: ${htmlCode(name)} ${htmlCode(argumentsExcerpt(given))}`.trimEnd(), body);
}

/** A tool's result, folded: which call it answers, whether it failed, and what it says. */
export function resultBlock(result: ToolResult, call: MadeCall | null): string {
  const failure = failureOf(result);
  const words = [
    `${failure === null ? '' : '❌ '}Result:`,
    htmlCode(call?.name ?? result.name ?? ''),
    htmlCode(call ? excerptOfCall(call) : (result.id ?? '')),
    failure === null ? '' : `(${failure})`,
  ];
  const body = withoutFiles(resultBody(result.parts));
  return folded(words.filter((word) => word !== '').join(' '), body.trim() === '' ? '_Empty._' : code(body));
}

function htmlCode(text: string): string {
  const line = htmlLine(clip(cleanLine(text), LONGEST_EXCERPT));
  return line === '' || line === '?' ? '' : `<code>${line}</code>`;
}

function code(text: string, language = ''): string {
  return fenced(
    cleanText(text)
      .replace(/^(?: *\n)+/, '')
      .trimEnd(),
    language,
  );
}
