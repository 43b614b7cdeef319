/** The door: ids become rows, defaults are filled in. */
import type { Page, Paged, RecommendRequest } from '../../src/contract.ts';
import type { History } from '../model/history.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import { conditionOf } from './condition.ts';
import type { Wanted } from './ranking.ts';

export const defaultLimit = 10;

/** A limit is a whole number; anything beyond the longest array means all. */
export function limitOf(limit: number | undefined, otherwise = defaultLimit): number {
  return Math.max(0, Math.min(Math.floor(limit ?? otherwise), 2 ** 31 - 1));
}

/** Rows of those ids that the pack knows. */
export function rowsOf(ids: readonly string[], { rowOf }: Pack): Set<ItemRow> {
  const rows = new Set<ItemRow>();
  for (const id of ids) {
    const row = rowOf.get(id);
    if (row !== undefined) rows.add(row);
  }
  return rows;
}

/** Rows that must not appear in a list that we make: what the request excludes, and what is not to be had. */
export function excludedRows(ids: readonly string[], pack: Pack): Set<ItemRow> {
  const rows = rowsOf(ids, pack);
  for (const row of pack.unavailable ?? []) rows.add(row);
  return rows;
}

const everything = new WeakMap<Pack, Int32Array>();

/** All rows of a pack, ascending. */
export function allRows(pack: Pack): Int32Array {
  let rows = everything.get(pack);
  if (!rows) {
    rows = Int32Array.from(pack.ids, (_, row) => row);
    everything.set(pack, rows);
  }
  return rows;
}

/** What earlier pages gave is no candidate for the next. */
export function notGiven(candidates: Int32Array, page: Page | undefined, pack: Pack): Int32Array {
  if (!page) return candidates;
  const given = rowsOf(page.given, pack);
  return candidates.filter((row) => !given.has(row));
}

function resolve(
  request: Paged<RecommendRequest>,
  pack: Pack,
  own: Pick<Wanted, 'candidates' | 'excluded' | 'limit'>,
): Wanted {
  return {
    ...own,
    offset: request.page?.given.length ?? 0,
    admits: conditionOf(request.filter, pack),
    mode: request.mode ?? 'any',
    diversity: Math.min(1, Math.max(0, request.diversity ?? 0)),
    diversify: request.diversify ?? 'mmr',
    calibration: Math.min(1, Math.max(0, request.calibration ?? 0)),
    rotation: request.rotation ?? 0,
    newness: request.newness ?? 0,
  };
}

/**
 * A request for the shipped candidates; what the visitor dislikes stays away.
 *
 * @param among rows to choose from, ascending
 */
export function wantedOf(
  request: Paged<RecommendRequest>,
  pack: Pack,
  history: History,
  among = allRows(pack),
): Wanted {
  const excluded = excludedRows(request.exclude ?? [], pack);
  for (const row of history.disliked) excluded.add(row);
  const candidates = notGiven(among, request.page, pack);
  return resolve(request, pack, { candidates, excluded, limit: limitOf(request.limit) });
}

/** A request for the app's own list; what it brings is what it wants, also what is disliked or not to be had. */
export function wantedFrom(ids: readonly string[], request: Paged<RecommendRequest>, pack: Pack): Wanted {
  return resolve(request, pack, {
    candidates: Int32Array.from(rowsOf(ids, pack)).sort(),
    excluded: rowsOf(request.exclude ?? [], pack),
    limit: limitOf(request.limit, ids.length),
  });
}
