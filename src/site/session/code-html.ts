import type { Emitter } from 'highlight.js';

/** Short class names: a page can have thousands of them. */
const PREFIX = 'h-';

const tags = new Map<string, string>();

/** `title.function` → `<span class="h-title function_">` */
function tagOf(scope: string): string {
  let tag = tags.get(scope);
  if (tag === undefined) {
    const [first = '', ...rest] = scope.split('.');
    const names = [`${PREFIX}${first}`, ...rest.map((name, i) => name + '_'.repeat(i + 1))];
    tags.set(scope, (tag = `<span class="${names.join(' ')}">`));
  }
  return tag;
}

/** Writes the highlighter's tokens as HTML at once. Its own class for this makes a tree of them first. */
export class CodeHtml implements Emitter {
  #html = '';
  #open = 0;

  addText(text: string): void {
    this.#html += escapeCode(text);
  }

  openNode(scope: string): void {
    this.#html += tagOf(scope);
    this.#open++;
  }

  closeNode(): void {
    if (this.#open === 0) return;
    this.#html += '</span>';
    this.#open--;
  }

  startScope(scope: string): void {
    this.openNode(scope);
  }

  endScope(): void {
    this.closeNode();
  }

  closeAllNodes(): void {
    while (this.#open > 0) this.closeNode();
  }

  finalize(): void {
    this.closeAllNodes();
  }

  toHTML(): string {
    return this.#html;
  }

  __addSublanguage(inner: Emitter, language: string): void {
    this.#html += language ? `<span class="language-${language}">${inner.toHTML()}</span>` : inner.toHTML();
  }
}

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

function escapeCode(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (mark) => SPECIAL[mark] ?? mark) : text;
}
