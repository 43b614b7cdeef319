/** Stage: what the shop wants to sell goes up, by a measure that is the same for every tier; see "Rules" in `docs/model.md`. */
import type { Predicate } from '../condition.ts';
import type { Ranking } from '../ranking.ts';
import { bestFirst } from '../score.ts';
import { spreadOf } from '../spread.ts';

/** A boost rule, compiled. */
export interface Boost {
  readonly holds: Predicate;
  /** Spreads of the list. */
  readonly by: number;
}

/**
 * Adds each rule's spreads to the scores of the items that it matches, and sorts again; equal scores keep their order.
 *
 * @param ranking sorted by score
 */
export function boosted(ranking: Ranking, boosts: readonly Boost[]): Ranking {
  if (boosts.length === 0) return ranking;
  const spread = spreadOf(ranking.scores);
  const scores = ranking.scores.map((score, place) => {
    const row = ranking.rows[place]!;
    let sum = 0;
    for (const { holds, by } of boosts) if (holds(row)) sum += by;
    return score + sum * spread;
  });
  return bestFirst(ranking.rows, scores);
}
