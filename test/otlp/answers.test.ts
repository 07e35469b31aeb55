import { expect, test } from 'vitest';
import { CollectorError, rejectedBy, type Answer } from '../../src/otlp/answers.ts';

const URL = 'http://collector/v1/traces';

function answer(changes: Partial<Answer> | string): Answer {
  const given = typeof changes === 'string' ? { body: Buffer.from(changes) } : changes;
  return {
    status: 200,
    location: undefined,
    retryAfterMs: undefined,
    contentType: 'application/json',
    body: Buffer.alloc(0),
    ...given,
  };
}

function errorOf(changes: Partial<Answer> | string): CollectorError {
  try {
    rejectedBy(URL, answer(changes));
  } catch (error) {
    if (error instanceof CollectorError) return error;
  }
  return expect.fail('nothing is wrong');
}

test.each([
  [''],
  ['{}'],
  ['{"partialSuccess":{}}'],
  ['{"partialSuccess":null}'],
  ['{"partialSuccess":{"rejectedSpans":"0","errorMessage":""}}'],
  ['{"partialSuccess":{"rejectedSpans":-5}}'],
])('%s: all was taken', (body) => expect(rejectedBy(URL, answer(body))).toBeUndefined());

test.each([
  ['{"partialSuccess":{"rejectedSpans":"2"}}', { spans: 2, message: '' }],
  ['{"partialSuccess":{"rejectedSpans":3,"errorMessage":"a\\nb"}}', { spans: 3, message: 'a b' }],
  [`{"partialSuccess":{"errorMessage":"${'x'.repeat(1000)}"}}`, { spans: 0, message: 'x'.repeat(300) }],
])('%s: what was not', (body, rejected) => expect(rejectedBy(URL, answer(body))).toEqual(rejected));

test.each<[number[], unknown]>([
  [[], undefined],
  [[0x0a, 0], undefined],
  [[0x0a, 3, 0x08, 0xac, 0x02], { spans: 300, message: '' }],
  // An unknown field is left alone.
  [[0x12, 1, 0x61, 0x0a, 2, 0x08, 1, 0x18, 5], { spans: 1, message: '' }],
])('in binary, %j', (bytes, rejected) => {
  const contentType = 'application/x-protobuf';
  expect(rejectedBy(URL, answer({ contentType, body: Buffer.from(bytes) }))).toEqual(rejected);
});

test.each([
  ['a number in the place of a message', [0x08, 1]],
  ['a message that is cut', [0x0a, 9, 0x08]],
  ['a number without an end', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ['a group', [0x0b, 1]],
])('%s is no answer of a collector', (_, bytes) => {
  const error = errorOf({ contentType: 'application/x-protobuf', body: Buffer.from(bytes) });
  expect(error.message).toContain('which is not what a collector answers. Check the address of --url');
  expect(error.isPassing).toBe(false);
});

test.each([
  [199, false, false],
  [205, false, false],
  [400, false, false],
  [408, false, false],
  [413, false, true],
  [429, true, false],
  [500, false, false],
  [501, false, false],
  [502, true, false],
  [503, true, false],
  [504, true, false],
  [505, false, false],
])('%s can be sent again: %s; is too large: %s', (status, isPassing, isTooLarge) => {
  const error = errorOf({ status, retryAfterMs: 7 });
  expect([error.isPassing, error.isTooLarge, error.retryAfterMs]).toEqual([isPassing, isTooLarge, 7]);
  expect(error.message).toBe(`${URL} answered ${status}`);
});

test('a refusal says what the collector said', () => {
  expect(errorOf({ status: 400, body: Buffer.from('{"code":3,"message":"bad id"}') }).message).toBe(
    `${URL} answered 400: bad id`,
  );
  expect(
    errorOf({ status: 400, contentType: 'application/x-protobuf', body: Buffer.from([8, 3]) }).message,
  ).toBe(`${URL} answered 400`);
});
