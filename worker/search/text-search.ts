/**
 * Finding items by words: in titles, categories, brands and attributes, forgiving spelling, each letter narrowing the list.
 * Loaded when it is first needed: it brings MiniSearch along.
 */
import MiniSearch from 'minisearch';
import { attributes } from '../model/features/attributes.ts';
import { categories } from '../model/features/categories.ts';
import type { Catalogue, ItemRow, Pack } from '../pack/pack.ts';

/** What was found: rows, and how well the words fit each, 1 for the best, towards 0. Best first. */
export interface Found {
  readonly rows: readonly ItemRow[];
  /** Parallel to `rows`. */
  readonly fit: readonly number[];
}

interface Document {
  readonly id: ItemRow;
  readonly title: string;
  readonly category: string;
  readonly brand: string;
  readonly attributes: string;
}

function documentOf(row: ItemRow, pack: Pack, catalogue: Catalogue): Document {
  const path = pack.priors ? categories(row, pack.priors, pack.categories) : [];
  return {
    id: row,
    title: catalogue.title[row]!,
    category: path.map((index) => pack.categories[index]!.name).join(' '),
    brand: catalogue.brand?.[row] ?? '',
    attributes: Object.values(attributes(row, catalogue)).join(' '),
  };
}

const options = {
  fields: ['title', 'category', 'brand', 'attributes'],
  searchOptions: {
    boost: { title: 3 },
    prefix: true,
    // One letter in five may be wrong, none in a short word.
    fuzzy: (term: string) => (term.length > 4 ? 0.2 : false),
  },
};

/** Items indexed between two breaths, so that what else the worker is asked is answered meanwhile. */
const chunkSize = 250;

async function build(pack: Pack, catalogue: Catalogue): Promise<MiniSearch<Document>> {
  const index = new MiniSearch<Document>(options);
  await index.addAllAsync(
    pack.ids.map((_, row) => documentOf(row, pack, catalogue)),
    { chunkSize },
  );
  return index;
}

/** One index a catalogue, made once: by its titles, which stay the same where the shop changes a price. */
const indexes = new WeakMap<Catalogue['title'], Promise<MiniSearch<Document>>>();

/**
 * Items in which every word occurs; where there is none, items in which any does.
 *
 * @param query not empty
 */
export async function find(query: string, pack: Pack & { catalogue: Catalogue }): Promise<Found> {
  const { catalogue } = pack;
  let making = indexes.get(catalogue.title);
  if (!making) {
    making = build(pack, catalogue);
    indexes.set(catalogue.title, making);
  }
  const index = await making;
  const all = index.search(query, { combineWith: 'AND' });
  const found = all.length > 0 ? all : index.search(query, { combineWith: 'OR' });
  const best = found[0]?.score ?? 1;
  return { rows: found.map(({ id }) => id as ItemRow), fit: found.map(({ score }) => score / best) };
}
