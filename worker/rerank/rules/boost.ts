/** Stage: what the shop wants to sell goes up, by a measure that is the same for every tier; see "Rules" in `docs/model.md`. */
import type { Predicate } from '../condition.ts';
import type { Ranking } from '../ranking.ts';
import { bestFirst } from '../score.ts';

/** Places from the best that the spread of a list is taken over. */
const depth = 100;

/** A boost rule, compiled. */
export interface Boost {
  readonly holds: Predicate;
  /** Spreads of the list. */
  readonly by: number;
}

/** What lies between the best score and the hundredth, or the last of a shorter list; 1 where that is nothing. */
export function spreadOf(scores: Float32Array): number {
  if (scores.length === 0) return 1;
  return scores[0]! - scores[Math.min(scores.length, depth) - 1]! || 1;
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
