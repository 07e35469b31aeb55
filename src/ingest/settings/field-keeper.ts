import { FieldKeeper } from '../../session-format/kept-fields.ts';
import type { IndexCoverage } from '../../model/index-coverage.ts';
import type { Redactor } from '../../redact/redact.ts';
import type { Store } from '../../store/store.ts';

/** What rounds of a store keep of their lines. */
export function keeperOf(
  { filters, fields }: Pick<Store, 'filters' | 'fields'>,
  { dimensions }: IndexCoverage,
  redactor: Redactor | undefined,
): FieldKeeper {
  const names = dimensions.map(({ name }) => name);
  return new FieldKeeper(fields, names, !filters.no_content, redactor?.json);
}
