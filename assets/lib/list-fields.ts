// The search, filters and sorting of the list: fields of the page, and the address that keeps them.
import { dateRange, dateText } from '../../src/site/format.ts';
import { STATUSES } from '../../src/site/lists/part-flags.ts';
import { dateOf, dayIn, daysBetween, daysOf, isWhen, WHEN, type Days } from './days.ts';
import { NOBODY, type Asked } from './list-filter.ts';
import type { Session } from './session-table.ts';

export const part = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const search = part<HTMLInputElement>('search');
const when = part<HTMLSelectElement>('when');
const parts = part<HTMLSelectElement>('parts');
const from = part<HTMLInputElement>('from');
const to = part<HTMLInputElement>('to');
const status = part<HTMLSelectElement>('status');
const named = {
  model: part<HTMLSelectElement>('model'),
  consumer: part<HTMLSelectElement>('consumer'),
  agent: part<HTMLSelectElement>('agent'),
  channel: part<HTMLSelectElement>('channel'),
};
/** A field for each dimension of the store. */
const where = [...document.querySelectorAll<HTMLSelectElement>('select[data-dimension]')];
const { zone = '' } = part('filters').dataset;

/** The value of `parts` that lists them by themselves. */
const APART = 'apart';
/** The value of `when` that shows the fields of two dates. */
const BETWEEN = 'between';
/** In the order in which the address has them. */
const FIELDS = { search, ...named, status, when, from, to, parts };

const ALL_FIELDS = [...Object.values(FIELDS), ...where];

/** Names that sessions have, by field. */
const names = new Map([...Object.values(named), ...where].map((field) => [field, new Set<string>()]));

/** The value of a field for sessions without a value: the text of the first choice is empty already. */
const NONE = '=';

export function startFields(onInput: () => void): void {
  for (const [value, text] of Object.entries(WHEN)) when.append(new Option(text, value));
  when.append(new Option('Between two dates', BETWEEN));
  for (const [value, { label }] of Object.entries(STATUSES)) status.append(new Option(label, value));
  for (const field of ALL_FIELDS) {
    field.addEventListener('input', () => {
      // The wish of the address, or of the page before it was loaded anew, is no longer one.
      delete field.dataset['wanted'];
      delete field.dataset['restored'];
      showDates();
      onInput();
    });
  }
}

export function clearFields(): void {
  for (const field of ALL_FIELDS) {
    field.value = '';
    delete field.dataset['wanted'];
    delete field.dataset['restored'];
  }
  showDates();
}

/** Calls back once somebody is about to choose a name: only sessions that are loaded have some. */
export function onFirstChoice(load: () => void): void {
  for (const field of names.keys()) field.addEventListener('focus', load, { once: true });
}

function showDates(): void {
  for (const field of [from, to]) {
    const around = field.closest<HTMLElement>('.field');
    if (around) around.hidden = when.value !== BETWEEN;
  }
}

export function asked(): Asked {
  return {
    words: search.value.toLowerCase().split(/\s+/).filter(Boolean),
    days: days(),
    status: status.value,
    model: named.model.value,
    consumer: named.consumer.value,
    agent: named.agent.value,
    channel: named.channel.value,
    isApart: parts.value === APART,
    where: where.flatMap((field, i): [number, string][] =>
      field.value === '' ? [] : [[i, field.value === NONE ? '' : field.value.slice(1)]],
    ),
  };
}

function days(): Days | undefined {
  if (when.value === BETWEEN) return daysBetween(from.value, to.value);
  if (!isWhen(when.value)) return undefined;
  const written = document.querySelector<HTMLTimeElement>('.written time')?.dateTime ?? '';
  return daysOf(when.value, dayIn(zone, Date.now(), written));
}

/** `of 23 Nov to 29 Nov 2026, with gpt-5`: what the figures of rows are about; empty if about all. */
export function meaning({ days: of, model, consumer, where: asks }: Asked): string {
  const words = [
    ...(of ? [daysText(of)] : []),
    ...(model === '' ? [] : [`with ${model}`]),
    ...(consumer === '' ? [] : [consumer === NOBODY ? 'without a consumer' : `for ${consumer}`]),
    ...asks.map(([i, value]) => {
      const label = where[i]?.labels[0]?.textContent ?? '';
      return value === '' ? `without ${label}` : `with ${label} ${value}`;
    }),
  ];
  return words.join(', ');
}

