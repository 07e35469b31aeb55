// Parts of sessions, as their keys name them, stand below their session: its row has what all of them used together.
import { currencyOrder } from '../../src/query/currency-order.ts';
import { ancestorsOf } from '../../src/query/session-key.ts';
import { plural } from '../../src/platform/count-text.ts';
import { costText } from './cost-text.ts';
import { partsOf, sumOf } from './list-filter.ts';
import type { Session } from './session-table.ts';

/** A session that was found, and those below it that were found too. */
export interface Family {
  own: Session;
  below: Session[];
}

/** By what the list shows of them: the session itself, or what it and its parts used together. */
export type Families = ReadonlyMap<Session, Family>;

/** Puts parts below the first of their ancestors, as far as these were found. */
export function familiesOf(sessions: readonly Session[]): Families {
  const byId = new Map(sessions.map((session) => [session.row[2], session]));
  const below = new Map<Session, Session[]>();
  const tops: Session[] = [];
  for (const session of sessions) {
    const found = session.isBelow ? ancestorsOf(session.row[2]).flatMap((id) => byId.get(id) ?? []) : [];
    const top = found.at(-1);
    if (!top) tops.push(session);
    else if (below.has(top)) below.get(top)?.push(session);
    else below.set(top, [session]);
  }
  return new Map(
    tops.map((own): [Session, Family] => {
      const parts = below.get(own) ?? [];
      return [parts.length === 0 ? own : together(own, parts), { own, below: parts }];
    }),
  );
}

/** A row with what a session and its parts used. The last round is that of all of them. */
function together(own: Session, parts: readonly Session[]): Session {
  const all = [own, ...parts];
  const used = sumOf(all.flatMap(partsOf));
  const row = own.row.slice() as Session['row'];
  [row[8], row[9], row[10], row[11]] = [used.rounds, used.input, used.cached, used.output];
  row[13] = used.costs && [...used.costs].toSorted(([a], [b]) => currencyOrder(a, b));
  row[17] = used.flags;
  row[18] = used.unpriced;
  const last = all.reduce((a, b) => (b.updated > a.updated ? b : a));
  row[15] = last.row[15];
  return { ...own, row, costs: used.costs, updated: last.updated, isPart: true };
}

/** Adds to a row what its session used itself, what is below it, and the button that shows these. */
export function drawFamily(
  copy: DocumentFragment,
  { own, below }: Family,
  isOpen: boolean,
  onToggle: (button: HTMLButtonElement) => void,
): void {
  if (below.length === 0) return;
  for (const text of [`own ${sumText([own])}`, `below ${sumText(below)}`]) {
    const line = document.createElement('span');
    line.className = 'second';
    line.textContent = text;
    copy.querySelector('.cost')?.append(line);
  }
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'parts';
  button.setAttribute('aria-expanded', String(isOpen));
  button.textContent = `${plural(below.length, 'session')} below`;
  button.addEventListener('click', () => onToggle(button));
  copy.querySelector('.name')?.append(button);
}

function sumText(sessions: readonly Session[]): string {
  const used = sumOf(sessions.flatMap(partsOf));
  const costs = used.costs && [...used.costs].toSorted(([a], [b]) => currencyOrder(a, b));
  const { text, missing } = costText({ costs, flags: used.flags, unpriced: used.unpriced });
  return missing === '' ? text : `${text} ${missing}`;
}
