/** What an item is; "Features by name" in `docs/model.md`. */
import type { ItemRow, Pack, Priors } from '../../pack/pack.ts';

/** @returns indices into `Pack.categories`, from broad to narrow; the last one is the item's leaf category */
export function categories(row: ItemRow, pack: Pack & { readonly priors: Priors }): number[] {
  const path: number[] = [];
  for (let index = pack.priors.leaf[row]!; index !== -1; index = pack.categories[index]!.parent)
    path.unshift(index);
  return path;
}
