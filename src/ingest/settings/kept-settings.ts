import { UsageError } from '../../platform/errors.ts';
import type { Files } from '../../platform/files.ts';
import { momentOf } from '../../model/index-coverage.ts';
import { isOwnName, type KeepRules } from '../../session-format/kept-names.ts';
import { coverageOf, readState, withCoverage, writeState } from '../../store/state.ts';
import { writeGateway, writeKeepRules, type Store } from '../../store/store.ts';
import { takeOver } from '../../store/take-over.ts';

/** What a run was told about what the store keeps; undefined: as before. */
export interface KeptSettings {
  keep?: readonly string[] | undefined;
  drop?: readonly string[] | undefined;
  /** Names by which usage is counted from now on, besides those before. */
  dimensions?: readonly string[] | undefined;
  /** The name of the gateway. */
  gateway?: string | undefined;
}

/** Each is a name in the key of many cells. */
export const MOST_DIMENSIONS = 16;

/** Throws UsageError for a name that cannot be a dimension. */
export function checkDimensions(names: readonly string[] = []): void {
  const own = names.find(isOwnName);
  if (own !== undefined) {
    throw new UsageError(
      `--dimension ${own}: rounds have this under a name of its own. Group by model, consumer, api or session with --group-by`,
    );
  }
}

/** Whether the store already has these settings. */
export function areSettled(files: Files, store: Store, asked: KeptSettings): boolean {
  const { gateway = store.gateway } = asked;
  return (
    gateway === store.gateway &&
    rulesOf(store, asked) === store.fields &&
    newDimensions(files, store, asked).length === 0
  );
}

/** Changes the settings of a locked store: they are in force for all rounds that are stored from now on. */
export function keepSettings(files: Files, store: Store, asked: KeptSettings): Store {
  const fields = rulesOf(store, asked);
  if (fields !== store.fields) writeKeepRules(files, store, fields);
  const names = newDimensions(files, store, asked);
  if (names.length > 0) addDimensions(files, store, names);
  const { gateway = store.gateway } = asked;
  if (gateway !== null && gateway !== store.gateway) writeGateway(files, store, gateway);
  return { ...store, fields, gateway };
}

/** The rules that are asked for: the same object if nothing changes. */
function rulesOf({ fields }: Store, { keep = fields.keep, drop = fields.drop }: KeptSettings): KeepRules {
  return isSame(keep, fields.keep) && isSame(drop, fields.drop) ? fields : { keep, drop };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function newDimensions(files: Files, store: Store, { dimensions = [] }: KeptSettings): string[] {
  if (dimensions.length === 0) return [];
  const known = new Set(
    coverageOf(readState(files, store.statePath, store.id)).dimensions.map(({ name }) => name),
  );
  return [...new Set(dimensions)].filter((name) => !known.has(name));
}

/** In a store that has rounds already, those before are not counted by the new names: reindex counts them. */
function addDimensions(files: Files, store: Store, names: readonly string[]): void {
  const state = takeOver(files, store, readState(files, store.statePath, store.id));
  const coverage = coverageOf(state);
  const from = state.commit === 0 ? null : momentOf(state);
  const dimensions = [...coverage.dimensions, ...names.map((name) => ({ name, from }))];
  if (dimensions.length > MOST_DIMENSIONS) {
    throw new UsageError(
      `a store counts by at most ${MOST_DIMENSIONS} dimensions, and ${store.dir} would have ${dimensions.length}. Remove some with monitor reindex --without <name>`,
    );
  }
  writeState(files, store.statePath, withCoverage(state, { ...coverage, dimensions }));
}
