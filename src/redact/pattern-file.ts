import { readFile } from 'node:fs/promises';
import { InputOutputError, UsageError } from '../platform/errors.ts';
import { remedyText } from '../platform/system-errors.ts';
import type { OwnPattern } from './pattern.ts';

const MOST_PATTERNS = 100;
const LONGEST_PATTERN = 1000;
const NAME = 'expected a name of at most 40 lower-case letters, digits and hyphens, such as "employee-id"';
const PATTERN = `expected a regular expression of 1 to ${LONGEST_PATTERN} characters, such as "EMP-[0-9]{6}"`;
const LIST = 'expected {"patterns": [{"name": "employee-id", "pattern": "EMP-[0-9]{6}"}]}';

/** Throws an InputOutputError (the file cannot be read) or a UsageError (it is not a pattern file). */
export async function readPatternFile(path: string): Promise<OwnPattern[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? remedyText(cause) : String(cause);
    throw new InputOutputError(`cannot read the pattern file ${path}: ${why}`, { cause });
  });
  return parsePatternFile(text, path);
}

/** Parses a pattern file. Throws a UsageError that names the file, the entry, the field and what was expected. */
export async function parsePatternFile(text: string, path: string): Promise<OwnPattern[]> {
  const { z } = await import('zod');
  const entry = z.strictObject(
    {
      name: z.string({ error: NAME }).regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, { error: NAME }),
      pattern: z
        .string({ error: PATTERN })
        .min(1, { error: PATTERN })
        .max(LONGEST_PATTERN, { error: PATTERN }),
    },
    { error: 'expected {"name": …, "pattern": …}' },
  );
  const schema = z.strictObject(
    {
      patterns: z
        .array(entry, { error: LIST })
        .min(1, { error: LIST })
        .max(MOST_PATTERNS, { error: `expected at most ${MOST_PATTERNS} patterns` }),
    },
    { error: LIST },
  );
  const checked = schema.safeParse(parseJson(text, path));
  if (!checked.success) {
    const problems = checked.error.issues.map((issue) => {
      const what =
        issue.code === 'unrecognized_keys'
          ? `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
          : issue.message;
      return problem(issue.path, what);
    });
    throw new UsageError(`${path} is not a pattern file:${problems.slice(0, 10).join('')}`);
  }
  const { patterns } = checked.data;
  await checkExpressions(patterns, path);
  return patterns;
}

async function checkExpressions(patterns: readonly OwnPattern[], path: string): Promise<void> {
  const { matchesNothing } = await import('./own-patterns.ts');
  const names = new Set<string>();
  const problems = patterns.flatMap(({ name, pattern }, i) => {
    const isTwice = names.has(name);
    names.add(name);
    if (isTwice)
      return [problem(['patterns', i, 'name'], `"${name}" is used twice: give each pattern its own name`)];
    try {
      if (!matchesNothing(pattern)) return [];
      return [
        problem(
          ['patterns', i, 'pattern'],
          `${JSON.stringify(pattern)} matches the empty string: expected an expression that needs at least one character`,
        ),
      ];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const what = `${JSON.stringify(pattern)} is not a regular expression of RE2, which has no lookaround and no backreferences (${reason})`;
      return [problem(['patterns', i, 'pattern'], what)];
    }
  });
  if (problems.length > 0) throw new UsageError(`${path} is not a pattern file:${problems.join('')}`);
}

/** `\n  patterns[3].name: expected …` */
function problem(path: readonly PropertyKey[], what: string): string {
  const where = path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`))
    .join('');
  return `\n  ${where === '' ? '' : `${where}: `}${what}`;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new UsageError(`${path} is not a pattern file: it is not JSON (${reason}). ${LIST}`);
  }
}
