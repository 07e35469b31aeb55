import { widthOf } from '../../src/report/terminal.ts';

const MOVE = '\u001b';

/**
 * What a terminal shows of a text: its lines, including those that scrolled off. It supports what the live table uses:
 * carriage return, line feed, cursor up, erase line and erase below. Colours are ignored.
 */
export class TerminalScreen {
  lines: string[] = [''];
  readonly #columns: number;
  #row = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  write(text: string): void {
    // A pty puts a carriage return before each line feed.
    const parts = text.replaceAll('\r\n', '\n').split(/(\n|\r|\u001b\[\d*[A-Za-z])/);
    for (const part of parts) this.#take(part);
  }

  get shown(): string {
    return this.lines.join('\n').trimEnd();
  }

  #take(part: string): void {
    if (part === '' || part === '\r' || /^\u001b\[\d*m$/.test(part)) return;
    if (part === '\n') {
      this.#row++;
      this.lines[this.#row] ??= '';
    } else if (part === `${MOVE}[2K` || part === `${MOVE}[K`) this.lines[this.#row] = '';
    else if (part === `${MOVE}[J`) this.lines.splice(this.#row, Infinity, '');
    else if (part.startsWith(MOVE)) {
      if (!part.endsWith('A')) throw new Error(`the screen does not support ${JSON.stringify(part)}`);
      this.#row -= Number(part.slice(2, -1));
      if (this.#row < 0) throw new Error('the cursor left the screen');
    } else {
      const line = (this.lines[this.#row] ?? '') + part;
      if (widthOf(line) > this.#columns) throw new Error(`wider than ${this.#columns} columns: ${line}`);
      this.lines[this.#row] = line;
    }
  }
}
