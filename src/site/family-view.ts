import { hexDigest } from '../platform/digest.ts';
import type { PartKind } from '../query/session-key.ts';

/** The sessions around a session as its page shows them: plain data, which is sent to workers. */
export interface FamilyView {
  kind: PartKind | null;
  /** Null if its key names none. */
  parent: FamilyParent | null;
  /** How many sessions name it as their parent, and how many are on all levels below it. */
  children: number;
  descendants: number;
  rounds: number;
  roundsBelow: number;
  /** The most expensive children. */
  named: FamilyRow[];
  own: FamilyCost;
  below: FamilyCost;
  together: FamilyCost;
}

interface FamilyParent {
  id: string;
  isStored: boolean;
  /** It may get pages, or lose them, without a change here: a link asks the lists. */
  isLookedUp: boolean;
  /** The name of its pages. */
  page: string;
}

export interface FamilyRow {
  id: string;
  kind: PartKind | null;
  /** The name of its pages; empty if it has none. */
  page: string;
  rounds: number;
  cost: FamilyCost;
}

export interface FamilyCost {
  text: string;
  exact: string;
  missing: string;
}

/** What a session's page depends on: its mark, and that of the sessions around it. */
export function pageMark({ mark, family }: { mark: string; family: FamilyView | null }): string {
  return family ? `${mark}.${familyKey(family)}` : mark;
}

export function familyKey(family: FamilyView | null): string {
  return family === null ? '' : hexDigest(JSON.stringify(family));
}
