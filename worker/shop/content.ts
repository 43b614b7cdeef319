/** Which items of a pack are like a new one, by what the catalogue says; see "New items" in `docs/model.md`. */
import type { ItemRow, Pack, PackCategory } from '../pack/pack.ts';

/** What content goes by. */
export interface Content {
  readonly title: string;
  /** Index into the pack's categories. */
  readonly leaf: number;
  readonly brand?: string | undefined;
}

/** An item that stands for a new one, and how much. */
export interface Neighbour {
  readonly row: ItemRow;
  /** Above 0; those of one item add up to 1. */
  readonly share: number;
}

/** Items that stand for a new one, at most. */
const mostNeighbours = 20;
/** A category with fewer items says too little: its parent is looked at. */
const fewest = 5;
/** What the same brand and the same words count beside the same category, which counts 1. */
const brandCounts = 1;
const wordsCount = 2;
/** The power to which likeness is raised: the nearest count most. */
const sharpness = 4;

export const wordsOf = (title: string): Set<string> =>
  new Set(
    title
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  );

interface Words {
  readonly words: readonly ReadonlySet<string>[];
  /** How rare each word is: the logarithm of items over items that have it. */
  readonly rarity: ReadonlyMap<string, number>;
  /** Length of each title as a vector of its words' rarities. */
  readonly lengths: Float64Array;
}

const titles = new WeakMap<readonly string[], Words>();

/** Words of all titles; taken apart once a catalogue. */
function wordsOfAll(title: readonly string[]): Words {
  let known = titles.get(title);
  if (!known) {
    const words = title.map(wordsOf);
    const counts = new Map<string, number>();
    for (const own of words) for (const word of own) counts.set(word, (counts.get(word) ?? 0) + 1);
    const rarity = new Map([...counts].map(([word, count]) => [word, Math.log((1 + title.length) / count)]));
    const lengths = Float64Array.from(words, (own) => lengthOf(own, (word) => rarity.get(word)!));
    known = { words, rarity, lengths };
    titles.set(title, known);
  }
  return known;
}

function lengthOf(words: ReadonlySet<string>, rarityOf: (word: string) => number): number {
  let sum = 0;
  for (const word of words) sum += rarityOf(word) ** 2;
  return Math.sqrt(sum);
}

const members = new WeakMap<readonly PackCategory[], Map<number, ItemRow[]>>();

/** Items of each category, at any level. */
function membersOf({ categories, priors }: Pack): ReadonlyMap<number, readonly ItemRow[]> {
  let known = members.get(categories);
  if (!known) {
    known = new Map();
    for (const [row, leaf] of priors!.leaf.entries())
      for (let at = leaf; at !== -1; at = categories[at]!.parent) {
        const rows = known.get(at);
        if (rows) rows.push(row);
        else known.set(at, [row]);
      }
    members.set(categories, known);
  }
  return known;
}

/** Items in the narrowest category around `leaf` that has enough of them; all where none has. */
function around(leaf: number, pack: Pack): readonly ItemRow[] {
  const rows = membersOf(pack);
  for (let category = leaf; category !== -1; category = pack.categories[category]!.parent) {
    const found = rows.get(category) ?? [];
    if (found.length >= fewest) return found;
  }
  return pack.ids.map((_, row) => row);
}

/** Cosine of a new title with the known ones, each rare word counting more; 0 where they share none. */
function likenessTo(title: string, { words, rarity, lengths }: Words): (row: ItemRow) => number {
  const own = [...wordsOf(title)].map((word) => ({
    word,
    weight: rarity.get(word) ?? Math.log(1 + words.length),
  }));
  const length = Math.sqrt(own.reduce((sum, { weight }) => sum + weight ** 2, 0));
  return (row) => {
    let shared = 0;
    for (const { word, weight } of own) if (words[row]!.has(word)) shared += weight ** 2;
    return shared === 0 ? 0 : shared / (length * lengths[row]!);
  };
}

/**
 * The items that stand for a new one, nearest first.
 *
 * @param pack with priors; without a catalogue only categories count
 */
export function neighboursOf({ title, leaf, brand }: Content, pack: Pack): Neighbour[] {
  const { catalogue, priors } = pack;
  const likeness = catalogue && likenessTo(title, wordsOfAll(catalogue.title));
  const nearest = around(leaf, pack)
    .map((row) => {
      let all = priors!.leaf[row] === leaf ? 1 : 0.5;
      if (brand !== undefined && catalogue?.brand?.[row] === brand) all += brandCounts;
      if (likeness) all += wordsCount * likeness(row);
      return { row, likeness: all };
    })
    .sort((one, other) => other.likeness - one.likeness || one.row - other.row)
    .slice(0, mostNeighbours);
  const total = nearest.reduce((sum, { likeness }) => sum + likeness ** sharpness, 0);
  return nearest.map(({ row, likeness }) => ({ row, share: likeness ** sharpness / total }));
}
