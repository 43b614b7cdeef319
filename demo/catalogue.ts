/** All products of the shop by id, by aisle and by category. */
import type { ItemDisplay } from 'recluse';
import { type Aisle, type AisleId, aisleOf, aisles } from './aisles.ts';
import { slug } from './label.ts';

/** A page of products: one of the shop's aisles, or one category of the data. */
export type Section =
  | {
      readonly kind: 'aisle';
      readonly name: string;
      readonly aisle: Aisle;
      readonly items: readonly ItemDisplay[];
    }
  | {
      readonly kind: 'category';
      readonly name: string;
      readonly aisle: Aisle;
      readonly items: readonly ItemDisplay[];
    };

export class Catalogue {
  readonly items: readonly ItemDisplay[];
  readonly #byId: ReadonlyMap<string, ItemDisplay>;
  readonly #byAisle = new Map<AisleId, ItemDisplay[]>();
  readonly #byCategory = new Map<string, { name: string; items: ItemDisplay[] }>();

  constructor(items: readonly ItemDisplay[]) {
    this.items = items;
    this.#byId = new Map(items.map((item) => [item.id, item]));
    for (const item of items) {
      const aisle = aisleOf(item.categories);
      this.#byAisle.set(aisle, [...(this.#byAisle.get(aisle) ?? []), item]);
      for (const name of new Set(item.categories)) {
        const section = this.#byCategory.get(slug(name)) ?? { name, items: [] };
        section.items.push(item);
        this.#byCategory.set(slug(name), section);
      }
    }
  }

  get(id: string): ItemDisplay | undefined {
    return this.#byId.get(id);
  }

  /** Notes what the shop says anew of a product: its price, and whether it is to be had. */
  renew({ id, price, available }: ItemDisplay): void {
    const item = this.#byId.get(id);
    if (!item) return;
    Object.assign(item, { price });
    if (available === false) item.available = false;
    else delete item.available;
  }

  inAisle(aisle: AisleId): readonly ItemDisplay[] {
    return this.#byAisle.get(aisle) ?? [];
  }

  /** Every product of a category, at any level. */
  inCategory(name: string): readonly ItemDisplay[] {
    return this.#byCategory.get(slug(name))?.items ?? [];
  }

  /** The aisle or category that an address names, or undefined. */
  section(address: string): Section | undefined {
    const aisle = aisles.find(({ name }) => slug(name) === address);
    if (aisle) return { kind: 'aisle', name: aisle.name, aisle, items: this.inAisle(aisle.id) };
    const found = this.#byCategory.get(address);
    if (!found) return undefined;
    const id = aisleOf(found.items[0]!.categories);
    return {
      kind: 'category',
      name: found.name,
      aisle: aisles.find((other) => other.id === id)!,
      items: found.items,
    };
  }
}

/**
 * The category in which a shopper thinks: the last but one of the path ("Cheese", not "Shredded cheese"), or the
 * only one.
 */
export const shelfCategory = ({ categories }: Pick<ItemDisplay, 'categories'>): string =>
  categories[Math.max(0, Math.min(1, categories.length - 1))] ?? 'Other';
