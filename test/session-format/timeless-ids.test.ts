import { expect, test } from 'vitest';
import { hashOfId, timelessIds } from '../../src/session-format/timeless-ids.ts';

const lineOf = (fields: object): string => JSON.stringify({ round: 1, ...fields });
const TIMELESS = { flags: ['time-missing'] };

function found(...lines: string[]): [hash: number, line: string][] {
  const bytes = Buffer.from(lines.join(',\n'));
  return [...timelessIds(bytes)].map(({ hash, start, end }) => [hash, bytes.toString('utf8', start, end)]);
}

test('the ids of rounds without a time, each with its line', () => {
  const first = lineOf({ ...TIMELESS, chat_id: 'chat-1', request_id: 'r-1' });
  const timed = lineOf({ flags: ['stream'], chat_id: 'chat-2', request_id: 'r-2' });
  const last = lineOf({ flags: ['stream', 'time-missing'], request_id: 'r-3', answer: 'x' });
  expect(found(first, timed, lineOf(TIMELESS), last)).toEqual([
    [hashOfId('chat-1'), `${first},`],
    [hashOfId('r-1'), `${first},`],
    [hashOfId('r-3'), last],
  ]);
});

test.each(['', 'r-1', 'a"b', 'a\\', '\\"', 'é', '\u{1f600}', '\n', 'x'.repeat(5000), '"'])(
  'the id %j',
  (id) => {
    const line = lineOf({ ...TIMELESS, request_id: id, answer: 'other' });
    expect(found(line)).toEqual([[hashOfId(id), line]]);
  },
);

test('ids that differ have different hashes', () => {
  const ids = [
    '',
    'a',
    'b',
    'ab',
    'ba',
    'a"',
    'a\\',
    'a"b',
    ...Array.from({ length: 1000 }, (_, n) => `r-${n}`),
  ];
  expect(new Set(ids.map(hashOfId)).size).toBe(ids.length);
});

test('a text that names the keys makes candidates, and hides none', () => {
  const details = { request_id: 'in details' };
  const line = lineOf({
    ...TIMELESS,
    input_token_details: details,
    chat_id: 'c',
    answer: '{"request_id":"in a text"}',
  });
  expect(found(line)).toEqual([
    [hashOfId('in details'), line],
    [hashOfId('c'), line],
  ]);
});
