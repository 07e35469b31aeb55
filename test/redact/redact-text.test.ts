import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { redactJson, redactText } from '../../src/redact/redact-text.ts';
import { PRIVATE_KEY, SECRETS, token } from './make-secrets.ts';
import { allPatterns } from './redact.ts';

const all = allPatterns(['secrets', 'email', 'phone', 'card']);
const GITHUB = `ghp_${token(36)}`;

/** A JSON string in which some characters are escaped that need not be. */
function escapeAll(text: string, how: (character: string, i: number) => boolean): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return units
    .map((unit, i) =>
      how(text[i] ?? '', i)
        ? `\\u${unit.toString(16).padStart(4, '0')}`
        : JSON.stringify(text[i]).slice(1, -1),
    )
    .join('');
}

test.each([
  ['call_@', GITHUB, 'github-token'],
  ['call_0aZ9@', GITHUB, 'github-token'],
  ['toolu_01Ab@', `sk-proj-${token(48)}`, 'openai-key'],
  ['chatcmpl-tool-7f@', `sk-ant-api03-${token(90)}`, 'anthropic-key'],
  ['call_@', `sk-${token(32).toLowerCase()}1`, 'api-key'],
])('a key that is glued to the id of a tool call, as in %s', (id, key, kind) => {
  const json = JSON.stringify({ id: id.replace('@', key), tool_call_id: id.replace('@', key), x: 1 });
  const clean = id.replace('@', `[redacted:${kind}]`);
  expect(redactJson(json, all)).toBe(JSON.stringify({ id: clean, tool_call_id: clean, x: 1 }));
});

test('words that only contain the beginning of a key stay', () => {
  const words = `task-${'a1'.repeat(14)} desk-proj toolu_01mask-${'0a'.repeat(16)} call_${token(24)} mighp_`;
  expect(redactText(words, all)).toBe(words);
});

describe('a JSON document', () => {
  test('every other byte stays: spaces, numbers, order of keys, keys that stand twice, escapes', () => {
    const json = String.raw`{ "b" :1.0,"a":"\u00e9\/\ud83d\ude00 @ \u00e9\n", "b":  9007199254740993 ,"c":[null,true,-0.0e5]}`;
    expect(redactJson(json.replace('@', GITHUB), all)).toBe(json.replace('@', '[redacted:github-token]'));
    expect(redactJson(json, all)).toBe(json);
  });

  test('escapes inside of a secret, and right before and behind it', () => {
    const escaped = escapeAll(GITHUB, (_, i) => i % 5 === 0);
    expect(redactJson(`"x\\n${escaped}\\n\\u0041"`, all)).toBe('"x\\n[redacted:github-token]\\n\\u0041"');
    expect(redactJson(`"\\u0020${escapeAll(GITHUB, () => true)}"`, all)).toBe(
      '"\\u0020[redacted:github-token]"',
    );
  });

  test('more secrets than a call takes arguments: in a text, escaped in one, and as numbers', () => {
    const keys = Array.from({ length: 200_000 }, (_, i) => `AKIA${i.toString(6).padStart(16, '0')}`);
    // Digits that the key's alphabet has.
    const text = keys.join(' ').replaceAll(/[01]/g, (digit) => (digit === '0' ? 'A' : 'B'));
    const left = keys.map(() => '[redacted:aws-access-key]').join(' ');
    expect(redactJson(JSON.stringify({ text }), all) === JSON.stringify({ text: left })).toBe(true);
    expect(redactText(`\\n${text}`, all) === `\\n${left}`).toBe(true);
    expect(redactJson(`[${'4111111111111111,'.repeat(200_000)}0]`, all)).not.toContain('4111');
  });

  test('a private key over many lines', () => {
    expect(redactJson(JSON.stringify({ content: `a\n${PRIVATE_KEY}\nb` }), all)).toBe(
      '{"content":"a\\n[redacted:private-key]\\nb"}',
    );
  });

  test('names of members', () => {
    expect(redactJson(`{"${GITHUB}":1}`, all)).toBe('{"[redacted:github-token]":1}');
  });

  test('a value that is a secret by its name', () => {
    const json =
      '{"password":"correct horse","db":{"DB_PASSWORD" : "battery1"},"apiKey":"x9x9x9x9","n":"x9x9x9x9"}';
    expect(redactJson(json, all)).toBe(
      '{"password":"correct horse","db":{"DB_PASSWORD" : "[redacted:password]"},"apiKey":"[redacted:secret]","n":"x9x9x9x9"}',
    );
    expect(redactJson('{"Authorization":"Basic dXNlcjpwYXNzd29yZA=="}', all)).toBe(
      '{"Authorization":"Basic [redacted:authorization]"}',
    );
    expect(redactJson(String.raw`{"pass\u0077ord":"\u0062attery"}`, all)).toBe(
      String.raw`{"pass\u0077ord":"[redacted:password]"}`,
    );
  });

  test('a name speaks for its own value only', () => {
    expect(redactJson('{"password":{"type":"hunter2"},"token":["a1b2c3d4e5"]}', all)).toBe(
      '{"password":{"type":"hunter2"},"token":["a1b2c3d4e5"]}',
    );
  });

  test('a number that is a card or a phone becomes a string, other numbers stay', () => {
    expect(redactJson('{"n":4111111111111111,"p":[13800138000],"i":13800138000123,"f":0.5}', all)).toBe(
      '{"n":"[redacted:card]","p":["[redacted:phone]"],"i":13800138000123,"f":0.5}',
    );
    expect(redactJson('13800138000', all)).toBe('"[redacted:phone]"');
  });

  test('strings beside each other are no text together', () => {
    const halves = JSON.stringify([GITHUB.slice(0, 4), GITHUB.slice(4)]);
    expect(redactJson(halves, all)).toBe(halves);
  });

  test.each(['"cut \\', '{"a":"cut', '[1,', '"\\q"', '', '"', '{"a"', 'nonsense "x'])(
    'that is broken stays so: %s',
    (json) => {
      expect(redactJson(json, all)).toBe(json);
    },
  );

  test('that is cut has its secrets found', () => {
    expect(redactJson(`{"a":"x ${GITHUB}","b":"${GITHUB}`, all)).toBe(
      '{"a":"x [redacted:github-token]","b":"[redacted:github-token]',
    );
  });
});

