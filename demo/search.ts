/** Finding products by words: spelling is forgiven, and among equally good matches the visitor's taste decides. */
import type MiniSearch from 'minisearch';
import type { ItemDisplay } from 'recluse';

let index: Promise<MiniSearch<ItemDisplay>> | undefined;

async function build(items: readonly ItemDisplay[]): Promise<MiniSearch<ItemDisplay>> {
  const { default: Search } = await import('minisearch');
  const search = new Search<ItemDisplay>({
    fields: ['title', 'categories', 'brand'],
    extractField: (item, field) =>
      field === 'categories' ? item.categories.join(' ') : String(item[field as keyof ItemDisplay] ?? ''),
    searchOptions: {
      boost: { title: 3 },
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      combineWith: 'AND',
    },
  });
  // In pieces, so that typing stays smooth.
  await search.addAllAsync([...items], { chunkSize: 250 });
  return search;
}

/** Makes the index while nobody waits for it. */
export function prepareSearch(items: readonly ItemDisplay[]): void {
  index ??= build(items);
}

/** A product that was found, and how well the words fit: 1 for the best, towards 0. */
export interface Match {
  readonly id: string;
  readonly fit: number;
}

/** At most 120 matches, best fit first. */
export async function search(items: readonly ItemDisplay[], words: string): Promise<Match[]> {
  index ??= build(items);
  const found = (await index).search(words);
  const best = found[0]?.score ?? 1;
  return found.slice(0, 120).map(({ id, score }) => ({ id, fit: score / best }));
}

/** Matches in steps of fit; within a step in the visitor's order. */
export function byFitAndTaste(matches: readonly Match[], taste: readonly string[]): string[] {
  const place = new Map(taste.map((id, index) => [id, index]));
  const stepOf = (fit: number) => (fit > 0.6 ? 0 : fit > 0.3 ? 1 : 2);
  return matches
    .toSorted((a, b) => stepOf(a.fit) - stepOf(b.fit) || (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
    .map(({ id }) => id);
}
