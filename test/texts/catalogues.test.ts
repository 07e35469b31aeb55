import { describe, expect, test } from 'vitest';
import * as en from '../../src/texts/en.ts';
import { LANGUAGES, languageNamed, languageOf, textsIn, type Language } from '../../src/texts/languages.ts';

const others = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== 'en');

/** Each text by its name: `frame.timesIn`. */
function textsOf(catalogue: object, path = ''): Map<string, unknown> {
  return new Map(
    Object.entries(catalogue).flatMap(([key, value]): [string, unknown][] => {
      const name = path === '' ? key : `${path}.${key}`;
      return typeof value === 'object' && value !== null ? [...textsOf(value, name)] : [[name, value]];
    }),
  );
}

/** A list of one name, and a count with its text, as texts take them. */
const listed = (n: number) => Object.assign([String(n)], { n, text: String(n) });

/**
 * Which values a text puts in place, with 0, 1 and 2 of everything: some words are only there for one of them. It is not
 * known which values are numbers: a text that takes a list fails with numbers, after it has read its values.
 */
function valuesOf(name: string, text: unknown): string[] {
  if (typeof text !== 'function') return [];
  const read = new Set<string>();
  let made = 0;
  for (const value of [0, 1, 2].flatMap((n) => [n, listed(n)])) {
    const values = new Proxy({}, { get: (_, key) => (read.add(String(key)), value) });
    try {
      const result = (text as (values: object) => unknown)(values);
      if (typeof result === 'string') made++;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  expect(made, name).toBeGreaterThan(0);
  // Not every language has a plural.
  read.delete('number');
  return [...read].toSorted();
}

/** Words that are the same in every language. */
const SAME = new Set(['absent.kinds.agent', 'groups.agent', 'groups.api']);

const shape = (catalogue: object) =>
  [...textsOf(catalogue)]
    .map(([name, text]) => [name, typeof text, ...valuesOf(name, text)].join(' '))
    .toSorted();

describe.each(others)('the texts in %s', (language) => {
  test('are those of English, each with the same values', async () => {
    expect(shape(await textsIn(language))).toEqual(shape(en));
  });

  test('are not the English ones', async () => {
    const english = textsOf(en);
    for (const [name, text] of textsOf(await textsIn(language)))
      if (typeof text === 'string' && /[a-z]{3}/i.test(text) && !SAME.has(name))
        expect(text, name).not.toBe(english.get(name));
  });
});

test.each([
  ['en', 'en'],
  ['en_US.UTF-8', 'en'],
  ['C', 'en'],
  ['C.UTF-8', 'en'],
  ['POSIX', 'en'],
  ['zh', 'zh-CN'],
  ['zh_CN.UTF-8', 'zh-CN'],
  ['zh_CN', 'zh-CN'],
  ['zh-cn', 'zh-CN'],
  ['zh-Hans', 'zh-CN'],
  ['zh-Hans-HK', 'zh-CN'],
  ['zh_SG@pinyin', 'zh-CN'],
  ['zh_TW.UTF-8', undefined],
  ['zh-Hant', undefined],
  ['de_DE.UTF-8', undefined],
  ['zhx', undefined],
  ['', undefined],
])('the language named %j is %s', (name, language) => {
  expect(languageNamed(name)).toBe(language);
});

test.each([
  [{}, 'en'],
  [{ LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
  [{ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }, 'en'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'zh-CN'],
  [{ LANG: 'en_US.UTF-8', MONITOR_LANG: 'zh-CN' }, 'zh-CN'],
  [{ LANG: 'zh_CN.UTF-8', MONITOR_LANG: 'en' }, 'en'],
  [{ LANG: 'de_DE.UTF-8' }, 'en'],
])('the environment %j asks for %s', (env, language) => {
  expect(languageOf(env)).toBe(language);
});
