import type { Area, Check, Severity } from './check.ts';
import { compressedLogsCheck } from './checks/compressed-logs.ts';
import { costBoundsCheck } from './checks/cost-bounds.ts';
import { failedRequestsCheck } from './checks/failed-requests.ts';
import { flockCheck } from './checks/flock.ts';
import { logFilesCheck } from './checks/log-files.ts';
import { logLinesCheck } from './checks/log-lines.ts';
import { lostRoundsCheck } from './checks/lost-rounds.ts';
import { openLineCheck } from './checks/open-line.ts';
import { ownLogsCheck } from './checks/own-logs.ts';
import { priceAgeCheck } from './checks/price-age.ts';
import { priceFileCheck } from './checks/price-file.ts';
import { scheduleCheck } from './checks/schedule.ts';
import { sessionFilesCheck } from './checks/session-files.ts';
import { storeCheck } from './checks/store.ts';
import { storeFilesCheck } from './checks/store-files.ts';
import { targetsCheck } from './checks/targets.ts';
import { unpricedRoundsCheck } from './checks/unpriced-rounds.ts';

/** A new kind of finding is a file here, or part of one, and its words in report/doctor. */
export const CHECKS = [
  logFilesCheck,
  ownLogsCheck,
  logLinesCheck,
  openLineCheck,
  compressedLogsCheck,
  storeCheck,
  storeFilesCheck,
  sessionFilesCheck,
  lostRoundsCheck,
  targetsCheck,
  flockCheck,
  failedRequestsCheck,
  unpricedRoundsCheck,
  priceFileCheck,
  costBoundsCheck,
  priceAgeCheck,
  scheduleCheck,
] as const;

type FoundBy<C> = C extends Check<infer F> ? F : never;
type AnyFound = FoundBy<(typeof CHECKS)[number]>;

export type Code = AnyFound['code'];

/** The facts of each kind, by its code. */
export type FactsByCode = { [F in AnyFound as F['code']]: F['facts'] };

/** Something that is not as it should be. */
export type Finding<C extends Code = Code> = {
  [K in C]: { code: K; area: Area; severity: Severity; where: string; facts: FactsByCode[K] };
}[C];
