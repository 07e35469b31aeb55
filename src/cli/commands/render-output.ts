import { join } from 'node:path';
import { printableMessage } from '../../platform/clean-text.ts';
import { exact, plural } from '../../platform/count-text.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { GivenBudget } from '../../site/remembered-filter.ts';
import type { Written } from '../../site/render-options.ts';
import { writeJson, type Context } from '../context.ts';

export interface RenderOptions extends GivenFilter {
  /** The stores. */
  dataDir: string[];
  siteDir: string;
  timezone?: string;
  refresh: number;
  full?: true;
  replace?: true;
  allowOtherOwner?: true;
  /** Drops the filter and the period that the site remembers. */
  allSessions?: true;
  /** Since when sessions have pages. */
  days?: number;
  since?: string;
  /** In 10⁻¹⁸ USD. */
  budgetUsd?: bigint;
  /** In 10⁻¹⁸ of the currency of costs; false: none any more. */
  budget?: bigint | false;
  per?: GivenBudget['per'];
  quiet?: true;
  json?: true;
  /** `none`: each cost in its own currency; undefined: the store's setting. */
  currency?: string;
}

/** Says what a render did. */
export async function sayRendered(
  context: Context,
  { siteDir, json, quiet }: Pick<RenderOptions, 'siteDir' | 'json' | 'quiet'>,
  written: Written,
): Promise<void> {
  if (json) await writeJson(context, `${JSON.stringify({ version: 1, ...written, site: siteDir })}\n`);
  else if (!quiet) await context.write(writtenText(written, siteDir));
}

function writtenText({ rendered, kept, removed }: Written, siteDir: string): string {
  return `${plural(rendered, 'file')} written, ${exact(kept)} kept, ${exact(removed)} removed: ${printableMessage(join(siteDir, 'index.html'))}\n`;
}
