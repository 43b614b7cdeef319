/** What an item is; "Features by name" in `docs/model.md`. */
import type { ItemRow, PackCategory, Priors } from '../../pack/pack.ts';

/** @returns indices into `Pack.categories`, from broad to narrow; the last one is the item's leaf category */
export function categories(row: ItemRow, { leaf }: Priors, tree: readonly PackCategory[]): number[] {
  const path: number[] = [];
  for (let index = leaf[row]!; index !== -1; index = tree[index]!.parent) path.unshift(index);
  return path;
}
