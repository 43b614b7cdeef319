/** What the visitor says that they like: categories of the pack, which count at once; "Stated tastes" in `docs/model.md`. */
import type { Profile } from '../../src/contract.ts';
import type { Pack } from '../pack/pack.ts';

/** Liked categories of one pack. */
export interface StatedTastes {
  /** Indices of the categories that were named, in that order. */
  readonly named: readonly number[];
  /** `[categories]`: 1 over the number of liked names for a category that is one of them or lies below it, else 0. */
  readonly shares: Float64Array;
}

/** Evidence that all stated tastes together are worth, in units of `x`: one purchase of today. */
export const statedStrength = 1;

/** Names in the profile under `likes` or `dislikes`, a text or a list of them. */
export function categoriesIn(profile: Profile, name: 'likes' | 'dislikes'): readonly string[] {
  const said = Object.hasOwn(profile, name) ? profile[name] : undefined;
  return [...new Set([said ?? []].flat().map(String))];
}

/** Facts of a profile that are one value: what contexts are made of. */
export function factsOf(profile: Profile): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(profile).filter(([, value]) => typeof value !== 'object'),
  ) as Record<string, string | number>;
}

/** @returns undefined where nothing is liked that the pack knows */
export function statedTastes(profile: Profile, { categories }: Pack): StatedTastes | undefined {
  const likes = categoriesIn(profile, 'likes').filter((like) => categories.some(({ name }) => name === like));
  if (likes.length === 0) return undefined;
  const liked = new Set(likes);
  const shares = Float64Array.from(categories, (_, index) => {
    for (let at = index; at !== -1; at = categories[at]!.parent)
      if (liked.has(categories[at]!.name)) return 1 / likes.length;
    return 0;
  });
  const named = likes.flatMap((like) => [...categories.keys()].filter((at) => categories[at]!.name === like));
  return { named, shares };
}
