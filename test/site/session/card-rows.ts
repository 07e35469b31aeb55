import { RichTexts } from '../../../src/site/session/rich-texts.ts';
import type { Row } from '../../../src/site/session/row.ts';
import { rowsOf } from '../../../src/site/session/rows.ts';
import type { Block, RoundView } from '../../../src/site/session/view.ts';
import type { Said } from './make.ts';
import { tell } from './outline.ts';

const CONTEXT = {
  texts: new RichTexts(),
  hrefOf: (round: number) => `#r-${round}`,
  rawHref: 'raw.json',
  isLoose: false,
};

export const roundsIn = (blocks: readonly Block[]): RoundView[] =>
  blocks.flatMap((block) =>
    block.kind === 'round' ? [block.round] : block.kind === 'thread' ? roundsIn(block.thread.blocks) : [],
  );

export const rowsOfRound = (round: RoundView): Row[] => rowsOf(round, CONTEXT);

/** The rows of each round of a session's card. */
export function cards(said: readonly Said[]): Row[][] {
  return tell(said).parts.flatMap(({ blocks }) => roundsIn(blocks).map(rowsOfRound));
}
