/** A pack with items that it did not know: their rows follow its own, so that nothing else has to know of them. */
import type { NewItem } from '../../src/contract.ts';
import type { Catalogue, Pack, PackCategory } from '../pack/pack.ts';
import { neighboursOf } from './content.ts';
import { extendedLinear, extendedPriors, extendedRows } from './estimate.ts';

const day = 86_400_000;

/** An item and when it was added, in milliseconds since 1970. */
export type AddedItem = NewItem & { readonly since: number };

/** The path of a new item through the category tree, which grows where it has no such category. */
function pathOf(names: readonly string[], tree: PackCategory[]): number[] {
  const path: number[] = [];
  let parent = -1;
  for (const name of names) {
    let at = tree.findIndex((one) => one.name === name && one.parent === parent);
    if (at === -1) at = tree.push({ name, parent }) - 1;
    path.push(at);
    parent = at;
  }
  return path;
}

function extendedCatalogue(catalogue: Catalogue, items: readonly NewItem[], known: number): Catalogue {
  const nothing = () => new Array<null>(known).fill(null);
  const names = new Set([
    ...Object.keys(catalogue.attributes ?? {}),
    ...items.flatMap(({ attributes = {} }) => Object.keys(attributes)),
  ]);
  const { price, brand, attributes } = catalogue;
  return {
    title: [...catalogue.title, ...items.map(({ title }) => title)],
    ...(price || items.some((item) => item.price !== undefined)
      ? { price: [...(price ?? nothing()), ...items.map((item) => item.price ?? null)] }
      : {}),
    ...(brand || items.some((item) => item.brand !== undefined)
      ? { brand: [...(brand ?? nothing()), ...items.map((item) => item.brand ?? null)] }
      : {}),
    ...(names.size > 0
      ? {
          attributes: Object.fromEntries(
            [...names].map((name) => [
              name,
              [
                ...(attributes && Object.hasOwn(attributes, name) ? attributes[name]! : nothing()),
                ...items.map((item) =>
                  item.attributes && Object.hasOwn(item.attributes, name) ? item.attributes[name]! : null,
                ),
              ],
            ]),
          ),
        }
      : {}),
  };
}

/**
 * Adds items behind the pack's own, as far as the pack has arrived.
 *
 * @param items checked and of different ids; those that the pack knows are left out: it knows them better
 */
export function withItems(pack: Pack, items: readonly AddedItem[]): Pack {
  const fresh = items.filter(({ id }) => !pack.rowOf.has(id));
  if (fresh.length === 0) return pack;
  const known = pack.ids.length;
  const tree = [...pack.categories];
  const paths = fresh.map(({ categories }) => pathOf(categories, tree));
  const leaves = paths.map((path) => path.at(-1)!);
  const byCategory = new Map(pack.popular.categories);
  paths.forEach((path, place) => {
    for (const category of path)
      byCategory.set(category, Int32Array.from([...(byCategory.get(category) ?? []), known + place]));
  });
  const ids = [...pack.ids, ...fresh.map(({ id }) => id)];
  const grown: Pack = { ...pack, categories: tree };
  const neighbours = pack.priors
    ? fresh.map(({ title, brand }, place) => neighboursOf({ title, brand, leaf: leaves[place]! }, grown))
    : [];
  return {
    ...grown,
    ids,
    rowOf: new Map(ids.map((id, row) => [id, row])),
    popular: { ...pack.popular, categories: byCategory },
    ...(pack.priors
      ? {
          priors: extendedPriors(
            pack.priors,
            neighbours,
            leaves,
            fresh.map(({ since }) => Math.floor(since / day)),
          ),
        }
      : {}),
    ...(pack.priors && pack.linear ? { linear: extendedLinear(pack.linear, neighbours) } : {}),
    ...(pack.priors && pack.rows ? { rows: extendedRows(pack.rows, neighbours) } : {}),
    ...(pack.catalogue ? { catalogue: extendedCatalogue(pack.catalogue, fresh, known) } : {}),
  };
}
