import { readFileSync } from 'node:fs';
import type { core } from 'zod';
import { InputOutputError, isSystemError, UsageError } from '../../platform/errors.ts';
import { remedyText } from '../../platform/system-errors.ts';
import { PRICE_TEXT } from '../../pricing/money.ts';
import type { BudgetPeriod } from '../../report/period.ts';

/** An entry of a file of budgets. docs/commands.md describes it. */
export interface FileBudget {
  name: string;
  per: BudgetPeriod;
  usd?: string | undefined;
  amount?: string | undefined;
  currency?: string | undefined;
  tokens?: number | undefined;
  warn_percent?: number | undefined;
  spike?: number | undefined;
  strict?: boolean | undefined;
  each?: string | undefined;
  model?: string | undefined;
  consumer?: string | undefined;
  where?: string[] | undefined;
  session?: string | undefined;
  agent?: string | undefined;
  channel?: string | undefined;
}

/** Throws UsageError for a file that is none, with all that is wrong in it. */
export async function readBudgets(path: string): Promise<FileBudget[]> {
  const text = readText(path);
  const { z } = await import('zod');
  const amount = z
    .union([z.number().transform(String), z.string()])
    .refine((given) => PRICE_TEXT.test(given), 'expected an amount, such as 50 or "0.25"');
  const name = z.string().min(1).max(200);
  const budget = z
    .strictObject({
      name,
      per: z.enum(['day', 'week', 'month', 'total']).default('month'),
      usd: amount.optional(),
      amount: amount.optional(),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, 'expected a currency code, such as "CNY"')
        .optional(),
      tokens: z.int().nonnegative().optional(),
      warn_percent: z.number().min(1).max(100).optional(),
      spike: z.number().min(1.1).max(1000).optional(),
      strict: z.boolean().optional(),
      each: name.optional(),
      model: name.optional(),
      consumer: name.optional(),
      where: z.array(name).optional(),
      session: name.optional(),
      agent: name.optional(),
      channel: name.optional(),
    })
    .superRefine((entry, { addIssue }) => {
      const refuse = (message: string): void => addIssue({ code: 'custom', message });
      if ((entry.amount === undefined) !== (entry.currency === undefined))
        refuse('amount and currency belong together');
      if (entry.usd !== undefined && entry.amount !== undefined) refuse('usd and amount exclude each other');
      const limits = [entry.usd, entry.amount, entry.tokens].filter((limit) => limit !== undefined);
      if (limits.length === 0) refuse('it needs usd, amount with currency, or tokens');
      if (entry.spike === undefined) return;
      if (entry.tokens !== undefined) refuse('spike compares costs: use usd, or amount with currency');
      if (entry.per !== 'day') refuse('spike compares days: it needs "per": "day"');
      if (entry.warn_percent !== undefined) refuse('spike and warn_percent exclude each other');
    });
  const file = z.strictObject({ budgets: z.array(budget).min(1) });
  const json = parseJson(text.replace(/^\uFEFF/, ''), path);
  const checked = file.safeParse(json);
  if (!checked.success)
    throw fileError(
      path,
      checked.error.issues.map((issue) => describe(issue, json)),
    );
  const { budgets } = checked.data;
  const again = budgets.find(({ name: one }, i) => budgets.findIndex((other) => other.name === one) < i);
  if (again) throw fileError(path, [`two budgets are named ${JSON.stringify(again.name)}`]);
  return budgets;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new InputOutputError(`cannot read the budgets ${path}: ${remedyText(error)}`, { cause: error });
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const MOST_PROBLEMS = 10;

function fileError(path: string, problems: readonly string[]): UsageError {
  const lines = problems.slice(0, MOST_PROBLEMS).map((problem) => `\n  ${problem}`);
  return new UsageError(`${path} is not a file of budgets:${lines.join('')}`);
}

/** `budgets[2] (CI) usd: expected an amount` */
function describe(issue: core.$ZodIssue, json: unknown): string {
  const [list, index, ...field] = issue.path;
  const names = (json as { budgets?: { name?: unknown }[] } | null)?.budgets;
  const name = typeof index === 'number' && Array.isArray(names) ? names[index]?.name : undefined;
  const where = [
    list === undefined ? '' : `${String(list)}${index === undefined ? '' : `[${String(index)}]`}`,
    typeof name === 'string' ? ` (${name})` : '',
    field.length === 0 ? '' : ` ${field.map(String).join('.')}`,
  ].join('');
  const what =
    issue.code === 'unrecognized_keys'
      ? `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
      : issue.message;
  return where === '' ? what : `${where}: ${what}`;
}
