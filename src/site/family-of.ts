import { printableId } from '../platform/clean-text.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { sessionTotals, type Row } from '../query/aggregate.ts';
import { sumOfRows } from '../query/family.ts';
import { ancestorsOf, partKindOf } from '../query/session-key.ts';
import { costView } from './cost-view.ts';
import type { FamilyCost, FamilyRow, FamilyView } from './family-view.ts';
import { clipText } from './model-view.ts';
import { sessionName } from './names.ts';
import type { SiteSession } from './shown-session.ts';
import type { Families } from './state/families.ts';

/** What a view is made from. */
interface FamilySource {
  families: Families;
  /** A session that the site is about; undefined for any other. */
  find: (id: string) => SiteSession | undefined;
  /** Sessions without a recent round have no pages. */
  hasCut: boolean;
}

const LONGEST_ID = 200;

/** Null for a session whose key names no other one, and that no key names. */
export function familyView(entry: SessionEntry, { families, find, hasCut }: FamilySource): FamilyView | null {
  const kind = partKindOf(entry.id);
  const family = families.of(entry.id);
  if (kind === null && !family) return null;
  const [parent] = ancestorsOf(entry.id);
  const stored = parent === undefined ? undefined : find(parent);
  const isStored = stored?.isListed === true;
  const own = sessionTotals(entry);
  return {
    kind,
    parent:
      parent === undefined
        ? null
        : {
            id: clipText(printableId(parent), LONGEST_ID),
            isStored,
            isLookedUp: hasCut,
            page: stored && isStored ? sessionName(stored.entry) : '',
          },
    children: family?.children ?? 0,
    descendants: family?.below.sessions ?? 0,
    rounds: entry.rounds,
    roundsBelow: family?.below.rounds ?? 0,
    named: (family?.top ?? []).flatMap(({ id }) => rowOf(find(id))),
    own: costOf(own),
    below: costOf(family?.below ?? sumOfRows()),
    together: costOf(family ? sumOfRows(own, family.below) : own),
  };
}

function rowOf(session: SiteSession | undefined): FamilyRow[] {
  if (!session) return [];
  const { entry, hasPages } = session;
  return [
    {
      id: clipText(printableId(entry.id), LONGEST_ID),
      kind: partKindOf(entry.id),
      page: hasPages ? sessionName(entry) : '',
      rounds: entry.rounds,
      cost: costOf(sessionTotals(entry)),
    },
  ];
}

function costOf(sum: Row): FamilyCost {
  const { text, exact, missing } = costView(sum, 4);
  return { text, exact, missing };
}
