import { isNoModel } from '../../pricing/no-model.ts';
import { NO_ANSWER } from '../../query/session-models.ts';
import { nameText } from '../model-view.ts';
import type { HealthRow } from './health-row.ts';

/** A model as it is shown; see `isNoAnswer`. */
export function modelText(name: string, { answered }: Pick<HealthRow, 'answered'>): string {
  return isNoModel(name) && answered === 0 ? NO_ANSWER : nameText(name);
}
