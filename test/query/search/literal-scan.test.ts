import { expect, test } from 'vitest';
import { literalPattern } from '../../../src/query/search/pattern.ts';
import { literalScan } from '../../../src/query/search/literal-scan.ts';
import { casesOf, isPlain, oldForms, spellingsOf } from '../../../src/query/search/spellings.ts';
import { fc } from '../../fast-check.ts';

const ALL = Array.from({ length: 0x11_0000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

/** How a string can be written: composed or not, escaped or not, and as JSON in JSON. */
function written(text: string, form: string, choices: readonly number[], depth: number): string {
  const composed = form === '' ? text : text.normalize(form);
  let i = 0;
  const literal = JSON.stringify(composed).replaceAll(/\\.|[^"\\]/gsu, (one) => {
    const choice = choices[i++ % choices.length] ?? 0;
    if (one.startsWith('\\') || choice < 3) return one === '/' && choice === 0 ? '\\/' : one;
    const escaped = one.replaceAll(/[^]/g, (unit) =>
      unit.charCodeAt(0).toString(16).padStart(4, '0').replace(/^/, '\\u'),
    );
    return choice === 3 ? escaped : escaped.toUpperCase().replaceAll('U', 'u');
  });
  // Once more, by a writer that escapes nothing, or everything beyond ASCII.
  let json = literal;
  for (let level = 1; level < depth; level++) json = JSON.stringify(json);
  return json;
}

const character = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'kKsSeEaAxX09 .-_') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...'éÉüÜßẞſσςΣµμйЙ한국日本你が이क़שׁ豈Åậ\u212a\u212b\uf900\u1fd3\u{1d15e}'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '\u0301',
      '\u0308',
      '\u0323',
      '\u0302',
      '\u0344',
      '\u3099',
      '\u1161',
      '\u11ab',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...'"\\/\n\t{}[]:,😀𐐀𐐨\u{2f81a}') },
  { weight: 1, arbitrary: fc.nat(ALL.length - 1).map((i) => ALL[i] ?? '') },
);
const text = fc.array(character, { minLength: 1, maxLength: 12 }).map((all) => all.join('').toWellFormed());
const writing = fc.record({
  form: fc.constantFrom('', 'NFC', 'NFD'),
  choices: fc.array(fc.nat(5), { minLength: 1, maxLength: 7 }),
  depth: fc.integer({ min: 1, max: 3 }),
});

test('a scan never misses a text, however it is written', () => {
  fc.assert(
    fc.property(text, text, fc.nat(), fc.nat(8), writing, (around, inside, at, length, how) => {
      const said = `${around}${inside}${around}`;
      const characters = [...said];
      const needle = characters.slice(at % characters.length, (at % characters.length) + length + 1).join('');
      const pattern = literalPattern(needle);
      if (!pattern.find(said.normalize('NFC'))) return;
      const bytes = Buffer.from(`x${written(said, how.form, how.choices, how.depth)}`);
      const place = pattern.scan?.(bytes).next(0) ?? 0;
      expect(place, `${JSON.stringify(needle)} in ${bytes.toString()}`).toBeGreaterThanOrEqual(0);
      // Also in another case.
      for (const changed of [needle.toLowerCase(), needle.toUpperCase()]) {
        const other = literalPattern(changed);
        if (!other.find(said.normalize('NFC'))) continue;
        expect(
          other.scan?.(bytes).next(0) ?? 0,
          `${JSON.stringify(changed)} in ${bytes.toString()}`,
        ).toBeGreaterThanOrEqual(0);
      }
    }),
    { numRuns: 4_000 },
  );
});

