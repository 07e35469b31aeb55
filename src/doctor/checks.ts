import { costBoundsCheck } from './cost-bounds.ts';
import { lineOpenCheck } from './line-open.ts';
import { flockCheck } from './flock.ts';
import { logFilesCheck } from './log-files.ts';
import { compressedCheck } from './judge-compressed.ts';
import { lostRoundsCheck } from './lost-rounds.ts';
import type { Check } from './look.ts';
import { ownLogsCheck } from './own-logs.ts';
import { sessionFilesCheck } from './session-files.ts';
import { storeFilesCheck } from './store-files.ts';
import { priceAgeCheck } from './price-age.ts';
import { pricesCheck } from './prices.ts';
import { sampleCheck } from './judge-sample.ts';
import { scheduleCheck } from './schedule.ts';
import { storeCheck } from './judge-store.ts';

/** All that doctor looks for. A new kind of finding is a file of its own, and a line here. */
export const CHECKS: readonly Check[] = [
  logFilesCheck,
  ownLogsCheck,
  sampleCheck,
  lineOpenCheck,
  compressedCheck,
  storeCheck,
  storeFilesCheck,
  sessionFilesCheck,
  lostRoundsCheck,
  flockCheck,
  pricesCheck,
  costBoundsCheck,
  priceAgeCheck,
  scheduleCheck,
];
