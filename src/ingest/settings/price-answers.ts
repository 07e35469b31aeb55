import { join } from 'node:path';
import { isSystemError } from '../../platform/errors.ts';
import { digest } from '../../platform/digest.ts';
import { readWhole, replaceFile, type Files } from '../../platform/files.ts';
import { parsePriceFile } from '../../pricing/price-file.ts';
import { createPriceResolver, type Resolution } from '../../pricing/resolve.ts';
import { priceFilesWith } from '../../pricing/shipped.ts';
import type { PriceList } from '../../store/pricing-settings.ts';
import type { PriceBasis } from './price-basis.ts';

/** The build's digest of everything that determines prices except the user's file; not defined in unbuilt code. */
declare const PRICING_BUILD: string | undefined;

/** Looks up prices and remembers the answers in the store: the library's data takes longer to load than a run. */
export interface PriceAnswers {
  resolve: (model: string) => Promise<Resolution | undefined>;
  /** Saves the answers found. */
  save: () => void;
}

interface Remembered {
  key: string;
  models: [model: string, resolution: Resolution | null][];
}

const MOST_MODELS = 1000;

/** The user's price file, and which built-in list comes after it. */
export interface PricesInForce extends Pick<PriceBasis, 'user'> {
  list: PriceList;
}

/**
 * Answers depend only on the model's name, this build and the user's file, so they are remembered under a digest of the
 * last two. The file of answers is a cache: without it, or with another digest, prices are looked up again. Throws a
 * UsageError if the user's file is not a price file.
 */
export async function openPriceAnswers(
  files: Files,
  dir: string,
  basis: PricesInForce,
): Promise<PriceAnswers> {
  const path = join(dir, '.price-answers.json');
  const key = keyOf(basis);
  const known = key === undefined ? undefined : recall(files, path, key);
  const models = new Map(known?.models);
  let resolver: ReturnType<typeof createPriceResolver> | undefined;
  // A new or changed price file is checked before any log is read.
  if (!known) resolver = await makeResolver(basis);
  let isNew = false;
  return {
    async resolve(model) {
      const answer = models.get(model);
      if (answer !== undefined) return answer ?? undefined;
      resolver ??= await makeResolver(basis);
      const found = await resolver(model);
      if (models.size < MOST_MODELS) {
        models.set(model, found ?? null);
        isNew = true;
      }
      return found;
    },
    save() {
      if (!isNew || key === undefined) return;
      try {
        replaceFile(files, path, `${JSON.stringify({ key, models: [...models] } satisfies Remembered)}\n`);
      } catch (error) {
        // The commit is not affected, and the next run looks the prices up again.
        if (!isSystemError(error)) throw error;
      }
    },
  };
}

/** Looks prices up in the user's file, which is checked here, then in the built-in lists. */
export async function makeResolver({
  user,
  list,
}: PricesInForce): Promise<ReturnType<typeof createPriceResolver>> {
  const file = user && (await parsePriceFile(user.text, user.path));
  return createPriceResolver(await priceFilesWith(file, list));
}

/** Undefined if answers cannot be remembered. */
function keyOf({ user, list }: PricesInForce): string | undefined {
  if (typeof PRICING_BUILD === 'undefined') return undefined;
  const asked = JSON.stringify([PRICING_BUILD, user?.path ?? null, user?.text ?? null, list]);
  return Buffer.from(digest(asked, 16), 'latin1').toString('base64');
}

function recall(files: Files, path: string, key: string): Remembered | undefined {
  try {
    const remembered = JSON.parse(readWhole(files, path)?.toString() ?? '{}') as Remembered;
    return remembered.key === key && remembered.models.every(isAnswer) ? remembered : undefined;
  } catch {
    return undefined;
  }
}

/** Throws a TypeError if the value has a different structure altogether. */
function isAnswer([model, resolution]: Remembered['models'][number]): boolean {
  if (typeof model !== 'string') return false;
  return (
    resolution === null || (typeof resolution.source === 'string' && resolution.schedule.prices.length > 0)
  );
}
