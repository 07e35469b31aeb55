import type { AskedCurrency } from '../query/currency.ts';
import type { Store } from '../store/store.ts';
import type { LocalTime } from '../query/time-zone.ts';
import type { Language } from '../texts/languages.ts';
import type { Workers } from './page-workers.ts';
import type { GivenPeriod } from './remembered-filter.ts';
import type { Asked } from './site-filter.ts';

/** With which sessions the site shows, since when they have pages, and its budget. */
export interface RenderOptions extends Asked {
  /** The stores, and the site's folder. */
  dataDirs: readonly string[];
  siteDir: string;
  local: LocalTime;
  /** English if absent. */
  language?: Language;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** How often an open page checks for a newer version, in seconds; 0: never. */
  refresh: number;
  /** Rewrites every page. */
  full: boolean;
  /** Shows these stores in place of others that the site shows. */
  replace?: boolean;
  /** Writes into folders that belong to another user. */
  allowOtherOwner?: boolean;
  /** The currency of costs, by the settings of the stores; undefined: each in its own. */
  currencyOf?: (stores: readonly Store[]) => AskedCurrency | undefined;
  /** The key of the system's time zone, if that and the store's currency hold: then nothing to do can be told early. */
  zone?: string | undefined;
  /** Told what the system's time zone is called, if the site remembers it for this key. */
  recallZone?: (name: string) => void;
  /** When a period begins, in milliseconds since 1970 UTC. */
  startOf?: (period: GivenPeriod) => number;
  /** Without workers, everything runs in this thread. */
  workers?: Workers;
  /** Called for each session that is compared with the site. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Called at the end. */
  onLeftOut?: ((leftOut: LeftOut) => void) | undefined;
}

/** What a filter leaves out of a site, and what it may have twice. */
export interface LeftOut {
  /** Sessions of which the store does not know whether the filter is about them. */
  undecided: number;
  /** Of several stores, how many rounds may count twice. */
  unsureRounds: () => number;
  /** The filter, in words, if no session matches it. */
  unmatched: readonly string[];
}

/** Counts the sessions that were looked at. */
export interface Progress {
  done: number;
  all: number;
}

/** What a render did: numbers of files. */
export interface Written {
  rendered: number;
  kept: number;
  removed: number;
}
