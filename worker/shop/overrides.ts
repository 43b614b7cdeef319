/** Prices and availability between packs. */
import type { ItemUpdate } from '../../src/contract.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';

/** What was said of one item. */
export interface Override {
  readonly available?: boolean;
  readonly price?: number;
  /** The version of the only pack that it holds for; absent where it holds for all. */
  readonly pack?: string;
}

/** By item id, whether or not a pack knows it. */
export type Overrides = ReadonlyMap<string, Override>;

/**
 * What is said of an item after an update; undefined where nothing is left to say.
 *
 * @param update null takes everything back, a field that is null only that
 * @param pack the only version that it shall hold for
 */
export function overriddenBy(
  before: Override | undefined,
  update: ItemUpdate | null,
  pack: string | undefined,
): Override | undefined {
  if (update === null) return undefined;
  const { available = before?.available, price = before?.price } = update;
  if (typeof available !== 'boolean' && typeof price !== 'number') return undefined;
  return {
    ...(typeof available === 'boolean' ? { available } : {}),
    ...(typeof price === 'number' ? { price } : {}),
    ...(pack === undefined ? {} : { pack }),
  };
}

/** A pack as the shop says it is now. */
export function withOverrides(pack: Pack, overrides: Overrides): Pack {
  const unavailable = new Set<ItemRow>();
  let prices: (number | null)[] | undefined;
  for (const [id, { available, price, pack: only }] of overrides) {
    const row = pack.rowOf.get(id);
    if (row === undefined || (only !== undefined && only !== pack.manifest.version)) continue;
    if (available === false) unavailable.add(row);
    if (price === undefined || !pack.catalogue) continue;
    prices ??= pack.catalogue.price ? [...pack.catalogue.price] : pack.ids.map(() => null);
    prices[row] = price;
  }
  return {
    ...pack,
    ...(unavailable.size > 0 ? { unavailable } : {}),
    ...(prices && pack.catalogue ? { catalogue: { ...pack.catalogue, price: prices } } : {}),
  };
}
