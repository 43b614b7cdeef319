/** From a moment to the list that the page gets: rows become ids again, and reasons are given where they were asked for. */
import type {
  Context,
  Paged,
  PopularRequest,
  RankedItem,
  RankedList,
  RecommendRequest,
  SimilarRequest,
  Source,
  UnmetRule,
} from '../../src/contract.ts';
import type { Pack } from '../pack/pack.ts';
import { goesOn, rank, shortness, type Trace } from './pipeline.ts';
import { popularItems } from './popular.ts';
import { keepRows, type Moment, type Ranking } from './ranking.ts';
import type { AppliedRules, Arrangement } from './rules/applied.ts';
import { arrangementOf, ruled } from './rules/stages.ts';
import { similarTo } from './similar.ts';
import { limitOf, rowsOf, wantedFrom, wantedOf } from './wanted.ts';

/** The part of a `RankedList` that ranking decides. */
export type List = Pick<RankedList, 'items' | 'source' | 'short' | 'unmet' | 'hasMore'>;

/** What is known when a list is asked for: who, by which tier, when. */
export type Asker = Omit<Moment, 'wanted'>;

const withShort = (
  list: Pick<List, 'items' | 'source' | 'hasMore'>,
  short: List['short'],
  unmet: List['unmet'] = [],
): List => ({
  ...list,
  ...(short === undefined ? {} : { short }),
  ...(unmet.length === 0 ? {} : { unmet }),
});

function rankedItems(trace: Trace, moment: Moment, explain: RecommendRequest['explain']): RankedItem[] {
  return Array.from(trace.page.rows, (row, position) => ({
    id: moment.pack.ids[row]!,
    score: trace.page.scores[position]!,
    position,
    ...moment.trying?.told(row),
    ...(explain ? moment.refinements!.explanation(row, moment, trace) : {}),
  }));
}

/**
 * Ranks the pack's items for one visitor. Items whose newest opinion is a dislike are left out.
 *
 * @param among rows to choose from, ascending; by default all of the pack
 * @throws RecluseError `invalid-argument`, `catalogue-missing` from the filter
 */
export function recommendList(request: Paged<RecommendRequest>, asker: Asker, among?: Int32Array): List {
  const moment: Moment = { ...asker, wanted: wantedOf(request, asker.pack, asker.history, among) };
  const trace = rank(moment);
  return withShort(
    {
      items: rankedItems(trace, moment, request.explain),
      source: asker.scores.source,
      hasMore: goesOn(trace),
    },
    shortness(trace, moment),
    arrangementOf(trace.arrange)?.unmet,
  );
}

/** The ids that the pack does not know and that the request lets through, each at its place in the list. */
function unknownPlaces(
  ids: readonly string[],
  request: RecommendRequest,
  { pack, rules }: Asker,
): (string | null)[] {
  const excluded = new Set(request.exclude);
  // Nothing is known of them: no attribute to match a filter, no purchase to repeat.
  const hidden = request.mode === 'repeat' || rules?.filters || Object.keys(request.filter ?? {}).length > 0;
  return ids.map((id) => (pack.rowOf.has(id) || hidden || excluded.has(id) ? null : id));
}

/**
 * Orders the app's own list for one visitor. Items that the pack does not know keep their places, with score 0; disliked ones
 * stay in the list. An id that comes twice counts once.
 *
 * @param request `limit` is the whole list by default
 * @throws RecluseError `invalid-argument`, `catalogue-missing` from the filter
 */
export function rerankList(ids: readonly string[], request: Paged<RecommendRequest>, asker: Asker): List {
  const given = new Set(request.page?.given);
  const distinct = [...new Set(ids)].filter((id) => !given.has(id));
  const moment: Moment = { ...asker, wanted: wantedFrom(distinct, request, asker.pack) };
  const trace = rank(moment);
  const known = rankedItems(trace, moment, request.explain);
  const items: RankedItem[] = [];
  let next = 0;
  for (const unknown of unknownPlaces(distinct, request, asker)) {
    if (unknown !== null) items.push({ id: unknown, score: 0, position: items.length });
    else if (next < known.length) items.push({ ...known[next++]!, position: items.length });
  }
  const { limit } = moment.wanted;
  const arrangement = arrangementOf(trace.arrange);
  return withShort(
    {
      items: items.slice(0, limit),
      source: asker.scores.source,
      hasMore: limit > 0 && (items.length > limit || goesOn(trace)),
    },
    items.length < limit ? (shortness(trace, moment) ?? 'catalogue') : undefined,
    arrangement && [...arrangement.unmet, ...displacedPins(items, trace, arrangement, asker.pack)],
  );
}

/** Pins that had to make room for items which the pack does not know. */
function displacedPins(
  items: readonly RankedItem[],
  trace: Trace,
  { pinned }: Arrangement,
  { ids }: Pack,
): UnmetRule[] {
  return Array.from(trace.page.rows, (row, place): UnmetRule[] => {
    const rule = pinned.get(row);
    return rule === undefined || items[place]?.id === ids[row]
      ? []
      : [{ rule, item: ids[row]!, why: 'taken' }];
  }).flat();
}

/** Takes out of a whole list what earlier pages gave, lets rules have their say, and cuts it to as many as were asked for. */
export function plainList(
  whole: Ranking,
  source: Source,
  request: Paged<Pick<SimilarRequest, 'limit' | 'exclude' | 'filter'>>,
  pack: Pack,
  rules: AppliedRules | undefined,
): List {
  const { limit: asked, exclude = [], filter, page } = request;
  const given = rowsOf(page?.given ?? [], pack);
  const left = given.size > 0 ? keepRows(whole, (row) => !given.has(row)) : whole;
  const limit = limitOf(asked);
  const { rows, scores, unmet, least } = ruled(left, rules, { limit, offset: given.size });
  const items = Array.from(rows.subarray(0, limit), (row, position) => ({
    id: pack.ids[row]!,
    score: scores[position]!,
    position,
  }));
  const narrowed = filter !== undefined || exclude.length > 0 ? 'filter' : 'catalogue';
  const admitted = rules?.filter(left) ?? left;
  return withShort(
    { items, source, hasMore: items.length > 0 && admitted.rows.length > items.length },
    items.length >= limit ? undefined : items.length < least ? 'rules' : narrowed,
    unmet,
  );
}

/** Items like these; see {@link similarTo}. */
export function similarList(
  ids: readonly string[],
  request: Paged<SimilarRequest>,
  pack: Pack,
  rules?: AppliedRules,
): List {
  const { ranking, source } = similarTo(ids, request, pack);
  return plainList(ranking, source, request, pack, rules);
}

/**
 * One of the lists that know nobody; see {@link popularItems}.
 *
 * @param segment facts of whoever it is for
 */
export function popularList(
  request: Paged<PopularRequest>,
  segment: Context,
  pack: Pack,
  rules?: AppliedRules,
): List {
  return plainList(popularItems(request, segment, pack), 'popular', request, pack, rules);
}
