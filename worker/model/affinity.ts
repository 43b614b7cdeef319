/** How much of the visitor's interest lies in each item's category; see "Category affinity" in `docs/model.md`. */
import type { Interest } from './interest.ts';

/**
 * @param leaf `[items]`, each item's narrowest category
 * @param categories how many categories there are
 * @returns `[items]`, 0..1
 */
export function affinityOf(interest: Interest, leaf: Uint16Array, categories: number): Float32Array {
  const shares = new Float64Array(categories);
  let total = 0;
  for (let at = 0; at < interest.rows.length; at++) {
    const strength = Math.max(0, interest.strengths[at]!);
    shares[leaf[interest.rows[at]!]!]! += strength;
    total += strength;
  }
  const affinity = new Float32Array(leaf.length);
  if (total === 0) return affinity;
  for (let category = 0; category < categories; category++) shares[category]! /= total;
  for (let row = 0; row < leaf.length; row++) affinity[row] = shares[leaf[row]!]!;
  return affinity;
}
