import { expect, test } from 'vitest';
import { modelOfRound } from '../../src/query/round-model.ts';
import { round } from '../report/make.ts';

const accessLog = '{"upstream_cluster":"outbound|443||llm-x.internal.dns","route_name":"r"}';

test.each([
  [{ model: 'unknown', response_code: 503 }, accessLog, 'no answer from llm-x.internal'],
  [{ model: 'unknown', response_code: 0 }, accessLog, 'no answer from llm-x.internal'],
  [{ model: 'unknown', response_code: 400 }, '{"route_name":"r"}', 'no answer from r'],
  [{ model: 'unknown', response_code: 503 }, null, 'no answer'],
  [{ model: 'unknown', response_code: 503 }, '[1', 'no answer'],
  [{ model: 'unknown', response_code: 200 }, accessLog, 'unknown'],
  [{ model: 'unknown' }, accessLog, 'unknown'],
  [{ model: 'gpt-5', response_code: 503 }, accessLog, 'gpt-5'],
])('%j beside %j', (stored, fields, model) => {
  expect(modelOfRound(round(1, stored, { accessLog: fields }))).toBe(model);
});
