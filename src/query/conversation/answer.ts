import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../platform/json-spans.ts';
import {
  callsOf,
  readCallList,
  readParts,
  type Message,
  type Part,
  type ToolCall,
  type ToolResult,
} from '../../ai-log/message.ts';
import { thoughtParted } from '../../ai-log/think-tag.ts';
import { resultsOf, resultText } from '../../ai-log/tool-outcome.ts';
import { cutHalves } from '../../session-format/cut-text.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';

/** What a model said: an answer as it was logged, or as the next request sends it back. */
export interface Said {
  /** Each is empty if there is none. */
  text: string;
  refusal: string;
  thinking: string;
  /** null if the gateway truncated them. */
  calls: readonly ToolCall[] | null;
  /** What the provider's own tools returned. */
  results: readonly ToolResult[];
  /** Media, sources, and parts of unknown kinds. */
  rest: readonly Part[];
}

/** What a round answered, kept until the next request of its thread sends it back. */
export interface Answer extends Said {
  round: number;
  /** Ids of its calls. */
  open: ReadonlySet<string>;
  /** It called tools, or may have, and no result has come yet. */
  isWaiting: boolean;
  /** Neither words nor calls were logged: the request failed or was aborted, or the log leaves answers out. */
  isMissing: boolean;
}

/**
 * `same`: text and calls are those that were logged. `completes`: the log had only part of them (Claude's calls are
 * logged only if the answer was streamed, and texts can be truncated). `differs`: the client sent something else back.
 */
export type EchoVerdict = 'same' | 'completes' | 'differs';

const SPAWNERS = /agent|task|delegat|spawn|dispatch|hand_?off/i;
/** How many characters of a task a call's arguments must contain to be taken as its origin. */
const TASK_LENGTH = 20;

/**
 * Whether an answer that waits for its tools may have started a sub-agent for `task`: through a tool with a telling name,
 * through arguments that contain the task, or through calls that the log does not show.
 */
export function spawns(answer: Pick<Answer, 'calls' | 'isWaiting' | 'isMissing'>, task: string): boolean {
  if (!answer.isWaiting) return false;
  if (answer.calls === null || answer.calls.length === 0) return true;
  const words = JSON.stringify(task.slice(0, 2 * TASK_LENGTH)).slice(1, -1);
  return answer.calls.some(
    (call) => SPAWNERS.test(call.name) || (words.length >= TASK_LENGTH && call.arguments.includes(words)),
  );
}

/** The answer that a round logged. */
export function answerOf(round: ExpandedRound): Answer {
  const { stored } = round;
  const parts = round.answer === null ? [] : readParts(round.answer);
  const said = saidIn(thoughtParted(parts));
  const listed = round.toolCalls === null ? [] : readCallList(round.toolCalls);
  const calls = listed?.length === 0 ? said.calls : listed;
  const thinking = round.reasoning === null ? '' : wordsOf(readParts(round.reasoning));
  const isMissing =
    // An answer of nothing but reasoning in tags, which was cut, is one.
    parts.every(({ kind }) => kind !== 'text') &&
    said.refusal === '' &&
    said.rest.length === 0 &&
    round.toolCalls === null &&
    calls?.length === 0;
  return {
    ...said,
    thinking: joined([thinking, said.thinking]),
    calls,
    round: stored.round,
    open: new Set((calls ?? []).flatMap(({ id }) => id ?? [])),
    // Claude's calls are logged only if the answer was streamed.
    isWaiting:
      calls === null ||
      calls.length > 0 ||
      (isMissing && (stored.response_code ?? 0) < 400 && stored.output_tokens > 0),
    isMissing,
  };
}

/** Something was logged of the round, but no answer and no call, and nothing says why. */
export function lacksAnswer({ isMissing }: Answer, round: ExpandedRound): boolean {
  const { messages, messagesText, question } = round;
  const code = round.stored.response_code ?? 200;
  const isLogged = [messages, messagesText, question].some((given) => given !== null);
  return isMissing && isLogged && code !== 0 && code < 400;
}

/** All words of a logged value, whatever its parts are. */
function wordsOf(parts: readonly Part[]): string {
  return joined(parts.map((part) => (part.kind === 'thinking' ? part.text : resultText([part]))));
}

/** An answer that is sent back: all messages that belong to it, joined. */
export function echoOf(messages: readonly Message[]): Said {
  const said = saidIn(messages.flatMap(({ parts }) => parts));
  return { ...said, calls: messages.flatMap(callsOf), results: messages.flatMap(resultsOf) };
}

