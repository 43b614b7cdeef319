/** How much an item is wanted, newer interactions counting more; "Features by name" in `docs/model.md`. */
import type { ItemRow, Priors } from '../../pack/pack.ts';

/** @returns logarithm of the decayed and smoothed share of interactions, minus its mean over the items; computed at export */
export function popularity(row: ItemRow, priors: Priors): number {
  return priors.popularity[row]!;
}
