/** What the visitor never wants to see: the recommender keeps it, as interactions of the type `hide`, and leaves it out of every list. */
import type { Hide, Interaction, StoredInteraction } from 'recluse';

/** What is hidden. */
export interface Hidden {
  /** Product ids. */
  readonly products: readonly string[];
  /** Categories, each with the ids of the interactions that hide it. */
  readonly categories: readonly { readonly name: string; readonly ids: readonly string[] }[];
}

/** Hides a category. Saying it twice is saying it once. */
export const hideCategory = (category: string): Hide => ({
  type: 'hide',
  where: { category },
  id: `hide-category-${category}`,
});

/** Hides a product. */
export const hideProduct = (item: string): Interaction => ({
  type: 'hide',
  item,
  id: `hide-product-${item}`,
});

/** The category that an interaction hides, if it hides one. */
export const hiddenCategory = ({ where }: Pick<Interaction, 'where'>): string | undefined =>
  typeof where?.category === 'string' ? where.category : undefined;

/** What a history says is hidden, each once. */
export function hiddenIn(history: readonly StoredInteraction[]): Hidden {
  const hides = history.filter(({ type }) => type === 'hide');
  const categories = new Map<string, string[]>();
  for (const hide of hides) {
    const name = hiddenCategory(hide);
    if (name) categories.set(name, [...(categories.get(name) ?? []), hide.id]);
  }
  return {
    products: [...new Set(hides.flatMap(({ item }) => item || []))],
    categories: [...categories].map(([name, ids]) => ({ name, ids })),
  };
}
