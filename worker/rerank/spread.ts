/** A measure of scores that is the same for every tier; see "Rules" in `docs/model.md`. */

/** Places from the best that the spread of a list is taken over. */
const depth = 100;

/**
 * What lies between the best score and the hundredth, or the last of a shorter list; 1 where that is nothing.
 *
 * @param scores sorted, best first
 */
export function spreadOf(scores: Float32Array): number {
  if (scores.length === 0) return 1;
  return scores[0]! - scores[Math.min(scores.length, depth) - 1]! || 1;
}
