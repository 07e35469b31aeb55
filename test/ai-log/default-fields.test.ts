import { expect, test } from 'vitest';
import { DEFAULT_ORDER, DefaultFields } from '../../src/ai-log/default-fields.ts';
import { fc } from '../fast-check.ts';

const members = (values: readonly string[]): string[] =>
  DEFAULT_ORDER.map((name, i) => `"${name}":"${values[i] ?? ''}"`);
const plain = fc.string({
  unit: fc.constantFrom('a', '-', ' ', ',', '{', '}', ':', '/', 'é', '会', '🚀'),
  maxLength: 6,
});
const anyValues = fc.array(plain, { minLength: DEFAULT_ORDER.length, maxLength: DEFAULT_ORDER.length });

test('the fields are those of the line’s JSON', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const text = `${members(values).join(',')}}`;
      const fields = DefaultFields.read(text);
      expect(
        fields && Object.fromEntries(Array.from(fields, ([name, json]) => [name, JSON.parse(json)])),
      ).toEqual(JSON.parse(`{${text}`));
      for (const [place, name] of DEFAULT_ORDER.entries()) {
        expect(fields?.get(name)).toBe(`"${values[place]}"`);
        expect(fields?.isNothingAt(place)).toBe(['', '-'].includes(values[place] ?? ''));
        expect(fields?.membersBetween(0, place + 1)).toBe(
          members(values)
            .slice(0, place + 1)
            .join(','),
        );
      }
      expect(fields?.get('timestamp')).toBeUndefined();
    }),
  );
});

test('any other form is not read', () => {
  const usual = members(DEFAULT_ORDER);
  const whole = `${usual.join(',')}}`;
  expect(DefaultFields.read(whole)).toBeDefined();
  for (const [i, member] of usual.entries()) {
    for (const value of ['a"b', 'a\\"b', 'a\\\\b', 'a\tb', '\u0000', 'a","x":"b']) {
      const other = usual.with(i, member.replace(/:".*"/, () => `:"${value}"`));
      expect(DefaultFields.read(`${other.join(',')}}`), `${member} ${value}`).toBeUndefined();
    }
    for (const other of [usual.toSpliced(i, 1), usual.toSpliced(i, 0, member), usual.with(i, ` ${member}`), usual.with(i, member.replace(/".*"$/, '5'))])
      expect(DefaultFields.read(`${other.join(',')}}`)).toBeUndefined();
    expect(DefaultFields.read(whole.slice(0, whole.indexOf(member) + 4))).toBeUndefined();
  }
  for (const other of ['', '}', whole.slice(0, -1), `${whole} `, `${whole}}`, `${whole},`, `${usual.join(',')},}`, `${usual.join(',')},"a":"b"}`, `${usual.join(',')}]`, `{${whole}`])
    expect(DefaultFields.read(other), other).toBeUndefined();
}); // prettier-ignore
