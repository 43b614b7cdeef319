/** What the visitor likes best; "Features by name" in `docs/model.md`. */
import type { Interest } from '../interest.ts';

/** A leaf category and how much of the visitor's positive interest lies in it. */
export interface PreferredCategory {
  /** Index into `Pack.categories`. */
  readonly category: number;
  /** Above 0; all together 1. */
  readonly share: number;
}

/**
 * The signal `affinity` is this, looked up for each item.
 *
 * @param leaf `[items]`, each item's narrowest category
 * @param categories how many categories there are
 * @returns `[categories]`, 0 to 1; all 0 where there is no positive interest
 */
export function categoryShares(interest: Interest, leaf: Uint16Array, categories: number): Float64Array {
  const shares = new Float64Array(categories);
  let total = 0;
  for (let at = 0; at < interest.rows.length; at++) {
    const strength = Math.max(0, interest.strengths[at]!);
    shares[leaf[interest.rows[at]!]!]! += strength;
    total += strength;
  }
  if (total > 0) for (let category = 0; category < categories; category++) shares[category]! /= total;
  return shares;
}

/** @returns largest share first, equal shares by index; arguments as in {@link categoryShares} */
export function preferredCategories(
  interest: Interest,
  leaf: Uint16Array,
  categories: number,
): PreferredCategory[] {
  return Array.from(categoryShares(interest, leaf, categories), (share, category) => ({ category, share }))
    .filter(({ share }) => share > 0)
    .sort((left, right) => right.share - left.share);
}
