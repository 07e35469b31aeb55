import { isFailedStatus } from '../model/round-counters.ts';
import { parseJson } from '../platform/json-spans.ts';
import { isRecord } from '../platform/json-checks.ts';
import { isNoModel } from '../pricing/no-model.ts';
import type { ExpandedRound, StoredRound } from '../session-format/stored-round.ts';
import { providerIn } from './provider.ts';
import { noAnswerOf } from './session-models.ts';

/** Whether a request failed and the log names no model for it. */
export function isUnanswered({
  model,
  response_code: code,
}: Pick<StoredRound, 'model' | 'response_code'>): boolean {
  return isNoModel(model) && isFailedStatus(code ?? null);
}

/** What a person reads as the model of a round: of a failed request without a model, where it was sent. */
export function modelOfRound({ stored, accessLog }: Pick<ExpandedRound, 'stored' | 'accessLog'>): string {
  if (!isUnanswered(stored)) return stored.model;
  const fields = parseJson(accessLog ?? 'null');
  return noAnswerOf(isRecord(fields) ? providerIn(fields) : '');
}
