// Where the reader was, kept over a reload: scroll position, open details, typed text, focus.

interface PageState {
  scroll: number;
  /** The part of the page that stood at the top of the window, and how far above it began. */
  anchor: [id: string, top: number] | null;
  details: [key: string, open: boolean][];
  fields: [id: string, value: string][];
  focus: string;
}

const KEY = `monitor:state:${location.pathname}`;
/** Near the top of the window. */
const TOP = 80;

export function saveState(): void {
  const state: PageState = {
    scroll: scrollY,
    anchor: anchorAtTop(),
    details: [...detailsByKey()].map(([key, details]) => [key, details.open]),
    fields: [...fields()].map((field) => [field.id, valueOf(field)]),
    focus: document.activeElement?.id ?? '',
  };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
    history.scrollRestoration = 'manual';
  } catch {
    // Storage is switched off: the reload goes to where the browser thinks best.
  }
}

/** Puts back what was saved; returns a function that scrolls there again, once more of the page is drawn. */
export function restoreState(): (() => void) | undefined {
  const state = takeState();
  if (!state) return undefined;
  const details = detailsByKey();
  for (const [key, open] of state.details) {
    const found = details.get(key);
    if (found) found.open = open;
  }
  for (const [id, value] of state.fields) setValue(id, value);
  const scroll = (): void => {
    const [id = '', top = 0] = state.anchor ?? [];
    const anchor = id === '' ? null : document.getElementById(id);
    scrollTo(0, anchor ? anchor.getBoundingClientRect().top + scrollY - top : state.scroll);
  };
  scroll();
  if (state.focus !== '') document.getElementById(state.focus)?.focus({ preventScroll: true });
  history.scrollRestoration = 'auto';
  return scroll;
}

function takeState(): PageState | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? undefined : (JSON.parse(text) as PageState);
  } catch {
    return undefined;
  }
}

/** Details by the nearest part with an id, and their place in it: a page that has grown keeps both. */
function detailsByKey(): Map<string, HTMLDetailsElement> {
  const places = new Map<string, number>();
  const found = new Map<string, HTMLDetailsElement>();
  for (const details of document.querySelectorAll('details')) {
    const part = details.closest('[id]')?.id ?? '';
    const place = places.get(part) ?? 0;
    places.set(part, place + 1);
    found.set(`${part}/${place}`, details);
  }
  return found;
}

function anchorAtTop(): [string, number] | null {
  let anchor: [string, number] | null = null;
  for (const element of document.querySelectorAll('main [id]')) {
    const { top, height } = element.getBoundingClientRect();
    if (height === 0) continue;
    if (top > TOP) break;
    anchor = [element.id, top];
  }
  return anchor;
}

type Field = HTMLInputElement | HTMLSelectElement;

function fields(): NodeListOf<Field> {
  return document.querySelectorAll<Field>('main input[id], main select[id]');
}

function valueOf(field: Field): string {
  return field.type === 'checkbox' ? String((field as HTMLInputElement).checked) : field.value;
}

function setValue(id: string, value: string): void {
  const field = document.getElementById(id);
  if (field instanceof HTMLInputElement && field.type === 'checkbox') {
    if (field.checked === (value === 'true')) return;
    field.checked = value === 'true';
    field.dispatchEvent(new Event('change', { bubbles: true }));
  } else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
    field.value = value;
    // Options can come later.
    field.dataset['restored'] = value;
  }
}