test('a character has the cases that a regular expression of JavaScript gives it', () => {
  const withCase = ALL.filter((one) => one.toLowerCase() !== one || one.toUpperCase() !== one);
  const joined = withCase.join('');
  for (const one of [
    ...'abKksSzZ',
    'é',
    'ß',
    'ẞ',
    'ſ',
    '\u212a',
    'Σ',
    'ς',
    'ǅ',
    'θ',
    'ϴ',
    '\u1e9e',
    '𐐀',
    'Å',
    'µ',
    'ᾳ',
    'Ꮿ',
    'ꭰ',
    '\u{1e922}',
  ]) {
    const expected = new Set([one, ...(joined.match(new RegExp(one, 'giu')) ?? [])]);
    expect([...casesOf(one)].toSorted(), one).toEqual([...expected].toSorted());
  }
  expect(casesOf('.')).toEqual(['.']);
  expect(casesOf('日')).toEqual(['日']);
});

test('every character that NFC replaces is known', () => {
  const known = new Set([...oldForms().values()].flat());
  const expected = ALL.filter((one) => one.normalize('NFC') !== one);
  expect(expected.filter((one) => !known.has(one))).toEqual([]);
  expect(known.size).toBe(expected.length);
  expect(oldForms().get('K')).toEqual(['\u212a']);
});

test('what a character can be written as', () => {
  const plain = (one: string): string[] => spellingsOf(one).plain.map(String).toSorted();
  expect([plain('k'), spellingsOf('k').rare]).toEqual([['K', 'k'], ['\u212a']]);
  expect([plain('é'), spellingsOf('é').rare]).toEqual([
    ['É', 'é'],
    ['\u0301', '\u0341', '\u0344'],
  ]);
  expect([plain('日'), spellingsOf('日').rare]).toEqual([['日'], []]);
  expect(['"', '\\', '/', '\n', '{', ':', ',', '\u0301', '\ufffd'].filter(isPlain)).toEqual([]);
  expect(['a', 'é', ' ', '.', '日', '😀', '-'].filter((one) => !isPlain(one))).toEqual([]);
});

test('a scan goes on from where it is asked to, and finds each place', () => {
  const bytes = Buffer.from('a KubeCtl b \\u006bubectl c kube\\u0063tl d \u212aubectl e kubect');
  const scan = literalScan('kubectl')?.(bytes);
  const places: number[] = [];
  for (let at = scan?.next(0) ?? -1; at >= 0; at = scan?.next(at + 1) ?? -1) places.push(at);
  expect(places).toEqual([2, 12, 31, 42]);
  expect(bytes.subarray(42, 45).toString()).toBe('\u212a');
});

test('an escape counts only after what can be before it', () => {
  const place = (text: string, json: string): number => literalScan(text)?.(Buffer.from(json)).next(0) ?? -2;
  const json = String.raw`"\u4f60\u597d \u5929\u597d \ud83d\ude00\u597d"`;
  expect(place('你好', json)).toBe(1);
  expect(place('世好', json)).toBe(-1);
  expect(place('天好', json)).toBe(14);
  expect(place('😀好', json)).toBe(27 + 6);
  expect(place('😁好', json)).toBe(-1);
});

test('an escape is found behind many others, near and far apart', () => {
  const others = [
    String.raw`\u003c a `,
    String.raw`\u003C\u4e00`,
    `\\u00e9${'x'.repeat(2000)}`,
    String.raw`\u006 \u006x`,
  ];
  for (const other of others) {
    for (const escaped of [
      String.raw`\u006bube`,
      String.raw`kub\u0045`,
      String.raw`k\u0055be`,
      String.raw`\u212aUBE`,
    ]) {
      const head = other.repeat(100);
      const bytes = Buffer.from(`${head}${escaped} ${head}`);
      expect(literalScan('kube')?.(bytes).next(0), other + escaped).toBe(head.length + escaped.indexOf('\\'));
      expect(literalScan('kubf')?.(bytes).next(0) ?? 0, other + escaped).toBeLessThanOrEqual(
        head.length + 12,
      );
    }
    expect(literalScan('kube')?.(Buffer.from(other.repeat(200))).next(0)).toBe(-1);
  }
});

test('a text without a plain character cannot be scanned for', () => {
  expect(literalScan('"\\\n{')).toBeUndefined();
  expect(literalScan('\u0301')).toBeUndefined();
  expect(literalScan('"a')).toBeDefined();
});
