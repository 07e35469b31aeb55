import { literalFinder, type Finder } from './find-text.ts';
import { literalScan, type StartScan } from './literal-scan.ts';

/** What is searched for. */
export interface SearchPattern extends Finder {
  /** undefined: any line may match. */
  scan: StartScan | undefined;
}

/** A literal text, in any case (simple case folding) and any normalisation form. */
export function literalPattern(text: string): SearchPattern {
  const wanted = text.normalize('NFC');
  return { ...literalFinder(wanted), scan: literalScan(wanted) };
}