describe('JSON in a string', () => {
  test.each([1, 2, 3, 4, 5])('at depth %s', (depth) => {
    let plain = JSON.stringify({
      n: 13800138000,
      s: `x\n${GITHUB}"`,
      password: 'correct-horse',
      'e@x.org': 1,
    });
    let redacted =
      '{"n":"[redacted:phone]","s":"x\\n[redacted:github-token]\\"","password":"[redacted:password]","[redacted:email]":1}';
    for (let i = 0; i < depth; i++) {
      plain = JSON.stringify({ arguments: plain });
      redacted = JSON.stringify({ arguments: redacted });
    }
    expect(redactJson(plain, all)).toBe(redacted);
  });

  test('escaped twice over, inside of the secret', () => {
    const inner = `{"k":"${escapeAll(GITHUB, (_, i) => i === 7)}"}`;
    expect(redactJson(JSON.stringify({ arguments: inner }), all)).toBe(
      JSON.stringify({ arguments: '{"k":"[redacted:github-token]"}' }),
    );
  });

  test('that is cut, or stands in prose', () => {
    const inner = JSON.stringify({ k: `\n${GITHUB}`, 'api-key': 'abcdefgh1' });
    for (const text of [
      inner.slice(0, -1),
      `called with ${inner}`,
      `[map[arguments:${inner} [truncated] x]`,
    ]) {
      const redacted = text
        .replace(GITHUB, '[redacted:github-token]')
        .replace('abcdefgh1', '[redacted:secret]');
      expect(redactText(text, all)).toBe(redacted);
      expect(redactJson(JSON.stringify(text), all)).toBe(JSON.stringify(redacted));
    }
  });

  test('a line of the log: an object in a string in an object', () => {
    const line = JSON.stringify({ ai_log: JSON.stringify({ answer: `it is\n${GITHUB}` }), path: '/v1' });
    expect(redactText(line.slice(0, -1), all)).toBe(
      line.slice(0, -1).replace(GITHUB, '[redacted:github-token]'),
    );
  });
});

describe('whatever the document is', () => {
  const secret = fc.constantFrom(...SECRETS.map(([, around, text]) => around.replace('@', () => text)));
  const string = fc.oneof(
    fc.string({ unit: 'binary' }),
    secret,
    fc.tuple(fc.string(), secret, fc.string()).map((parts) => parts.join(' ')),
    fc.string({ unit: fc.constantFrom('\\', '"', 'n', 'u', '0', ' ', 'a', '\n', '{', '}', ':') }),
  );
  const { value } = fc.letrec<{ value: unknown; nested: string }>((tie) => ({
    nested: tie('value').map((inner) => JSON.stringify(inner)),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      string,
      fc.constantFrom(null, true, 0, -1.5, 13800138000, 4111111111111111),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(string, fc.constantFrom('password', 'token', 'a')), tie('value'), {
        maxKeys: 4,
      }),
      tie('nested'),
    ),
  }));
  /** Brackets, commas and colons: what is left of a document without its strings and numbers. */
  const formOf = (json: string): string => json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs, '_');

  test('it stays valid JSON of the same form, and searched again nothing is found', () => {
    fc.assert(
      fc.property(value, (one) => {
        const redacted = redactJson(JSON.stringify(one), all);
        expect(() => JSON.parse(redacted)).not.toThrow();
        expect(formOf(redacted)).toBe(formOf(JSON.stringify(one)));
        expect(redactJson(redacted, all)).toBe(redacted);
      }),
      { numRuns: 500 },
    );
  });

  test('with characters escaped at random, the same strings are left', () => {
    fc.assert(
      fc.property(string, fc.infiniteStream(fc.boolean()), (text, escapes) => {
        const raw = escapeAll(text, () => escapes.next().value === true);
        expect(JSON.parse(redactJson(`"${raw}"`, all))).toBe(
          JSON.parse(redactJson(JSON.stringify(text), all)),
        );
      }),
      { numRuns: 500 },
    );
  });
});
