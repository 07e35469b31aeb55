import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The documents in Chinese are shorter than their originals, but what is in both must agree. */
const PAGES = ['README.zh-CN.md', ...readdirSync('docs/zh-CN').map((name) => `docs/zh-CN/${name}`)];

const textOf = (path: string): string => readFileSync(path, 'utf8');

const FENCED = /^( *)```.*\n[^]*?^\1```$/gm;

const headingsOf = (text: string): string[] =>
  [...text.replaceAll(FENCED, '').matchAll(/^#+ .+$/gm)].map(([heading]) => heading);

/** The address of a heading, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

/** Each block that .ci/run can run: its mark, and what follows it. */
const markedBlocksOf = (text: string): string[] =>
  [...text.matchAll(/^<!-- .+ -->\n\n```.*\n[^]*?^```$/gm)].map(([block]) => block);

/** What is in backticks, in any order: languages order words differently. */
const codesOf = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The cells of the tables whose head begins with this word. */
function rowsOf(text: string, word: string): string[][] {
  return text.split('\n\n').flatMap((table) => {
    const [head = '', , ...rows] = table.trim().split('\n');
    if (!head.startsWith(`| ${word}`)) return [];
    return rows.map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  });
}

/** The first column of a table, without what words differ in. */
const namesOf = (text: string, word: string): string[] =>
  rowsOf(text, word).map(([name = '']) => codesOf(name).join() || name);

test('README.zh-CN.md has the headings of README.md, by number and level', () => {
  const levels = (path: string) => headingsOf(textOf(path)).map((heading) => heading.indexOf(' '));
  expect(levels('README.zh-CN.md')).toEqual(levels('README.md'));
});

test('README.zh-CN.md has the blocks of README.md, with the marks that .ci/run looks for', () => {
  const marked = markedBlocksOf(textOf('README.md'));
  expect(marked.length).toBe(3);
  expect(markedBlocksOf(textOf('README.zh-CN.md'))).toEqual(marked);
  const blocks = (path: string) => textOf(path).match(FENCED);
  expect(blocks('README.zh-CN.md')).toEqual(blocks('README.md'));
});

test('README.zh-CN.md has the pictures of README.md, and each leads to the other', () => {
  const pictures = (path: string) => [...textOf(path).matchAll(/!\[.*?\]\((.+?)\)/g)].map(([, to]) => to);
  expect(pictures('README.zh-CN.md')).toEqual(pictures('README.md'));
  expect(textOf('README.md')).toContain('\n\n[简体中文](README.zh-CN.md)\n\n');
  expect(textOf('README.zh-CN.md')).toContain('\n\n[English](README.md) · ');
});

test('README.zh-CN.md answers every common question with the same commands', () => {
  const commands = (path: string, head: string) =>
    rowsOf(textOf(path), head).map(([, command = '']) => codesOf(command));
  expect(commands('README.zh-CN.md', '问题')).toEqual(commands('README.md', 'question'));
});

test.each(PAGES)('%s names its original, and the day that it was compared with it', (path) => {
  const head = textOf(path).split('\n## ')[0] ?? '';
  expect(head).toMatch(/以英文版为准，内容更新至 \d{4}-\d\d-\d\d。/);
  const original = path.endsWith('README.md') ? '../../README.md' : `../${path.slice('docs/zh-CN/'.length)}`;
  expect(head).toContain(`[English](${path === 'README.zh-CN.md' ? 'README.md' : original})`);
});

test.each(PAGES)('every link of %s leads to a file, and to a heading in it', (path) => {
  const links = [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  for (const link of links.filter((one) => !one.startsWith('https://'))) {
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    const text = textOf(target);
    if (anchor !== undefined) expect(headingsOf(text).map(anchorOf), link).toContain(anchor);
  }
});

test.each([
  ['README.md', 'README.zh-CN.md', 'exit code', '退出码'],
  ['docs/commands.md', 'docs/zh-CN/commands.md', 'exit code', '退出码'],
  ['docs/commands.md', 'docs/zh-CN/commands.md', 'environment variable', '环境变量'],
  ['docs/commands.md', 'docs/zh-CN/commands.md', 'field', '字段'],
  ['docs/cost.md', 'docs/zh-CN/cost.md', 'count', '计数'],
  ['docs/cost.md', 'docs/zh-CN/cost.md', 'part', '部分'],
  ['docs/cost.md', 'docs/zh-CN/cost.md', '`price_state`', '`price_state`'],
  ['docs/cost.md', 'docs/zh-CN/cost.md', 'reason', '原因'],
  ['docs/cost.md', 'docs/zh-CN/cost.md', 'field', '字段'],
])('the table of %s is in %s: %s', (original, translated, head, translatedHead) => {
  const names = namesOf(textOf(original), head);
  expect(names.length).toBeGreaterThan(2);
  expect(namesOf(textOf(translated), translatedHead)).toEqual(names);
});

const sectionsOf = (path: string) =>
  new Map(
    textOf(path)
      .split('\n## monitor ')
      .slice(1)
      .map((section) => [section.split('\n', 1)[0] ?? '', section.split('\n## ')[0] ?? '']),
  );
const commands = sectionsOf('docs/commands.md');
const translated = sectionsOf('docs/zh-CN/commands.md');

test('docs/zh-CN/commands.md has the commands of docs/commands.md, in the same order', () => {
  expect([...translated.keys()]).toEqual([...commands.keys()]);
});

describe.each([...commands])('%s', (name, section) => {
  const rows = [...rowsOf(section, 'option'), ...rowsOf(section, 'argument')];
  const rowsInChinese = rowsOf(translated.get(name) ?? '', '选项');

  test('has its options in docs/zh-CN/commands.md, in the same order', () => {
    expect(rowsInChinese.map(([option]) => option)).toEqual(rows.map(([option]) => option));
  });

  test('has the defaults, choices and environment variables of each there', () => {
    for (const [i, [option = '', meaning = '']] of rows.entries()) {
      const [, meaningInChinese = ''] = rowsInChinese[i] ?? [];
      expect(codesOf(meaningInChinese), option).toEqual(expect.arrayContaining(codesOf(meaning)));
    }
  });

  test('has its exit codes there', () => {
    expect(translated.get(name)).toMatch(/^退出码：0 .+。$/m);
  });
});

/** Spaces between Chinese and Latin letters, and none beside full-width marks; code is as it is. */
test.each(PAGES)('%s is set as Chinese is', (path) => {
  const prose = textOf(path)
    .replaceAll(FENCED, '')
    .replaceAll(/^ {4,}.*$/gm, '')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/`[^`\n]+`/g, '`code`')
    .replaceAll('_', '')
    .replaceAll(/^\|[ |-]+$/gm, '');
  expect(prose.match(/.{0,9}(?:\p{Script=Han}[\w`]|[\w`]\p{Script=Han}).{0,9}/gu) ?? []).toEqual([]);
  expect(prose.match(/.{0,9}\p{Script=Han}[,;:?!].{0,9}/gu) ?? []).toEqual([]);
  expect(prose.match(/.{0,9}(?: [，。：；、）]|[，。；、（](?: [^|·])).{0,9}/gu) ?? []).toEqual([]);
});
