import { cutHalves } from '../../session-format/cut-text.ts';
import { normalised } from '../../session-format/normalised-arguments.ts';
import type { Said } from './said.ts';

/**
 * What was found in a session so far, so that it is found once: requests send answers back, questions are messages too,
 * and clients move cache marks from message to message, which makes the same message a new one. What is not found need
 * not be kept, because the same text is not found later either.
 */
export class SaidBefore {
  readonly #keys = new Set<string>();
  /** Of texts that the gateway cut: the same text may come again as a whole. */
  readonly #halves: { key: string; head: string; tail: string }[] = [];
  /** Whole texts of this round: its question may be one of them, cut. */
  #round: { key: string; text: string }[] = [];
  readonly #shorten: (key: string) => string;

  /** `shorten`: something short for a key, which can be a long text, so that the text need not be kept. */
  constructor(shorten = (key: string): string => key) {
    this.#shorten = shorten;
  }

  nextRound(): void {
    this.#round = [];
  }

  /** Whether it was found before; from now on it is. */
  has(said: Said): boolean {
    const keys = keysOf(said).map(this.#shorten);
    const isKnown = !said.isAnswer && (keys.some((key) => this.#keys.has(key)) || this.#isWholeOfCut(said));
    const [own = ''] = keys;
    this.#keys.add(own);
    if (said.part !== 'call' && said.part !== 'result') this.#keepText(said);
    return isKnown;
  }

  #keepText(said: Said): void {
    const key = whoOf(said);
    const text = plain(said.texts[0] ?? '');
    const halves = cutHalves(text);
    if (halves) this.#halves.push({ key, ...halves });
    this.#round.push({ key, text });
  }

  #isWholeOfCut(said: Said): boolean {
    if (said.part === 'call' || said.part === 'result') return false;
    const key = whoOf(said);
    const text = plain(said.texts[0] ?? '');
    const own = cutHalves(text);
    return (
      this.#halves.some((halves) => halves.key === key && isMadeOf(text, halves)) ||
      (own !== null && this.#round.some((whole) => whole.key === key && isMadeOf(whole.text, own)))
    );
  }
}

function isMadeOf(whole: string, { head, tail }: { head: string; tail: string }): boolean {
  return whole.startsWith(head) && whole.endsWith(tail);
}

/** Equal for what is the same, although it may be written in another way. The first one is its own. */
function keysOf(said: Said): string[] {
  const { part, callId, tool, texts, isAnswer } = said;
  const [first = '', given = ''] = texts;
  if (part === 'result') return [`result ${callId ?? ''} ${tool ?? ''}\n${first}`];
  if (part === 'call') {
    const content = `${first}\n${normalised(given)}`;
    // An answer's call comes back with its id, or with another one.
    return isAnswer ? [`answered ${content}`] : [`call ${callId ?? ''} ${content}`, `answered ${content}`];
  }
  if (part !== 'request') return [`${whoOf(said)}\n${plain(first)}`];
  return ['other request', 'user text', 'assistant text', 'system text'].map(
    (who) => `${who}\n${plain(first)}`,
  );
}

function whoOf({ role, part }: Said): string {
  return `${role} ${part}`;
}

/** Clients trim answers and change line endings. */
function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}
