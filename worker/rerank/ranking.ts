/** The shapes that flow through the pipeline. */
import type { Diversify, Mode, RankedItem, RecommendRequest } from '../../src/contract.ts';
import type { History } from '../model/history.ts';
import type { Scores } from '../model/scores.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import type { AppliedRules } from './rules/applied.ts';

/** A list of items, best first; equal scores by row. What every stage takes and gives. Nobody changes one that exists. */
export interface Ranking {
  readonly rows: Int32Array;
  /** Parallel to `rows`, finite. */
  readonly scores: Float32Array;
}

/** A request with its ids turned into rows and its defaults filled in. */
export interface Wanted {
  /** Whole, 0 or more. */
  readonly limit: number;
  /** Places of the pages before this one. */
  readonly offset: number;
  /** The rows to choose from, ascending and distinct. */
  readonly candidates: Int32Array;
  readonly excluded: ReadonlySet<ItemRow>;
  /** Whether an item meets the request's filter. */
  readonly admits: (row: ItemRow) => boolean;
  readonly mode: Mode;
  /** 0 to 1. */
  readonly diversity: number;
  readonly diversify: Diversify;
  /** 0 to 1. */
  readonly calibration: number;
  /** 0 to 1. */
  readonly rotation: number;
  /** 0 to 1. */
  readonly newness: number;
}

/** Everything that a stage may know besides the ranking. Made once per call; no stage reads a clock, a global or a database. */
export interface Moment {
  readonly pack: Pack;
  readonly history: History;
  readonly scores: Scores;
  readonly wanted: Wanted;
  /** What the shop wants of this list, where it wants anything. */
  readonly rules?: AppliedRules | undefined;
  /** How often, decayed, an item was shown at this list's place and passed over; those that were. Absent where nobody asked. */
  readonly passedOver?: ReadonlyMap<ItemRow, number> | undefined;
  /** Tries something at some places; see `serve-learn.ts`. Absent where the list tries nothing. */
  readonly trying?: Trying | undefined;
  /** There where the request needs them; see {@link needsRefinements}. */
  readonly refinements?: typeof import('./refine.ts') | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 0 (inclusive) to 1. */
  readonly random: () => number;
}

/** What tries something in one list. */
export interface Trying {
  readonly stage: Stage;
  /** What it says of an item of the list that it has made; nothing of one that it knows nothing of. */
  readonly told: (row: ItemRow) => Pick<RankedItem, 'exploration' | 'explored'> | undefined;
}

/** Whether a list cannot be made without `refine.ts`. */
export const needsRefinements = ({
  diversity,
  calibration,
  newness,
  rotation,
  explain,
}: RecommendRequest): boolean => Boolean(diversity || calibration || newness || rotation || explain);

/** One step of the pipeline: a pure function from list to list. */
export type Stage = (ranking: Ranking, moment: Moment) => Ranking;

/** The part of a ranking whose rows pass, in the same order. */
export function keepRows(ranking: Ranking, passes: (row: ItemRow) => boolean): Ranking {
  const rows = new Int32Array(ranking.rows.length);
  const scores = new Float32Array(ranking.rows.length);
  let kept = 0;
  for (let place = 0; place < rows.length; place++) {
    const row = ranking.rows[place]!;
    if (!passes(row)) continue;
    rows[kept] = row;
    scores[kept] = ranking.scores[place]!;
    kept++;
  }
  return { rows: rows.subarray(0, kept), scores: scores.subarray(0, kept) };
}
