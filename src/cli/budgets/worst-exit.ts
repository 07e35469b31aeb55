import { ExitCode } from '../../platform/errors.ts';
import type { BudgetState } from '../../report/budget.ts';

/**
 * The exit code of several budgets: 1 if one is exceeded (or its cost is not known, with `strict`), else 2 if one could
 * not be checked, else 3 if one is nearly used up, else 0.
 */
export function worstExit(states: readonly BudgetState[]): number {
  if (states.includes('over') || states.includes('unknown-cost')) return ExitCode.no;
  if (states.includes('unchecked')) return ExitCode.usage;
  return states.includes('near') ? ExitCode.near : ExitCode.ok;
}
