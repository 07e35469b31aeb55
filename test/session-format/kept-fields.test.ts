import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/redact/redact.ts';
import { FieldKeeper, keptMembers, type KeptFields } from '../../src/session-format/kept-fields.ts';
import { KEEP_ALL } from '../../src/session-format/kept-names.ts';
import { aiLine, round } from '../ai-log/lines.ts';
import { fc } from '../fast-check.ts';

const AI = { model: 'm', input_token: 1, output_token: 2, total_token: 3 };

function kept(
  aiLog: Record<string, unknown>,
  fields: Record<string, string> = {},
  keeper = new FieldKeeper(KEEP_ALL, [], true),
): KeptFields & { accessLog: ReadonlyMap<string, string> } {
  const logged = round(aiLine({ ...AI, ...aiLog }, fields));
  const read = keeper.fieldsOf(logged);
  // A line in the default form is read in another way than others, to the same end.
  const other = keeper.fieldsOf({ ...logged, accessLog: new Map(logged.accessLog) });
  expect(keptMembers(read)).toBe(keptMembers(other));
  const accessLog = new Map(read.accessLog);
  expect([...accessLog]).toEqual([...other.accessLog]);
  for (const name of [...new Map(logged.accessLog).keys(), 'timestamp'])
    expect(read.accessLog.get(name)).toBe(other.accessLog.get(name));
  return { ...read, accessLog };
}

const attributes = (...args: Parameters<typeof kept>) => Object.fromEntries(kept(...args).attributes);

