import type { Redactor } from '../../redact/redact.ts';
import { REDACT_KINDS, type RedactKind } from '../../redact/pattern.ts';
import { readPatternFile } from '../../redact/pattern-file.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import type { Filters } from '../../store/store.ts';

export interface RedactionOptions {
  redact?: RedactKind[] | true;
  redactPatterns?: string;
}

/** What is taken out of texts on their way out. */
export interface OutgoingRedaction {
  redactor: Redactor;
  /** The kinds and the names of patterns. */
  names: readonly string[];
}

/**
 * The redaction that is asked for, together with the store's own: this build may find more than the one that stored the
 * texts. undefined if none is asked for. Throws an error that names the file of patterns, if something is wrong with it.
 */
export async function redactionOf(
  { redact, redactPatterns: path }: RedactionOptions,
  kept: Pick<Filters, 'redact' | 'redact_patterns'>,
): Promise<OutgoingRedaction | undefined> {
  if (redact === undefined && path === undefined) return undefined;
  const asked = new Set<string>(redact === true ? ['secrets'] : redact);
  const kinds = REDACT_KINDS.filter((kind) => asked.has(kind) || kept.redact?.includes(kind));
  const given = path === undefined ? [] : await readPatternFile(path);
  const patterns = [...given, ...(kept.redact_patterns ?? [])];
  const { createRedactor } = await import('../../redact/redact.ts');
  const names = [...new Set([...kinds, ...patterns.map(({ name }) => name)])];
  return { redactor: await createRedactor({ kinds, patterns }), names };
}

/** Rounds without what is redacted. As in a store, names and ids stay. */
export function* redacted(rounds: Iterable<ExpandedRound>, redactor: Redactor): Generator<ExpandedRound> {
  const text = (json: string | null): string | null => (json === null ? null : redactor.repeated(json));
  for (const round of rounds) {
    const { stored } = round;
    yield {
      ...round,
      stored: {
        ...stored,
        ...(stored.response_type !== undefined && { response_type: redactor.text(stored.response_type) }),
        input_token_details: redactor.value(stored.input_token_details),
        output_token_details: redactor.value(stored.output_token_details),
      },
      messages: round.messages?.map((message) => redactor.repeated(message)) ?? null,
      messagesText: text(round.messagesText),
      system: text(round.system),
      question: text(round.question),
      answer: text(round.answer),
      reasoning: text(round.reasoning),
      toolCalls: text(round.toolCalls),
      attributes: text(round.attributes),
      accessLog: text(round.accessLog),
    };
  }
}
