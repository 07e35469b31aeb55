import { readFileSync } from 'node:fs';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { showText } from '../../src/report/show-text.ts';
import type { Row } from '../../src/site/session/row.ts';
import { session, screen, cell } from '../report/make.ts';
import { cards } from '../site/session/card-rows.ts';
import { roundsOf, type Said } from '../site/session/make.ts';

// What people see of a conversation, on the page and in the terminal.

/** The rounds of a log in fixtures/view. */
export function logged(name: string): Said[] {
  const lines = readFileSync(`fixtures/view/${name}.log`, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse((JSON.parse(line) as { ai_log: string }).ai_log) as Said);
}

/** Requests of one conversation, each of which repeats the messages of those before it. */
export function requests(...rounds: [fresh: object[], answer?: unknown, rest?: Said][]): Said[] {
  const messages: object[] = [];
  return rounds.map(([fresh, answer = null, rest = {}]) => {
    messages.push(...fresh);
    return { model: 'm', messages: [...messages], answer, output_token: 9, ...rest };
  });
}

export const user = (content: unknown): object => ({ role: 'user', content });
export const assistant = (content: unknown, rest: object = {}): object => ({
  role: 'assistant',
  content,
  ...rest,
});
export const chatCall = (id: string, name: string, args: object): object => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});
export const toolSays = (id: string, content: unknown): object => ({
  role: 'tool',
  tool_call_id: id,
  content,
});

/** The page, a list of lines for each round. Notes and lines about the request's history are left out. */
export function page(said: readonly Said[]): string[][] {
  return cards(said).map((rows) =>
    rows.filter(({ role }) => role !== 'History' && role !== 'Note').map((row) => rowText(row)),
  );
}

/** The HTML of what each round says and does. */
export function pageHtml(said: readonly Said[]): string[] {
  return cards(said).map((rows) =>
    rows
      .map((row) => ('html' in row ? row.html : 'callHtml' in row ? row.callHtml + row.resultHtml : ''))
      .join(''),
  );
}

function rowText(row: Row): string {
  switch (row.kind) {
    case 'session-say':
      return `${row.role}${row.tag ? ` [${row.tag.text}]` : ''}: ${textOf(row.html)}`;
    case 'session-fold':
      return `${row.role}: ${textOf(row.html)}`;
    case 'session-call': {
      const given = row.resultHtml === '' ? '' : ` = ${textOf(row.resultHtml)}`;
      const failure = row.failure ? ` (${row.failureText || row.failure.text})` : '';
      return `${row.name} ${row.excerpt}${given}${failure}`;
    }
    default:
      return `${row.role}: ${row.text}`;
  }
}

/** The words of HTML. What one click away shows is left out. */
export function textOf(html: string): string {
  const words: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
  return html
    .replaceAll(/<details class="raw">.*?<\/details>/gs, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(lt|gt|amp|quot);/g, (_, name: string) => words[name] ?? '')
    .replace(/\n+$/, '');
}

const SHOWN = session('s', [cell('2026-02-01T01:30Z', 'm')], {});

/** `show`, a list of lines for each round, without tokens and costs. */
export function terminal(said: readonly Said[], width = 80): string[][] {
  const shown = {
    session: { ...SHOWN, rounds: said.length },
    rounds: roundsOf(said),
    choice: null,
    moneyOf: () => ({ price: 'free' as const, cost: 0n, saved: 0n, currency: 'USD', inexact: [] }),
  };
  const style = {
    screen: screen(width),
    local: localTimeIn('UTC'),
    full: false,
    withMessages: true,
    noContent: false,
  };
  return [...showText(shown, style, null)]
    .filter((piece) => piece.startsWith('  Round '))
    .map((piece) =>
      piece
        .split('\n')
        .slice(1)
        .filter((line) => line !== '' && !/^ {4}(?:Tokens|Cost|⚠️ |🔧|bound$)/.test(line))
        .map((line) => line.slice(4)),
    );
}
