import { templates, type TemplateHelpers } from 'virtual:site-files';

// The templates, compiled at build time (scripts/templates.mjs). They escape everything except `{{{…}}}`, which is for
// HTML made by this program, and throw if a value is missing.

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '`': '&#x60;',
  '=': '&#x3D;',
};

export const helpers: TemplateHelpers = {
  need(data, name) {
    const value = data[name];
    if (value === undefined && !(name in data)) throw new Error(`a template lacks ${name}`);
    return value;
  },
  raw: textOf,
  escape(value) {
    const text = textOf(value);
    return /[&<>"'`=]/.test(text) ? text.replace(/[&<>"'`=]/g, (mark) => ESCAPES[mark] ?? mark) : text;
  },
  isFull: (value) => Boolean(value) && !(Array.isArray(value) && value.length === 0),
  with: (value, render, otherwise) => (value === 0 || helpers.isFull(value) ? render(value) : otherwise()),
  each(list, render) {
    let html = '';
    if (list) for (let i = 0; i < list.length; i++) html += render(list[i], i);
    return html;
  },
  partial: renderTemplate,
};

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : `${value as number}`;
}

/** Renders templates/<name>.hbs. */
export function renderTemplate(name: string, data: object): string {
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (!template) throw new Error(`no template ${name}`);
  return template(data, helpers);
}
