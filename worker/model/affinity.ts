/** How much of the visitor's interest lies in each item's category; see "Category affinity" in `docs/model.md`. */
import { categoryShares } from './features/preferred-categories.ts';
import type { Interest } from './interest.ts';

/**
 * @param leaf `[items]`, each item's narrowest category
 * @param categories how many categories there are
 * @returns `[items]`, 0..1
 */
export function affinityOf(interest: Interest, leaf: Uint16Array, categories: number): Float32Array {
  const shares = categoryShares(interest, leaf, categories);
  return Float32Array.from(leaf, (category) => shares[category]!);
}
