import { RE2JS } from 're2js';
import { UsageError } from '../../platform/errors.ts';
import { firstOf } from './find-text.ts';
import { literalScan } from './literal-scan.ts';
import type { SearchPattern } from './pattern.ts';
import { requiredLiteral } from './required-literal.ts';

/**
 * A regular expression of RE2, which matches in linear time, in any case. Throws UsageError for one that is not valid, or
 * that matches the empty string, which is everywhere.
 */
export function regexPattern(text: string): SearchPattern {
  const composed = text.normalize('NFC');
  const expression = compile(composed);
  if (expression.matcher('').find())
    throw new UsageError(`the expression '${text}' matches the empty string, which is in every text`);
  return {
    find: (searched) => firstOf(spansOf(expression, searched)),
    readsNumbers: true,
    scan: literalScan(requiredLiteral(composed)),
  };
}

function compile(text: string): RE2JS {
  try {
    return RE2JS.compile(text, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `'${text}' is not a regular expression of RE2, which has no lookaround and no backreferences (${reason})`,
    );
  }
}

function* spansOf(expression: RE2JS, text: string): Generator<[from: number, to: number]> {
  const matcher = expression.matcher(text);
  while (matcher.find()) if (matcher.end() > matcher.start()) yield [matcher.start(), matcher.end()];
}
