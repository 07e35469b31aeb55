import { fc } from '../fast-check.ts';
import { describe, expect, test } from 'vitest';
import { isSessionFile, nameSessionFile } from '../../src/store/names.ts';
import { recordsPath } from '../../src/store/session-file.ts';

/** Names the ids one after another, as runs do. */
function nameAll(ids: readonly string[]): string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const name = nameSessionFile(id, (lowerCase) => taken.has(lowerCase));
    taken.add(name.toLowerCase());
    return name;
  });
}

const nameOf = (id: string): string => nameSessionFile(id, () => false);

test('isSessionFile knows each name that nameSessionFile gives, and none that leads elsewhere', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (id) => isSessionFile(nameOf(id))));
  const bad = [
    '../a.json',
    '/a.json',
    'a/b.json',
    '.state.json',
    '..json',
    'a\0.json',
    'a',
    'a.jsonl',
    '',
    5,
    null,
  ];
  expect(bad.filter(isSessionFile)).toEqual([]);
});

describe('nameSessionFile', () => {
  test.each([
    ['agent:main:discord:channel:1465367993012981988', 'agent:main:discord:channel:1465367993012981988.json'],
    ['default', 'default.json'],
    ['Az09:-_.@+=', 'Az09:-_.@+=.json'],
    ['../../x', '%2E.%2F..%2Fx.json'],
    ['a/b\\c', 'a%2Fb%5Cc.json'],
    ['.', '%2E.json'],
    ['..', '%2E..json'],
    ['.state', '%2Estate.json'],
    ['__proto__', '__proto__.json'],
    ['constructor', 'constructor.json'],
    ['a.json', 'a.json.json'],
    ['a~b%c d*', 'a%7Eb%25c%20d%2A.json'],
    ['<script>', '%3Cscript%3E.json'],
    ['a\0\n\u001b[31m', 'a%00%0A%1B%5B31m.json'],
    ['用户', '%E7%94%A8%E6%88%B7.json'],
    ['x'.repeat(200), `${'x'.repeat(200)}.json`],
    ['x'.repeat(201), `${'x'.repeat(175)}~84a0678c90937f5dcf9994d5.json`],
  ])('%j', (id, name) => expect(nameOf(id)).toBe(name));

  test('a long id is cut between bytes, and told apart by its digest', () => {
    const names = nameAll([
      'é'.repeat(2048),
      `${'é'.repeat(2047)}è`,
      `a${'é'.repeat(2048)}`,
      `ab${'é'.repeat(2048)}`,
    ]);
    for (const name of names) expect(name).toMatch(/^a?b?(%C3%A9)+(%C3)?~[0-9a-f]{24}\.json$/);
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name.length).toBeGreaterThan(195);
  });

  test('ids that differ by case only get names that differ by more, always the same', () => {
    const [foo, FOO, Foo] = nameAll(['foo', 'FOO', 'Foo']);
    expect(foo).toBe('foo.json');
    expect(FOO).toMatch(/^FOO~[0-9a-f]{24}\.json$/);
    expect(Foo).toMatch(/^Foo~[0-9a-f]{24}\.json$/);
    expect(nameAll(['foo', 'Foo'])[1]).toBe(Foo);
  });

  test('distinct ids never share a name, whatever the file system makes of case; names are safe', () => {
    const letters = fc.constantFrom('a', 'A', '.', '/', '%', '2', 'F', '~', '0', 'é', 'É');
    const start = fc.constantFrom('', 'é'.repeat(33), 'x'.repeat(198), 'X'.repeat(198), 'long '.repeat(60));
    const id = fc.oneof(
      fc.tuple(start, fc.string({ unit: letters, maxLength: 8 })).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
    const ids = fc.uniqueArray(
      id.filter((text) => text !== '' && text.isWellFormed()),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(ids, (ids) => {
        const names = nameAll(ids);
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(ids.length);
        for (const name of names) {
          expect(name).toMatch(/^[A-Za-z0-9:_@+=%-][A-Za-z0-9:_.@+=%~-]*\.json$/);
          expect(recordsPath('', name).length).toBeLessThanOrEqual(255);
        }
      }),
      { numRuns: 200 },
    );
  });
});