function daysText({ from: first, to: last }: Days): string {
  if (first === -Infinity) return `until ${dateText(dateOf(last))}`;
  if (last === Infinity) return `since ${dateText(dateOf(first))}`;
  return `of ${dateRange(dateOf(first), dateOf(last))}`;
}

/** Adds the names of sessions to the choices. */
export function addNames(sessions: readonly Session[]): void {
  const around = parts.closest<HTMLElement>('.field');
  if (around && sessions.some(({ isBelow }) => isBelow)) around.hidden = false;
  for (const { names: models, consumers, values, row, agent, channel } of sessions) {
    for (const name of models) names.get(named.model)?.add(name);
    for (const name of consumers) names.get(named.consumer)?.add(name);
    const all = row[19] || [];
    if (consumers.length === 0 || all.some(([, , consumer]) => consumer < 0))
      names.get(named.consumer)?.add(NOBODY);
    if (agent !== '') names.get(named.agent)?.add(agent);
    if (channel !== '') names.get(named.channel)?.add(channel);
    for (const of of values)
      for (const [i, field] of where.entries()) {
        const value = of[i] ?? 0;
        if (value !== 0) names.get(field)?.add(`=${value}`);
      }
  }
  for (const [field, all] of names) addOptions(field, all);
}

/** A name that is asked for stays, also if no session has it: else the list would show what nobody asked for. */
function addOptions(select: HTMLSelectElement, all: ReadonlySet<string>): void {
  const wanted = select.value || (select.dataset['restored'] ?? select.dataset['wanted'] ?? '');
  const [first] = select.options;
  const offered = [...new Set(wanted === '' ? all : [...all, wanted])];
  const options = offered
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => new Option(optionText(select, name), name));
  select.replaceChildren(...(first ? [first] : []), ...options);
  select.value = wanted;
  if (select !== named.agent && select !== named.channel) return;
  // Only keys of agents name these.
  const around = select.closest<HTMLElement>('.field');
  if (around) around.hidden = offered.length === 0;
}

function optionText(select: HTMLSelectElement, name: string): string {
  if (select === named.consumer && name === NOBODY) return 'no consumer';
  if (select.dataset['dimension'] === undefined) return name;
  return name === NONE ? 'none' : name.slice(1);
}

function dimensionOf(field: HTMLSelectElement): string {
  return field.dataset['dimension'] ?? '';
}

/** `department=search`, as `--where` of the reports has it. The longest name counts: one can have `=` itself. */
function readWhere(address: URLSearchParams): void {
  for (const field of where) field.dataset['wanted'] = '';
  for (const condition of address.getAll('where')) {
    const named = where.filter((field) => condition.startsWith(`${dimensionOf(field)}=`));
    const [field] = named.toSorted((a, b) => dimensionOf(b).length - dimensionOf(a).length);
    if (field) field.dataset['wanted'] = condition.slice(dimensionOf(field).length);
  }
}

export function readFields(address: URLSearchParams): void {
  const text = (name: string): string => address.get(name) ?? '';
  if (search.value === '') search.value = text('search');
  for (const [name, field] of Object.entries(named)) field.dataset['wanted'] = text(name);
  readWhere(address);
  if (Object.hasOwn(STATUSES, text('status'))) status.value = text('status');
  if (text('parts') === APART) parts.value = APART;
  if (isWhen(text('when'))) when.value = text('when');
  else if (daysBetween(text('from'), text('to'))) {
    when.value = BETWEEN;
    [from.value, to.value] = [text('from'), text('to')];
  }
  for (const [field, all] of names) addOptions(field, all);
  showDates();
}

export function writeFields(address: URLSearchParams): void {
  for (const [name, field] of Object.entries(FIELDS)) {
    const isDate = field === from || field === to;
    const isMeant = isDate ? when.value === BETWEEN : field.value !== BETWEEN;
    if (field.value !== '' && isMeant) address.set(name, field.value);
  }
  for (const field of where)
    if (field.value !== '') address.append('where', `${dimensionOf(field)}${field.value}`);
}
