import type HandlebarsModule from 'handlebars';
import runtime from 'handlebars/runtime.js';
import { templates } from 'virtual:site-files';

/**
 * The templates, compiled at build time. They escape everything except `{{{…}}}`, which is for HTML made by this program,
 * and throw if a value is missing.
 */
// The runtime has no types of its own.
const engine = (runtime as unknown as typeof HandlebarsModule).create();
for (const [name, specification] of Object.entries(templates)) {
  engine.registerPartial(name, engine.template(specification));
}

/** Renders templates/<name>.hbs. */
export function renderTemplate(name: string, data: object): string {
  const template: unknown = engine.partials[name];
  if (typeof template !== 'function') throw new Error(`no template ${name}`);
  return (template as (data: object) => string)(data);
}
