import type { ExpandedRound } from '../session-format/stored-round.ts';

/** A round whose texts are at most about `most` characters long, for a reader with little room. */
export function boundRound(round: ExpandedRound, most: number): ExpandedRound {
  const bound = (json: string | null): string | null => (json === null ? null : boundJson(json, most));
  return {
    ...round,
    messages: round.messages?.map((message) => boundJson(message, most)) ?? null,
    messagesText: bound(round.messagesText),
    system: bound(round.system),
    question: bound(round.question),
    answer: bound(round.answer),
    reasoning: bound(round.reasoning),
    toolCalls: bound(round.toolCalls),
  };
}

/** JSON that is too long becomes a string: its start, and how much was left out. */
function boundJson(json: string, most: number): string {
  if (json.length <= most) return json;
  const text = json.startsWith('"') ? (JSON.parse(json) as string) : json;
  if (text.length <= most) return json;
  const left = text.length - most;
  return JSON.stringify(`${text.slice(0, most).toWellFormed()}… [${left} more characters]`);
}
