/** How much of the visitor's interest lies in each item's category; see "Category affinity" in `docs/model.md`. */
import { categoryShares } from './features/preferred-categories.ts';
import type { Interest } from './interest.ts';
import type { StatedTastes } from './stated.ts';

/**
 * @param leaf `[items]`, each item's narrowest category
 * @param categories how many categories there are
 * @param stated what the visitor says that they like
 * @returns `[items]`, 0..1
 */
export function affinityOf(
  interest: Interest,
  leaf: Uint16Array,
  categories: number,
  stated?: StatedTastes,
): Float32Array {
  const shares = categoryShares(interest, leaf, categories, stated);
  const affinity = new Float32Array(leaf.length);
  // A loop: `Float32Array.from` takes twenty times as long.
  for (let row = 0; row < leaf.length; row++) affinity[row] = shares[leaf[row]!]!;
  return affinity;
}
