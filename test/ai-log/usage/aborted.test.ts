import { describe, expect, test } from 'vitest';
import { isAborted } from '../../../src/ai-log/usage/aborted.ts';
import { aiLine, round } from '../lines.ts';

const STREAM = { model: 'm', input_token: 12, output_token: 1, total_token: 13, response_type: 'stream' };
const flagsOf = (words: Record<string, string>, attributes: object = STREAM) =>
  round(aiLine(attributes, words)).flags;

describe('a stream that was cut off', () => {
  test.each([
    ['DC'], ['DR'], ['DPE'], ['DT'], ['LR'], ['OM'], ['SI'], ['UC'], ['UMSDR'], ['UPE'], ['UR'], ['UT'], ['DC,UT'], ['NR,UC'], ['UC, DC'],
    ['DownstreamConnectionTermination'], ['DownstreamRemoteReset'], ['DownstreamProtocolError'], ['DurationTimeout'], ['LocalReset'],
    ['OverloadManagerTerminated'], ['StreamIdleTimeout'], ['UpstreamConnectionTermination'], ['UpstreamMaxStreamDurationReached'],
    ['UpstreamProtocolError'], ['UpstreamRemoteReset'], ['UpstreamRequestTimeout'], ['UpstreamOverflow,UpstreamRemoteReset'],
  ])('is one with the flags %s', (response_flags) => {
    expect(flagsOf({ response_flags })).toEqual(['aborted']);
  });

  test.each([
    ['-'], [''], ['NR'], ['NC'], ['UH'], ['UF'], ['UO'], ['URX'], ['RL'], ['RLSE'], ['UAEX'], ['LH'], ['DI'], ['FI'], ['IH'], ['NFCF'], ['RFCF'],
    ['DF'], ['NoRouteFound'], ['UpstreamConnectionFailure'], ['RateLimited'], ['DCX'], ['dc'], ['NR,UF'],
  ])('is none with the flags %j', (response_flags) => {
    expect(flagsOf({ response_flags })).toEqual([]);
  });

  test('is one whose code says that the client was gone', () => {
    expect(flagsOf({ response_code: '0' })).toEqual(['aborted']);
    expect(flagsOf({ response_code: '499' })).toEqual(['aborted']);
    expect(flagsOf({ response_code: '500' })).toEqual([]);
  });

  test('is none where the body was read as a whole, or nothing was counted', () => {
    expect(flagsOf({ response_flags: 'DC' }, { ...STREAM, response_type: 'normal' })).toEqual([]);
    expect(flagsOf({ response_flags: 'DC' }, { ...STREAM, response_type: null })).toEqual(['aborted']);
    expect(flagsOf({ response_flags: 'DC' }, { model: 'm', response_type: 'stream' })).toEqual(['usage-unlogged']);
    expect(flagsOf({ response_flags: 'DC' }, { ...STREAM, cache_status: 'hit' })).toEqual([]);
  });

  test.each([
    ['an answer', { answer: 'hi' }, {}, ['usage-unlogged']],
    ['reasoning alone', { reasoning: 'hm' }, { response_code: '-' }, ['usage-unlogged']],
    ['an error with text', { answer: 'no' }, { response_code: '500' }, []],
    ['success', {}, { response_code: '200' }, ['usage-unlogged']],
    ['an error', {}, { response_code: '429' }, []],
    ['a redirect', {}, { response_code: '302' }, []],
    ['no code', {}, { response_code: '-' }, []],
    ['a client that went away', {}, { response_code: '0' }, ['usage-unlogged']],
    ['no upstream', {}, { response_code: '503', response_flags: 'UH' }, []],
    ['a cached answer', { answer: 'hi', cache_status: 'hit' }, {}, []],
  ])('without counts, %s may be billed or not', (_, aiLog, line, expected) => {
    expect(flagsOf(line, { model: 'm', ...aiLog })).toEqual(expected);
  });

  test('is told where the line is broken, and not by the client', () => {
    const broken = { user_agent: 'a"b' };
    expect(flagsOf({ ...broken, response_flags: 'DC' })).toEqual(['aborted', 'broken-line']);
    expect(flagsOf({ ...broken, response_flags: '-' })).toEqual(['broken-line']);
    expect(flagsOf({ user_agent: 'x","response_flags":"DC' })).toEqual(['broken-line']);
    expect(isAborted(['DC'], 200, 'stream')).toBe(false);
  });
}); // prettier-ignore
