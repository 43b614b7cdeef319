/** What the visitor had already; `had` of "Tier `model`" in `docs/model.md`. */
import type { History } from './history.ts';

/** `[items]`: 1 where the history has the item, by an interaction of any type, else 0. */
export function hadOf(history: History, items: number): Float32Array {
  const had = new Float32Array(items);
  for (const row of history.rows) had[row] = 1;
  for (const row of history.sums?.rows ?? []) had[row] = 1;
  return had;
}
