import fc from 'fast-check';
import Handlebars from 'handlebars';
import { expect, test } from 'vitest';
import { compileTemplate } from '../../scripts/templates.mjs';
import { helpers } from '../../src/site/templates.ts';

type Template = (data: object, with_: typeof helpers) => string;

function compiled(source: string, given = helpers): (data: object) => string {
  const template = new Function(`return ${compileTemplate(source)}`)() as Template;
  return (data) => template(data, given);
}

const PARTIAL = '<b>{{text}}</b>{{#if more}}, {{more}}{{/if}}\n';
const engine = Handlebars.create();
engine.registerPartial('part', engine.compile(PARTIAL, { strict: true }));
const ours = { ...helpers, partial: (_name: string, data: object) => compiled(PARTIAL)(data) };

const SOURCES = [
  'a {{text}} "b" {{{text}}}\n',
  '{{#if value}}yes {{text}}{{else}}no{{/if}}',
  '{{#unless value}}no{{else}}yes{{/unless}}',
  '{{#if value}}1{{else if text}}2{{else}}3{{/if}}',
  '{{#if object.value}}{{object.value}}{{/if}}{{object.text}}',
  '<ul>\n{{#each list}}<li{{#if @first}} first{{/if}}>{{text}} {{../text}} {{#if value}}{{../value}}{{/if}}{{#with kind}}{{../../text}}{{/with}}</li>\n{{/each}}\n</ul>',
  '{{#each words}}{{this}},{{/each}}',
  '{{#with object}}{{text}} {{../text}}{{else}}none{{/with}}',
  '{{#with value}}{{this}}{{/with}}',
  'x {{> part}} y\n{{> part object}}\n{{> part object more="m"}} {{#each list}}{{> (lookup . "kind") }}{{/each}}',
  '{{! a comment }}{{#if list}}\n  {{text}}\n{{/if}}\n',
];

const text = fc.oneof(fc.constantFrom('', '<&>"\'`=', 'plain'), fc.string());
const value = fc.oneof(text, fc.constantFrom(null, undefined, 0, 1, 1234.5, true, false, [], ['a']));
const inner = fc.record({ text, value, more: text, kind: fc.constant('part') }, { noNullPrototype: true });
const data = fc.record({
  text,
  value,
  more: text,
  object: inner,
  list: fc.array(inner),
  words: fc.array(text),
});

test.each(SOURCES.map((source) => [source]))('%j is what Handlebars makes of it', (source) => {
  const theirs = engine.compile(source, { strict: true, preventIndent: true });
  const template = compiled(source, ours);
  fc.assert(
    fc.property(data, (given) => {
      expect(template(given)).toBe(theirs(given));
    }),
  );
});

test('a value that is missing is an error', () => {
  expect(() => compiled('{{a}}')({})).toThrow('a template lacks a');
  expect(() => compiled('{{{a.b}}}')({ a: {} })).toThrow('a template lacks b');
  expect(compiled('{{a}}{{#if b}}b{{/if}}')({ a: undefined })).toBe('');
});

test.each([
  ['{{helper x}}', 'line 1: a helper is not supported (scripts/templates.mjs)'],
  ['\n{{#each x}}{{@index}}{{/each}}', 'line 2: @index is not supported (scripts/templates.mjs)'],
  ['{{@first}}', 'line 1: @first is not supported (scripts/templates.mjs)'],
  ['{{#table x}}{{/table}}', 'line 1: #table is not supported (scripts/templates.mjs)'],
  ['{{#if x y}}{{/if}}', 'line 1: this #if is not supported (scripts/templates.mjs)'],
  [
    '{{#each x}}{{else}}none{{/each}}',
    'line 1: an {{else}} of #each is not supported (scripts/templates.mjs)',
  ],
  ['{{> (other x)}}', 'line 1: (other …) is not supported (scripts/templates.mjs)'],
  [
    '{{../x}}',
    'line 1: ../x: partials do not see what is around them is not supported (scripts/templates.mjs)',
  ],
  ['{{x.[a-b]}}', 'line 1: x.a-b is not supported (scripts/templates.mjs)'],
])('%j is refused', (source, message) => {
  expect(() => compileTemplate(source)).toThrow(message);
});
