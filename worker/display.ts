/** Items as a shelf shows them. Loaded with the titles, or when the first are asked for. */
import type { ItemDisplay } from '../src/contract.ts';
import { attributes } from './model/features/attributes.ts';
import { categories } from './model/features/categories.ts';
import type { Pack } from './pack/pack.ts';

/** An item as a shelf shows it. */
export function display(row: number, pack: Pack): ItemDisplay {
  const { ids, priors, catalogue } = pack;
  const path = priors ? categories(row, priors, pack.categories) : [];
  const price = catalogue?.price?.[row];
  const brand = catalogue?.brand?.[row];
  const further = catalogue ? attributes(row, catalogue) : {};
  return {
    id: ids[row]!,
    title: catalogue?.title[row] ?? ids[row]!,
    categories: path.map((index) => pack.categories[index]!.name),
    ...(typeof price === 'number' ? { price } : {}),
    ...(brand ? { brand } : {}),
    ...(Object.keys(further).length > 0 ? { attributes: further } : {}),
    ...(pack.unavailable?.has(row) ? { available: false as const } : {}),
  };
}
