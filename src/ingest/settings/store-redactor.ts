import type { Redactor } from '../../redact/redact.ts';
import type { Filters } from '../../store/store.ts';

/** The redactor of a store; undefined if texts are stored as logged, or not at all. */
export async function redactorOf(filters: Filters): Promise<Redactor | undefined> {
  const { no_content: noContent, redact, redact_patterns: patterns } = filters;
  if (noContent || (redact ?? patterns) === null) return undefined;
  const { createRedactor } = await import('../../redact/redact.ts');
  return createRedactor({ kinds: redact ?? [], patterns: patterns ?? [] });
}