function saidIn(parts: readonly Part[]): Said {
  const of = (kind: 'text' | 'refusal' | 'thinking'): string =>
    joined(parts.map((part) => (part.kind === kind ? part.text : '')));
  return {
    text: of('text'),
    refusal: of('refusal'),
    thinking: of('thinking'),
    calls: parts.flatMap((part) => (part.kind === 'call' ? [part.call] : [])),
    results: parts.flatMap((part) => (part.kind === 'result' ? [part.result] : [])),
    rest: parts.filter(({ kind }) => kind === 'media' || kind === 'sources' || kind === 'other'),
  };
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n');
}

export function compareEcho(answer: Said, echo: Said): EchoVerdict {
  const isRefusal = echo.text === '' && answer.text !== '';
  const text = compareText(answer.text, isRefusal ? echo.refusal : echo.text);
  const calls = compareCalls(answer.calls, echo.calls ?? []);
  if (text === 'differs' || calls === 'differs') return 'differs';
  return text === 'completes' || calls === 'completes' ? 'completes' : 'same';
}

/** What an echo that does not differ has and the logged answer lacks. */
export function addedBy(echo: Said, answer: Said): Said {
  // There may be tens of thousands.
  const known = new Set(answer.rest.map((part) => JSON.stringify(part)));
  return {
    text: compareText(answer.text, echo.text) === 'completes' ? echo.text : '',
    refusal: squeezed(echo.refusal) === squeezed(answer.refusal) ? '' : echo.refusal,
    thinking: addedThinking(answer.thinking, echo.thinking),
    calls: unlogged(answer.calls ?? [], echo.calls ?? []) ?? [],
    results: echo.results,
    rest: echo.rest.filter((part) => !known.has(JSON.stringify(part))),
  };
}

/** An answer's thoughts may be logged as one text and sent back in pieces. */
function addedThinking(logged: string, echoed: string): string {
  return squeezed(logged).includes(squeezed(echoed)) ? '' : echoed;
}

/** Whether anything is to be shown. */
export function saysNothing({ text, refusal, thinking, calls, results, rest }: Said): boolean {
  const words = text.trim() + refusal.trim() + thinking.trim();
  return words === '' && calls?.length === 0 && results.length === 0 && rest.length === 0;
}

function compareText(logged: string, echoed: string): EchoVerdict {
  if (logged === echoed) return 'same';
  const { text, head, tail } = loggedForm(logged);
  const other = squeezed(echoed);
  if (text === other) return 'same';
  if (text === '') return 'completes';
  return head !== null && other.startsWith(head) && other.endsWith(tail) ? 'completes' : 'differs';
}

interface LoggedForm {
  logged: string;
  text: string;
  /** The halves of a text that the gateway cut; null if it is whole. */
  head: string | null;
  tail: string;
}

/** An answer is compared with many messages, one after the other. */
let lastForm: LoggedForm = { logged: '', text: '', head: null, tail: '' };

function loggedForm(logged: string): LoggedForm {
  if (lastForm.logged === logged) return lastForm;
  const halves = cutHalves(logged.replaceAll('\r\n', '\n').trim());
  const text = squeezed(logged);
  lastForm = halves
    ? { logged, text, head: squeezed(halves.head), tail: squeezed(halves.tail) }
    : { logged, text, head: null, tail: '' };
  return lastForm;
}

/** Clients trim answers, change line endings, and join or part the texts between calls. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

function compareCalls(logged: readonly ToolCall[] | null, echoed: readonly ToolCall[]): EchoVerdict {
  const more = unlogged(logged ?? [], echoed);
  return more === null ? 'differs' : more.length === 0 ? 'same' : 'completes';
}

/** The calls that were not logged: those of the provider's own tools, or all. null if a logged one is missing. */
function unlogged(logged: readonly ToolCall[], echoed: readonly ToolCall[]): ToolCall[] | null {
  const more: ToolCall[] = [];
  let at = 0;
  for (const call of echoed) {
    if (sameCall(logged[at], call)) at++;
    else more.push(call);
  }
  return at === logged.length ? more : null;
}

function sameCall(a: ToolCall | undefined, b: ToolCall): boolean {
  if (!a || a.name !== b.name) return false;
  if (a.arguments === b.arguments) return true;
  const [first, second] = [parseJson(a.arguments || '{}'), parseJson(b.arguments || '{}')];
  return first !== undefined && isDeepStrictEqual(first, second);
}
