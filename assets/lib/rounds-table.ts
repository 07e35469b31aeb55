import type { RoundData } from '../../src/site/session/round-files.ts';
import { loadScript } from './load-script.ts';

declare global {
  interface Window {
    /** Called by `sessions/<name>~r<n>.js`. */
    monitorRounds?: (part: number, lines: RoundData[]) => void;
  }
}

/** A line of the table: what its cells say, and its row, which may have to be made. */
interface Line {
  cells: readonly string[];
  row: () => HTMLTableRowElement;
}

type Kind = 'text' | 'count' | 'time' | 'cost';

/** The columns, in order. */
const KINDS: readonly Kind[] = [
  'count',
  'text',
  'text',
  'time',
  'time',
  'time',
  'count',
  'count',
  'count',
  'cost',
];
/** Texts are sorted from the first at first, and numbers from the largest; rounds are in order of time. */
const STARTS_ASCENDING = new Set([0, 1, 2]);
/** Rows that are drawn at a time. */
const MOST_DRAWN = 500;

/** Lets the reader sort the table of rounds, and load that of a long session. */
export function sortRounds(): void {
  const table = document.querySelector<HTMLTableElement>('.rounds-table');
  const body = table?.tBodies[0];
  const example = body?.rows[0];
  if (!table || !body || !example) return;
  let lines = [...body.rows].map((row): Line => ({ cells: [...row.cells].map(wordsOf), row: () => row }));
  let column = 0;
  let isAscending = true;
  let drawn = MOST_DRAWN;
  const more = moreButton(table, () => {
    drawn += MOST_DRAWN;
    draw();
  });

  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  for (const [i, head] of heads.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    button.addEventListener('click', () => {
      isAscending = column === i ? !isAscending : STARTS_ASCENDING.has(i);
      column = i;
      drawn = MOST_DRAWN;
      draw();
    });
    head.replaceChildren(button);
  }
  mark();
  offerRounds(example, (loaded) => {
    lines = loaded;
    draw();
  });

  function draw(): void {
    const sorted = sortLines(lines, column, isAscending);
    body?.replaceChildren(...sorted.slice(0, drawn).map(({ row }) => row()));
    more.hidden = sorted.length <= drawn;
    mark();
  }

  function mark(): void {
    for (const [i, head] of heads.entries()) {
      if (i === column) head.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending');
      else head.removeAttribute('aria-sort');
    }
  }
}

/** Of a round's cell, its number alone. */
function wordsOf(cell: HTMLTableCellElement): string {
  return (cell.querySelector('a') ?? cell).textContent ?? '';
}

function moreButton(table: HTMLElement, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'act';
  button.hidden = true;
  button.textContent = `Show ${MOST_DRAWN} more rounds`;
  button.addEventListener('click', onClick);
  table.after(button);
  return button;
}

/** Lines by a column. What is not known comes last, and equal lines stay in order of time. */
function sortLines<T extends Pick<Line, 'cells'>>(
  lines: readonly T[],
  column: number,
  isAscending: boolean,
): T[] {
  const kind = KINDS[column] ?? 'text';
  const sign = isAscending ? 1 : -1;
  const keys = new Map(lines.map((line) => [line, keyOf(line.cells[column] ?? '', kind)]));
  return lines.toSorted((a, b) => {
    const [left, right] = [keys.get(a) ?? null, keys.get(b) ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (left.unit !== right.unit) return left.unit < right.unit ? -1 : 1;
    return left.value < right.value ? -sign : left.value > right.value ? sign : 0;
  });
}

interface Key {
  /** Only what has the same unit is compared: costs in one currency. USD is first. */
  unit: string;
  value: number | string;
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a cell says, to be compared; null if it says nothing. */
function keyOf(words: string, kind: Kind): Key | null {
  if (kind === 'text') return { unit: '', value: words.toLowerCase() };
  if (kind === 'time') {
    const parts = [...words.matchAll(/([\d,.]+)\s(ms|s|min|h|d)(?![a-z])/g)];
    if (parts.length === 0) return null;
    const sum = parts.reduce((ms, [, count = '', unit = '']) => ms + numberOf(count) * (MS[unit] ?? 0), 0);
    return { unit: '', value: sum };
  }
  const count = /[\d,]*\.?\d+/.exec(words)?.[0];
  if (count === undefined) return words === 'free' ? { unit: '', value: 0 } : null;
  const currency = kind === 'cost' ? (/[^\d\s.,≥≤≈<]+/.exec(words)?.[0] ?? '') : '';
  return { unit: currency === '$' ? '' : currency, value: numberOf(count) };
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

/** A button that loads a line for each round. */
function offerRounds(example: HTMLTableRowElement, onLoad: (lines: Line[]) => void): void {
  const button = document.querySelector<HTMLButtonElement>('[data-round-files]');
  const status = button?.nextElementSibling;
  if (!button || !status) return;
  const { roundFiles: href = '', count = '0' } = button.dataset;
  const template = example.cloneNode(true) as HTMLTableRowElement;
  button.hidden = false;
  button.addEventListener('click', () => {
    button.disabled = true;
    status.textContent = 'Loading …';
    void loadRounds(href, Number(count)).then(
      (data) => {
        onLoad(data.map((line) => lineOf(line, template)));
        button.hidden = true;
        status.textContent = '';
      },
      () => {
        button.disabled = false;
        status.textContent = 'The rounds cannot be loaded. Reload the page to try again.';
      },
    );
  });
}

async function loadRounds(href: string, count: number): Promise<RoundData[]> {
  const parts = new Map<number, RoundData[]>();
  window.monitorRounds = (part, lines) => parts.set(part, lines);
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  // A result that comes later can change a line of any of them.
  const version = Date.now();
  for (const part of numbers) await loadScript(`${href.replace('~r0.js', `~r${part}.js`)}?t=${version}`);
  return numbers.flatMap((part) => {
    const lines = parts.get(part);
    if (!lines) throw new Error('not a table of rounds');
    return lines;
  });
}

function lineOf([round, failed, ...rest]: RoundData, template: HTMLTableRowElement): Line {
  const unpriced = rest[9];
  const cells = [`#${round}`, ...rest.slice(0, 9)];
  return {
    cells,
    row: () => {
      const row = template.cloneNode(true) as HTMLTableRowElement;
      const [head, ...others] = [...row.cells];
      const link = document.createElement('a');
      link.href = `#r-${round}`;
      link.textContent = `#${round.toLocaleString('en')}`;
      head?.replaceChildren(link, ...marked(failed, 'failed'));
      for (const [i, cell] of others.entries()) {
        const words = cells[i + 1] ?? '';
        if (i === 1) cell.querySelector('bdi')?.replaceChildren(words);
        else cell.replaceChildren(words);
      }
      const cost = row.cells[9];
      if (cost) {
        cost.removeAttribute('title');
        cost.append(...marked(unpriced, 'caution'));
      }
      return row;
    },
  };
}

/** A space and the words, if there are any. */
function marked(words: string, className: string): (string | Node)[] {
  if (words === '') return [];
  const mark = document.createElement('span');
  mark.className = className;
  mark.textContent = words;
  return [' ', mark];
}
