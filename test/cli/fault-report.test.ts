import { expect, test } from 'vitest';
import { faultReport } from '../../src/cli/fault-report.ts';
import { Fault } from '../../src/platform/errors.ts';

const linesOf = (error: unknown): string[] => faultReport(error).split('\n').slice(2, -1);

function errorWith(message: string, stack: string): Error {
  return Object.assign(new TypeError(message), { stack: `TypeError: ${message}\n${stack}` });
}

test.each([
  ["Cannot read properties of undefined (reading 'hunter2')", 'Cannot read properties of undefined'],
  ['files.stat is not a function', 'files.stat is not a function'],
  ['(intermediate value).at(...) is not iterable', '(intermediate value).at(...) is not iterable'],
  ["Cannot access 'page' before initialization", "Cannot access 'page' before initialization"],
  ['Maximum call stack size exceeded', 'Maximum call stack size exceeded'],
  [`Unexpected token 'h', "hunter2" is not valid JSON`, '(not shown, as it may quote a log)'],
  ['Cannot convert hunter2 to a BigInt', '(not shown, as it may quote a log)'],
  ['my word hunter2 is not a function', '(not shown, as it may quote a log)'],
])('of the message %j it shows %j', (message, shown) => {
  expect(linesOf(errorWith(message, '    at a (/x/dist/main.js:1:2)'))).toEqual([
    `TypeError: ${shown}`,
    '    at a (dist/main.js:1:2)',
  ]);
});

test('it shows the message of a fault that the program found itself, and the code of an error of Node', () => {
  expect(linesOf(new Fault('2 lines are missing'))[0]).toBe('Error: 2 lines are missing');
  expect(linesOf(Object.assign(new RangeError('hunter2'), { code: 'ERR_OUT_OF_RANGE' }))[0]).toBe(
    'RangeError [ERR_OUT_OF_RANGE]: (not shown, as it may quote a log)',
  );
});

test('what is thrown and is no error is named by its type', () => {
  expect(linesOf('hunter2')).toEqual(['thrown: string']);
});

test('frames show no folder of the machine', () => {
  const frames = [
    '    at a (/home/me (x)/my dist/dist/vendor/zod.js:1:2)',
    '    at async b (file:///home/me/dist/main.js:1:2)',
    '    at async file:///home/me/dist/main.js:1:2',
    '    at new Run [as run] (/home/me/src/run.ts:3:4)',
    '    at /home/me/other.js:1:2',
    '    at async Promise.all (index 0)',
    '    at node:internal/timers:5:6',
    '    at JSON.parse (<anonymous>)',
  ];
  expect(linesOf(errorWith('m', frames.join('\n'))).slice(1)).toEqual([
    '    at a (dist/vendor/zod.js:1:2)',
    '    at async b (dist/main.js:1:2)',
    '    at async dist/main.js:1:2',
    '    at new Run [as run] (src/run.ts:3:4)',
    '    at other.js:1:2',
    '    at async Promise.all (index 0)',
    '    at node:internal/timers:5:6',
    '    at JSON.parse (<anonymous>)',
  ]);
});

test('a message of several lines that looks like a stack is no stack', () => {
  expect(linesOf(errorWith('m\n    at hunter2', '    at a (/x/src/a.ts:1:2)'))).toEqual([
    'TypeError: (not shown, as it may quote a log)',
    '    at a (src/a.ts:1:2)',
  ]);
});

test('a stack whose message was changed later is left out', () => {
  const error = errorWith('m', '    at hunter2 (/x/src/a.ts:1:2)');
  error.message = 'another';
  expect(linesOf(error)).toHaveLength(1);
});
