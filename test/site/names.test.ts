import { expect, test } from 'vitest';
import { nameSessionFile } from '../../src/store/names.ts';
import {
  hrefTo,
  monthJsonPath,
  monthPagePath,
  sessionJsonPath,
  sessionName,
  sessionPath,
} from '../../src/site/names.ts';

const pathOf = (id: string): string => sessionPath(sessionName({ file: nameSessionFile(id, () => false) }));

test.each([
  ['agent:main:1', 'sessions/agent:main:1.html'],
  ['a/b', 'sessions/a%2Fb.html'],
  ['index', 'sessions/index~.html'],
  ['INDEX', 'sessions/INDEX~.html'],
  ['..', 'sessions/%2E..html'],
  ['~', 'sessions/%7E.html'],
  ['', 'sessions/~.html'],
])('the session %j has the page %s', (id, path) => {
  expect(pathOf(id)).toBe(path);
});

test.each([
  ['index.html', 'sessions/a%2Fb.html', './sessions/a%252Fb.html'],
  ['sessions/index.html', 'sessions/agent:main:1.html', './agent:main:1.html'],
  ['sessions/2026-11/3.html', 'sessions/a?b#c d+e.html', '../a%3Fb%23c%20d%2Be.html'],
  ['sessions/2026-11/3.html', 'sessions/2026-11/2.html', './2.html'],
  ['session/index.html', 'sessions/2026-11/1.js', '../sessions/2026-11/1.js'],
  ['api/sessions.json', 'api/sessions/x@y=z.json', './sessions/x@y=z.json'],
])('from %s a link to %s is %s', (from, to, href) => {
  expect(hrefTo(from, to)).toBe(href);
  expect(new URL(href, `https://host/site/${from}`).pathname).toBe(
    new URL(`https://host/site/${to.split('/').map(encodeURIComponent).join('/')}`).pathname
      .replaceAll('%3A', ':')
      .replaceAll('%40', '@')
      .replaceAll('%3D', '='),
  );
});

test('a fragment, a closed page and the lists have addresses of their own', () => {
  expect(hrefTo('index.html', sessionPath('a', 2), 'r-7')).toBe('./sessions/a~p2.html#r-7');
  expect([
    sessionJsonPath('a'),
    sessionJsonPath('a', 1),
    monthPagePath('2026-11', 4),
    monthJsonPath('2026-11', 4),
  ]).toEqual([
    'api/sessions/a.json',
    'api/sessions/a~p1.json',
    'sessions/2026-11/4.html',
    'api/sessions-2026-11-4.json',
  ]);
});

test.each([
  ['agent:1~2.json', 'agent:1'],
  ['index~1.json', 'index~'],
  ['long~0123456789abcdef01234567.json', 'long~0123456789abcdef01234567'],
  ['long~0123456789abcdef01234567~3.json', 'long~0123456789abcdef01234567'],
])('a session in %s, as a prune may have left it, is still called %s', (file, name) => {
  expect(sessionName({ file })).toBe(name);
});
