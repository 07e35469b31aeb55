import { ROLES, type Role } from '../../query/search/roles.ts';
import type { Said, SaidPart } from '../../query/search/said.ts';

/*
 * What was said, as search/<name>.js has it: lists, because a hostile key can do no harm there. Calls are numbered from 1
 * in the order of the session, because their ids are long; 0 is one without an id.
 */

export type SaidItem =
  | [kind: number, text: string]
  | [kind: number, name: string, given: string, call: number]
  /** `own` is the tool that the result names; `called`, that of its call. */
  | [kind: number, text: string, call: number, own: string, called: string];

/** What a round was the first to say. `time` is in the site's time zone. */
export type SaidRound = [round: number, time: string, ...SaidItem[]];

const PARTS: readonly SaidPart[] = ['text', 'reasoning', 'call', 'result', 'request'];

export function itemOf(said: Said, texts: readonly string[], call: number, called: string): SaidItem {
  const { role, part, tool, isAnswer } = said;
  const kind = (ROLES.indexOf(role) * PARTS.length + PARTS.indexOf(part)) * 2 + Number(isAnswer);
  const [first = '', given = ''] = texts;
  if (part === 'call' && tool !== null) return [kind, first, given, call];
  if (part === 'result') return [kind, first, call, tool ?? '', tool === null ? called : ''];
  return [kind, first];
}

/** The same, and the tool that was called, or whose result it is; empty if it is neither, or not known. */
export function saidOf(item: SaidItem): Said & { toolName: string } {
  const [kind, first] = item;
  const place = kind >> 1;
  const role = ROLES[Math.floor(place / PARTS.length)] as Role;
  const part = PARTS[place % PARTS.length] as SaidPart;
  const isAnswer = (kind & 1) === 1;
  const plain = { role, part, isAnswer, tool: null, callId: null, texts: [first], toolName: '' };
  if (item.length === 4) {
    const [, , given, call] = item;
    return { ...plain, tool: first, callId: idOf(call), texts: [first, given], toolName: first };
  }
  if (item.length === 5) {
    const [, , call, own, called] = item;
    return { ...plain, tool: own === '' ? null : own, callId: idOf(call), toolName: own || called };
  }
  return plain;
}

function idOf(call: number): string | null {
  return call === 0 ? null : String(call);
}
