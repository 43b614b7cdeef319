/** The lists that know nobody, or only what kind of person asks. */
import { type Context, type Filter, type PopularRequest, RecluseError } from '../../src/contract.ts';
import type { StatedTastes } from '../model/stated.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import { conditionOf } from './condition.ts';
import { keepRows, type Ranking } from './ranking.ts';
import { excludedRows } from './wanted.ts';

/** The precomputed list of a category of this name; the first that has one, where several categories share the name. */
function listOfCategory(name: string, { categories, popular }: Pack): Int32Array | undefined {
  for (const [index, list] of popular.categories) if (categories[index]!.name === name) return list;
  return undefined;
}

/** The lists of the segments that somebody belongs to; none where the pack has no list for any of these facts. */
function listsOfSegments(facts: Context, { popular }: Pack): Int32Array[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const list = popular.segments?.get(name)?.get(String(value));
    return list ? [list] : [];
  });
}

/**
 * What the segments like, then what everybody does; see "Popular by segment" in `docs/model.md`.
 *
 * @param list the order for everybody
 * @param within which rows may go before it
 */
function ofSegments(
  list: Int32Array,
  facts: Context,
  within: (row: ItemRow) => boolean,
  pack: Pack,
): Int32Array {
  const lists = listsOfSegments(facts, pack);
  if (lists.length === 0) return list;
  const sums = new Map<ItemRow, number>();
  for (const own of lists)
    own.forEach((row, place) => {
      if (within(row)) sums.set(row, (sums.get(row) ?? 0) + 1 / (1 + place));
    });
  const first = [...sums].sort(([one, a], [other, b]) => b - a || one - other).map(([row]) => row);
  return Int32Array.from(new Set([...first, ...list]));
}

/**
 * The list that tier `popular` goes by: the category's own where the filter names just one, else what was bought lately; what the
 * visitor's segments like first, and before that the categories that the visitor says they like, one item of each in turn.
 */
export function startingList(
  filter: Filter | undefined,
  pack: Pack,
  facts: Context = {},
  stated?: StatedTastes,
): Int32Array {
  const named = filter?.category;
  const only = Array.isArray(named) && named.length === 1 ? named[0] : named;
  const { recent, overall, categories } = pack.popular;
  const ofCategory = typeof only === 'string' && listOfCategory(only, pack);
  const list = ofSegments(ofCategory || (recent.length > 0 ? recent : overall), facts, () => true, pack);
  const liked = ofCategory ? [] : (stated?.named ?? []).flatMap((index) => categories.get(index) ?? []);
  return liked.length === 0 ? list : inTurn(liked, list);
}

/** The first of each list, then the second of each, and so on; then another list. Each row once. */
function inTurn(lists: readonly Int32Array[], then: Int32Array): Int32Array {
  const rows = new Set<ItemRow>();
  for (let place = 0; place < Math.max(...lists.map(({ length }) => length)); place++)
    for (const list of lists) if (place < list.length) rows.add(list[place]!);
  for (const row of then) rows.add(row);
  return Int32Array.from(rows);
}

/** @throws RecluseError `invalid-argument` for a category that the pack does not have */
export function requireCategory(category: string | undefined, { categories }: Pack): void {
  if (category !== undefined && !categories.some(({ name }) => name === category))
    throw new RecluseError('invalid-argument', `The pack has no category ${category}.`, {
      field: 'category',
    });
}

/**
 * One of the precomputed lists, whole and in its order; its score is `1 / (1 + place)`.
 *
 * @param facts of whoever it is for, to go by their segments
 * @throws RecluseError `invalid-argument` for a category that the pack does not have
 */
export function popularItems(request: PopularRequest, facts: Context, pack: Pack): Ranking {
  const { category, window: span = 'recent' } = request;
  requireCategory(category, pack);
  const list =
    category === undefined ? pack.popular[span] : (listOfCategory(category, pack) ?? new Int32Array());
  const within = category === undefined ? () => true : conditionOf({ category }, pack);
  const rows = ofSegments(list, facts, within, pack);
  const excluded = excludedRows(request.exclude ?? [], pack);
  return keepRows(
    { rows, scores: Float32Array.from(rows, (_, place) => 1 / (1 + place)) },
    (row) => !excluded.has(row),
  );
}
