import { isNoModel } from '../../pricing/no-model.ts';
import { failedRounds } from '../../query/failures.ts';
import type { Answers } from '../../query/health.ts';
import { NO_ANSWER } from '../../query/session-models.ts';
import { nameText } from '../model-view.ts';

/** A model as it is shown. Requests that all failed and name no model were not answered by one. */
export function modelText(name: string, { rounds, failures }: Pick<Answers, 'rounds' | 'failures'>): string {
  return isNoModel(name) && failedRounds(failures) === rounds ? NO_ANSWER : nameText(name);
}
