// Keeps the state of a page across a reload: scroll position, open details, typed text, focus.

interface PageState {
  scroll: number;
  /** The element at the top of the window, and its offset from there in pixels. */
  anchor: [id: string, top: number] | null;
  details: [key: string, open: boolean][];
  fields: [id: string, value: string][];
  focus: string;
}

const KEY = `monitor:state:${location.pathname}`;
/** What counts as the top of the window, in pixels. */
const TOP = 80;

/** `goTo`: the id of what is to be at the top of the window; by default, what is there now. */
export function saveState(goTo?: string): void {
  const state: PageState = {
    scroll: scrollY,
    anchor: goTo === undefined ? anchorAtTop() : [goTo, TOP],
    details: [...detailsByKey()].map(([key, details]) => [key, details.open]),
    fields: [...fields()].map((field) => [field.id, valueOf(field)]),
    focus: document.activeElement?.id ?? '',
  };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
    history.scrollRestoration = 'manual';
  } catch {
    // Storage is disabled: the browser decides where to scroll.
  }
}

/** Restores what was saved. Returns a function that scrolls there again, for when more of the page is drawn. */
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
  // Before the page is loaded, the browser would still scroll to where it was.
  addEventListener('load', () => setTimeout(releaseScroll), { once: true });
  return scroll;
}

function releaseScroll(): void {
  history.scrollRestoration = 'auto';
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

/** Details by the nearest ancestor with an id and their index in it, which stay the same when the page grows. */
function detailsByKey(): Map<string, HTMLDetailsElement> {
  const indexes = new Map<string, number>();
  const found = new Map<string, HTMLDetailsElement>();
  for (const details of document.querySelectorAll('details')) {
    const part = details.closest('[id]')?.id ?? '';
    const index = indexes.get(part) ?? 0;
    indexes.set(part, index + 1);
    found.set(`${part}/${index}`, details);
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
    // Its options may be added later.
    field.dataset['restored'] = value;
  }
}
