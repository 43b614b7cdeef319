/** What rises: bought more lately than one would expect; see "Trending" in `docs/model.md`. */
import type { Paged, TrendingRequest } from '../../src/contract.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import { conditionOf } from './condition.ts';
import { type List, plainList } from './lists.ts';
import { requireCategory } from './popular.ts';
import { keepRows, type Ranking } from './ranking.ts';
import type { AppliedRules } from './rules/applied.ts';
import { bestFirst } from './score.ts';
import { allRows, excludedRows } from './wanted.ts';

/** Recent against overall popularity of the better half of the items by recent popularity: what hardly anybody takes rises by chance. */
function riseByPriors(
  pack: Pack & { priors: NonNullable<Pack['priors']> },
  within: (row: ItemRow) => boolean,
) {
  const { recent, popularity } = pack.priors;
  const candidates = allRows(pack).filter(within);
  const lately = Float32Array.from(candidates, (row) => recent[row]!);
  const rows = bestFirst(candidates, lately)
    .rows.slice(0, Math.ceil(candidates.length / 2))
    .sort();
  return { rows, scores: Float32Array.from(rows, (row) => recent[row]! - popularity[row]!) };
}

/** The same from the places in the two lists, where the pack's priors are not here. */
function riseByPlaces({ popular }: Pack, within: (row: ItemRow) => boolean) {
  const rows = popular.recent.filter(within).sort();
  const placeIn = (list: Int32Array, row: ItemRow) => {
    const place = list.indexOf(row);
    return place < 0 ? list.length : place;
  };
  const rise = (row: ItemRow) =>
    Math.log((1 + placeIn(popular.overall, row)) / (1 + placeIn(popular.recent, row)));
  return { rows, scores: Float32Array.from(rows, rise) };
}

/**
 * Items that rise, those that rise most first. Only what rises is in the list.
 *
 * @throws RecluseError `invalid-argument` for a category that the pack does not have
 */
export function trendingItems(request: TrendingRequest, pack: Pack): Ranking {
  const { category, exclude = [] } = request;
  requireCategory(category, pack);
  const within = conditionOf(category === undefined ? undefined : { category }, pack);
  const { priors } = pack;
  const all = priors ? riseByPriors({ ...pack, priors }, within) : riseByPlaces(pack, within);
  const excluded = excludedRows(exclude, pack);
  const sorted = bestFirst(all.rows, all.scores);
  const falling = sorted.scores.findIndex((rise) => rise <= 0);
  const rising = falling < 0 ? sorted.rows.length : falling;
  return keepRows(
    { rows: sorted.rows.subarray(0, rising), scores: sorted.scores.subarray(0, rising) },
    (row) => !excluded.has(row),
  );
}

/** The page of it that is asked for. */
export function trendingList(request: Paged<TrendingRequest>, pack: Pack, rules?: AppliedRules): List {
  return plainList(trendingItems(request, pack), 'popular', request, pack, rules);
}
