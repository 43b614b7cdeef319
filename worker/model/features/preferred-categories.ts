/** What the visitor likes best; "Features by name" in `docs/model.md`. */
import type { Interest } from '../interest.ts';
import { type StatedTastes, statedStrength } from '../stated.ts';

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
 * @param stated what the visitor says that they like counts as {@link statedStrength} more
 * @returns `[categories]`, 0 to 1; all 0 where there is no positive interest
 */
export function categoryShares(
  interest: Interest,
  leaf: Uint16Array,
  categories: number,
  stated?: StatedTastes,
): Float64Array {
  const shares = new Float64Array(categories);
  let total = 0;
  for (let at = 0; at < interest.rows.length; at++) {
    const strength = Math.max(0, interest.strengths[at]!);
    shares[leaf[interest.rows[at]!]!]! += strength;
    total += strength;
  }
  if (stated) {
    stated.shares.forEach((share, category) => {
      shares[category]! += statedStrength * share;
    });
    total += statedStrength;
  }
  if (total > 0) for (let category = 0; category < categories; category++) shares[category]! /= total;
  return shares;
}

/** @returns largest share first, equal shares by index; arguments as in {@link categoryShares} */
export function preferredCategories(
  interest: Interest,
  leaf: Uint16Array,
  categories: number,
  stated?: StatedTastes,
): PreferredCategory[] {
  const shares = categoryShares(interest, leaf, categories, stated);
  // A liked category speaks whole for each one below it: together that is more than one.
  const total = stated ? shares.reduce((sum, share) => sum + share, 0) : 1;
  return Array.from(shares, (share, category) => ({ category, share: share / total }))
    .filter(({ share }) => share > 0)
    .sort((left, right) => right.share - left.share);
}
