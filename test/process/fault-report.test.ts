import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { aiLine, makeFolder } from '../ingest/make.ts';
import { BIN, parseArgs, start } from './make.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** What each report begins with. */
const HEAD = [
  'monitor: internal error. This is a bug: please report it with the lines below, which contain no log content.',
  `monitor ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
];

let folder: string;

beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'access.log'), aiLine('a', 0, { question: 'hunter2' }));
});

/** Runs a parse in which `breakage`, a script, has broken something first. */
async function runBroken(
  breakage: string,
  ...options: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const script = join(folder, 'breakage.cjs');
  writeFileSync(script, breakage);
  const args = parseArgs(join(folder, 'access.log'), join(folder, 'sessions'));
  return await start(process.execPath, ['--require', script, BIN, ...args, ...options]).ended;
}

/** The lines of stderr, without the positions in the bundle. */
const linesOf = (err: string): string[] => err.replaceAll(/:\d+:\d+/g, '').split('\n');

test('a fault: 70, the versions, the error, and frames that name functions of the program', async () => {
  const { code, out, err } = await runBroken(
    `const fs = require('node:fs'); fs.fstatSync = () => undefined;`,
    '--quiet',
  );
  expect([code, out]).toEqual([70, '']);
  expect(linesOf(err)).toEqual([
    ...HEAD,
    'TypeError: Cannot read properties of undefined',
    '    at toFacts (dist/parse.cjs)',
    '    at Object.facts (dist/parse.cjs)',
    '    at dist/parse.cjs',
    '    at withFile (dist/parse.cjs)',
    '    at dist/parse.cjs',
    '    at absentAsUndefined (dist/parse.cjs)',
    '    at readWhole (dist/parse.cjs)',
    '    at readStateFile (dist/parse.cjs)',
    '    at readCurrentState (dist/parse.cjs)',
    '    at new Commits (dist/parse.cjs)',
    '',
  ]);
});

test.each([
  ['the usual line of a crontab', ['--quiet'], /^ {4}at .*readAll \(dist\/parse\.cjs\)$/m],
  ['any other', ['--since', '2020-01-01'], /^ {4}at .*readAll \(dist\/chunk-\w+\.js\)$/m],
])('a fault in a line, which V8 quotes, of %s: nothing of the line is shown', async (_, options, frame) => {
  const { code, out, err } = await runBroken(
    `const read = Buffer.prototype.toString;
     Buffer.prototype.toString = function (...args) {
       const text = read.apply(this, args);
       if (text.includes('hunter2')) 'key' in text;
       return text;
     };`,
    ...options,
  );
  expect([code, out]).toEqual([70, '']);
  expect(linesOf(err).slice(0, 4)).toEqual([
    ...HEAD,
    'TypeError: (not shown, as it may quote a log)',
    expect.stringMatching(/^ {4}at [^/]+ \(breakage\.cjs\)$/),
  ]);
  expect(linesOf(err).join('\n')).toMatch(frame);
  expect(err).not.toMatch(/hunter2|ai_log/);
  expect(err).not.toContain(folder);
  expect(err).not.toContain(process.cwd());
});

test('a fault in a callback is reported in the same way', async () => {
  const { code, out, err } = await runBroken('setImmediate(() => missing());', '--quiet');
  expect([code, out]).toEqual([70, '']);
  expect(linesOf(err).slice(0, 4)).toEqual([
    ...HEAD,
    'ReferenceError: missing is not defined',
    expect.stringMatching(/^ {4}at .*breakage\.cjs\)?$/),
  ]);
});
