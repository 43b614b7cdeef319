/** The lists that know nobody. */
import { type Filter, type PopularRequest, RecluseError } from '../../src/contract.ts';
import { popularScores } from '../model/scores.ts';
import type { Pack } from '../pack/pack.ts';
import { keepRows, type Ranking } from './ranking.ts';
import { rowsOf } from './wanted.ts';

/** The precomputed list of a category of this name; the first that has one, where several categories share the name. */
function listOfCategory(name: string, { categories, popular }: Pack): Int32Array | undefined {
  for (const [index, list] of popular.categories) if (categories[index]!.name === name) return list;
  return undefined;
}

/** The list that tier `popular` goes by: the category's own where the filter names just one, else what was bought lately. */
export function startingList(filter: Filter | undefined, pack: Pack): Int32Array {
  const named = filter?.category;
  const only = Array.isArray(named) && named.length === 1 ? named[0] : named;
  const { recent, overall } = pack.popular;
  return (typeof only === 'string' && listOfCategory(only, pack)) || (recent.length > 0 ? recent : overall);
}

/**
 * One of the precomputed lists, whole and in its order; its score is `1 / (1 + place)`.
 *
 * @throws RecluseError `invalid-argument` for a category that the pack does not have
 */
export function popularItems(request: PopularRequest, pack: Pack): Ranking {
  const { category, window: span = 'recent' } = request;
  if (category !== undefined && !pack.categories.some(({ name }) => name === category))
    throw new RecluseError('invalid-argument', `The pack has no category ${category}.`, {
      field: 'category',
    });
  const list =
    category === undefined ? pack.popular[span] : (listOfCategory(category, pack) ?? new Int32Array());
  const { scores } = popularScores(list, pack.ids.length);
  const excluded = rowsOf(request.exclude ?? [], pack);
  return keepRows(
    { rows: list, scores: Float32Array.from(list, (row) => scores[row]!) },
    (row) => !excluded.has(row),
  );
}
