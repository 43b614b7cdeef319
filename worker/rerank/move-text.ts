/** Moves in English, for whoever has no words of their own. */
import type { Move } from '../../src/contract.ts';
import type { StageName } from './pipeline.ts';

const causes: Partial<Record<StageName, string>> = {
  score: 'by its score',
  mode: 'as other items were left out',
  newness: 'as what is new goes up',
  boost: 'by a rule of the shop',
  rotate: 'as some items were shown here and passed over',
  diversify: 'so that the list is varied',
  explore: 'as some places try something',
  bury: 'by a rule of the shop',
  arrange: 'by a rule of the shop',
};

/** Places are counted from 1 here. */
export function moveText(stage: StageName, before: Move['before'], after: Move['after']): string {
  const cause = causes[stage] ?? '';
  if (after === null) return `left out ${cause}`.trim();
  const way =
    before === null
      ? `at place ${after + 1}`
      : `${after < before ? 'up' : 'down'} from ${before + 1} to ${after + 1}`;
  return `${way} ${cause}`.trim();
}
