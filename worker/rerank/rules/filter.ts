/** Stage: only what every filter rule lets through. */
import type { Predicate } from '../condition.ts';
import { keepRows, type Ranking } from '../ranking.ts';

/** Keeps the items that meet all conditions, in their order. */
export const filtered = (ranking: Ranking, conditions: readonly Predicate[]): Ranking =>
  conditions.length === 0 ? ranking : keepRows(ranking, (row) => conditions.every((holds) => holds(row)));
