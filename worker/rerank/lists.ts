/** From a moment to the list that the page gets: rows become ids again, and reasons are given where they were asked for. */
import type {
  PopularRequest,
  RankedItem,
  RankedList,
  RecommendRequest,
  SimilarRequest,
  Source,
} from '../../src/contract.ts';
import type { Pack } from '../pack/pack.ts';
import { reasonsFor } from './explain.ts';
import { movesOf, rank, shortness, type Trace } from './pipeline.ts';
import { popularItems } from './popular.ts';
import type { Moment, Ranking } from './ranking.ts';
import { similarTo } from './similar.ts';
import { limitOf, wantedFrom, wantedOf } from './wanted.ts';

/** The part of a `RankedList` that ranking decides. */
export type List = Pick<RankedList, 'items' | 'source' | 'short'>;

/** What is known when a list is asked for: who, by which tier, when. */
export type Asker = Omit<Moment, 'wanted'>;

const withShort = (list: Omit<List, 'short'>, short: List['short']): List =>
  short === undefined ? list : { ...list, short };

/** Parts, reasons and moves of one item. */
function explanation(row: number, moment: Moment, trace: Trace): Partial<RankedItem> {
  return {
    reasons: reasonsFor(row, moment),
    parts: moment.scores.partsOf(row),
    moves: movesOf(row, trace),
  };
}

function rankedItems(trace: Trace, moment: Moment, explain: boolean | undefined): RankedItem[] {
  return Array.from(trace.page.rows, (row, position) => ({
    id: moment.pack.ids[row]!,
    score: trace.page.scores[position]!,
    position,
    ...(explain ? explanation(row, moment, trace) : {}),
  }));
}

/**
 * Ranks the pack's items for one visitor. Items whose newest opinion is a dislike are left out.
 *
 * @throws RecluseError `invalid-argument`, `catalogue-missing` from the filter
 */
export function recommendList(request: RecommendRequest, asker: Asker): List {
  const moment: Moment = { ...asker, wanted: wantedOf(request, asker.pack, asker.history) };
  const trace = rank(moment);
  return withShort(
    { items: rankedItems(trace, moment, request.explain), source: asker.scores.source },
    shortness(trace, moment),
  );
}

/** The ids that the pack does not know and that the request lets through, each at its place in the list. */
function unknownPlaces(ids: readonly string[], request: RecommendRequest, pack: Pack): (string | null)[] {
  const excluded = new Set(request.exclude);
  // Nothing is known of them: no attribute to match a filter, no purchase to repeat.
  const hidden = request.mode === 'repeat' || Object.keys(request.filter ?? {}).length > 0;
  return ids.map((id) => (pack.rowOf.has(id) || hidden || excluded.has(id) ? null : id));
}

/**
 * Orders the app's own list for one visitor. Items that the pack does not know keep their places, with score 0; disliked ones
 * stay in the list. An id that comes twice counts once.
 *
 * @param request `limit` is the whole list by default
 * @throws RecluseError `invalid-argument`, `catalogue-missing` from the filter
 */
export function rerankList(ids: readonly string[], request: RecommendRequest, asker: Asker): List {
  const distinct = [...new Set(ids)];
  const moment: Moment = { ...asker, wanted: wantedFrom(distinct, request, asker.pack) };
  const trace = rank(moment);
  const known = rankedItems(trace, moment, request.explain);
  const items: RankedItem[] = [];
  let next = 0;
  for (const unknown of unknownPlaces(distinct, request, asker.pack)) {
    if (unknown !== null) items.push({ id: unknown, score: 0, position: items.length });
    else if (next < known.length) items.push({ ...known[next++]!, position: items.length });
  }
  const { limit } = moment.wanted;
  return withShort(
    { items: items.slice(0, limit), source: asker.scores.source },
    items.length < limit ? (shortness(trace, moment) ?? 'catalogue') : undefined,
  );
}

function plainList(
  { rows, scores }: Ranking,
  source: Source,
  limit: number | undefined,
  pack: Pack,
  narrowed: boolean,
): List {
  const items = Array.from(rows, (row, position) => ({
    id: pack.ids[row]!,
    score: scores[position]!,
    position,
  }));
  return withShort(
    { items, source },
    items.length >= limitOf(limit) ? undefined : narrowed ? 'filter' : 'catalogue',
  );
}

/** Items like one item; see {@link similarTo}. */
export function similarList(id: string, request: SimilarRequest, pack: Pack): List {
  const { ranking, source } = similarTo(id, request, pack);
  const narrowed = request.filter !== undefined || (request.exclude?.length ?? 0) > 0;
  return plainList(ranking, source, request.limit, pack, narrowed);
}

/** One of the lists that know nobody; see {@link popularItems}. */
export function popularList(request: PopularRequest, pack: Pack): List {
  return plainList(
    popularItems(request, pack),
    'popular',
    request.limit,
    pack,
    (request.exclude?.length ?? 0) > 0,
  );
}