describe('what a round keeps of its line', () => {
  test('attributes that have no name of their own, as their own JSON', () => {
    expect(
      attributes({
        department: 'search',
        n: 1.5,
        flag: false,
        list: [1, { a: null }],
        none: null,
        chat_round: 3,
      }),
    ).toEqual({ department: '"search"', n: '1.5', flag: 'false', list: '[1,{"a":null}]', chat_round: '3' });
    expect(attributes({ consumer: 'c', api: 'a', session_id: 's', answer: 'x', tool_calls: [] })).toEqual({});
  });

  test('fields of the access log that say something, but no address of a client', () => {
    const { accessLog } = kept({}, { path: '/v1/x', response_flags: 'UT', upstream_host: '-', trace_id: '' });
    expect(accessLog.get('path')).toBe('"/v1/x"');
    expect(accessLog.get('response_flags')).toBe('"UT"');
    for (const name of [
      'upstream_host',
      'trace_id',
      'x_forwarded_for',
      'downstream_remote_address',
      'downstream_local_address',
      'protocol',
      'start_time',
      'request_id',
      'response_code',
      'ai_log',
    ])
      expect(accessLog.has(name), name).toBe(false);
  });

  test('a duration is kept only where the round has another', () => {
    expect(attributes({ llm_service_duration: 7 })).toEqual({});
    expect(attributes({ llm_service_duration: '7' })).toEqual({});
    expect(attributes({ llm_service_duration: 7.5 })).toEqual({ llm_service_duration: '7.5' });
    expect(kept({ llm_service_duration: 7 }, { duration: '9' }).accessLog.get('duration')).toBe('"9"');
    expect(kept({}, { duration: '9' }).accessLog.has('duration')).toBe(false);
  });

  test('the usual service tier, which has no name of its own in a round', () => {
    expect(attributes({ service_tier: 'default' })).toEqual({ service_tier: '"default"' });
    expect(attributes({ service_tier: 'priority' })).toEqual({});
  });

  test('--keep takes what is left out by default, --drop takes nothing; * stands for any characters', () => {
    const keeper = new FieldKeeper(
      { keep: ['x_forwarded_for'], drop: ['safe*', 'pa.h', 'user_agent'] },
      [],
      true,
    );
    const { accessLog, attributes: rest } = kept(
      { safecheck_status: 'ok', unsafe: 1 },
      { x_forwarded_for: '1.2.3.4', path: '/p', user_agent: 'u' },
      keeper,
    );
    expect(accessLog.get('x_forwarded_for')).toBe('"1.2.3.4"');
    expect([accessLog.get('path'), accessLog.has('user_agent')]).toEqual(['"/p"', false]);
    expect(Object.fromEntries(rest)).toEqual({ unsafe: '1' });
  });

  test('--keep cannot keep again what the round has', () => {
    const keeper = new FieldKeeper({ keep: ['*'], drop: [] }, [], true);
    const { accessLog, attributes: rest } = kept({ consumer: 'c' }, {}, keeper);
    expect([accessLog.has('request_id'), rest.has('consumer'), accessLog.has('protocol')]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('bounds', () => {
  test('a value of over 4 KiB is cut, and its length is noted', () => {
    const { attributes: rest, cut } = kept({ tools: 'x'.repeat(5000), fits: 'y'.repeat(4094) });
    expect(Buffer.byteLength(rest.get('tools') ?? '')).toBeLessThanOrEqual(4096);
    expect(rest.get('tools')).toMatch(/^"x{3000,}"$/);
    expect(rest.get('fits')).toHaveLength(4096);
    expect([...cut]).toEqual([['tools', 5002]]);
  });

  test('a value that is no string is cut to a string', () => {
    const { attributes: rest, cut } = kept({ tools: [{ text: '漢'.repeat(3000) }] });
    const value = JSON.parse(rest.get('tools') ?? '') as string;
    expect(value.startsWith('[{"text":"漢漢')).toBe(true);
    expect(cut.get('tools')).toBe(9000 + '[{"text":""}]'.length);
  });

  test('--keep keeps it whole, up to 64 KiB for a round', () => {
    const keeper = new FieldKeeper({ keep: ['tools'], drop: [] }, [], true);
    const { attributes: rest, cut } = kept({ tools: 'x'.repeat(40_000), more: 'y'.repeat(4000) }, {}, keeper);
    expect([rest.get('tools')?.length, rest.get('more')?.length, cut.size]).toEqual([40_002, 4002, 0]);
    expect(kept({ tools: 'x'.repeat(70_000) }, {}, keeper).cut.get('tools')).toBe(70_002);
  });

  test('at most 64 values: the gateway’s own fields first, and what is left out is named', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a${i}`, 'v']));
    const { attributes: rest, accessLog, cut } = kept(many, { response_flags: 'UT' });
    expect(rest.size + accessLog.size).toBe(64);
    expect(accessLog.get('response_flags')).toBe('"UT"');
    expect(cut.size).toBe(64);
    expect(cut.get('a199')).toBeUndefined();
    expect([...cut.values()].every((bytes) => bytes === 3)).toBe(true);
  });

  test('a dimension has room before everything else', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a${i}`, 'v']));
    const keeper = new FieldKeeper(KEEP_ALL, ['a199'], true);
    expect(kept(many, {}, keeper).attributes.get('a199')).toBe('"v"');
  });

  test('a name longer than 256 characters is left out, and noted', () => {
    const name = 'n'.repeat(300);
    const { attributes: rest, cut } = kept({ [name]: 1 });
    expect([rest.size, [...cut]]).toEqual([0, [[name.slice(0, 256), 1]]]);
  });
});

describe('in a store without texts', () => {
  const codes = new FieldKeeper(KEEP_ALL, ['department'], false);

  test('numbers, codes that a plugin or the gateway wrote, and dimensions', () => {
    const { attributes: rest, accessLog } = kept(
      {
        department: 'Suche & Co',
        project: 'secret',
        n: 3,
        cache_status: 'hit',
        list: [1],
        token_ratelimit_status: 'a\nb',
      },
      { path: '/v1?key=1', user_agent: 'me', response_flags: 'UF,URX', route_name: 'r', authority: 'gw' },
      codes,
    );
    expect(Object.fromEntries(rest)).toEqual({ department: '"Suche & Co"', n: '3', cache_status: '"hit"' });
    expect([...accessLog.keys()].toSorted()).not.toContain('path');
    for (const name of ['path', 'user_agent', 'authority']) expect(accessLog.has(name)).toBe(false);
    expect(accessLog.get('response_flags')).toBe('"UF,URX"');
  });
});

test('--redact applies to every string except a dimension', () => {
  const redact = (json: string) =>
    json.replace('sk-1', '[redacted:secret]').replace('"token":7', '"token":8');
  const keeper = new FieldKeeper(KEEP_ALL, ['team'], true, redact);
  expect(
    attributes({ 'a sk-1': 'x', note: 'key sk-1', list: [{ token: 7 }], team: 'sk-1', n: 1 }, {}, keeper),
  ).toEqual({
    list: '[{"token":8}]',
    note: '"key [redacted:secret]"',
    team: '"sk-1"',
    n: '1',
  });
});

test('members of a stored line: hostile names and line breaks between tokens do no harm', () => {
  const text = keptMembers({
    attributes: new Map([
      ['__proto__', '{"a":\n1}'],
      ['a"b\u{d800}', '"x"'],
    ]),
    accessLog: new Map(),
    cut: new Map([['t', 9]]),
  });
  expect(text).toBe(',"attributes":{"__proto__":{"a": 1},"a\\"b\u{fffd}":"x"},"fields_cut":{"t":9}');
});

test('a secret whose attribute says so is redacted by the real redactor', async () => {
  const { json } = await createRedactor({ kinds: ['secrets'], patterns: [] });
  const keeper = new FieldKeeper(KEEP_ALL, [], true, json);
  const { attributes: rest } = kept({ password: 'hunter2-Kx9', note: 'all is well', n: 12 }, {}, keeper);
  expect([...rest.keys()].toSorted()).toEqual(['n', 'note', 'password']);
  expect(rest.get('password')).toMatch(/^"\[redacted:[a-z-]+\]"$/);
  expect(rest.get('note')).toBe('"all is well"');
});

test('a line in the default form keeps the same as any other, also near the bounds', () => {
  const names = fc.constantFrom(
    'path',
    'duration',
    'user_agent',
    'upstream_host',
    'x_forwarded_for',
    'a1',
    'd*',
  );
  const rules = fc.record({
    keep: fc.array(names, { maxLength: 2 }),
    drop: fc.array(names, { maxLength: 2 }),
  });
  const lengths = fc.constantFrom(0, 1, 64, 500, 515, 1000, 1400, 4095, 4200);
  const values = fc
    .tuple(fc.constantFrom('-', 'x', '会'), lengths)
    .map(([unit, length]) => unit.repeat(length));
  const fields = fc.dictionary(fc.constantFrom('path', 'duration', 'user_agent', 'upstream_host'), values);
  const anyAttributes = fc.tuple(
    fc.constantFrom(1, 2, 28, 40, 70),
    values,
    fc.constantFrom('', 'n'.repeat(300)),
  );
  fc.assert(
    fc.property(rules, fields, anyAttributes, fc.boolean(), (rule, line, [count, value, name], isTimed) => {
      const many = Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}${name}`, value]));
      kept(
        { ...many, ...(isTimed && { llm_service_duration: 1240 }) },
        line,
        new FieldKeeper(rule, [], true),
      );
    }),
    { numRuns: 200 },
  );
});
